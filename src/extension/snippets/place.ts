import type { Connection } from '../../model/connection';
import type { BucketName, ObjectKey } from '../../model/ids';

/** What a snippet reaches, and as whom. Secrets are none of it: a snippet reads them from the environment. */
export interface SnippetPlace {
  /** Endpoint that the bucket is reached at, without a path. */
  readonly endpoint: string;
  readonly bucket: BucketName;
  /** Absent for the bucket itself. */
  readonly key?: ObjectKey;
  readonly isPathStyle: boolean;
  readonly signIn:
    | { readonly kind: 'iam'; readonly serviceInstanceId: string; readonly tokenUrl: string }
    | { readonly kind: 'hmac'; readonly region: string }
    | { readonly kind: 'anonymous' };
}

/** The place of a bucket or object of a connection, given a URL of any object in the bucket. */
export function snippetPlace(
  connection: Connection,
  bucket: BucketName,
  key: ObjectKey | undefined,
  objectUrl: string,
): SnippetPlace {
  const { protocol, host } = new URL(objectUrl);
  const isVirtualHost = connection.kind === 'hmac' && connection.addressingStyle === 'virtualHost';
  const isInHost = isVirtualHost && host.startsWith(`${bucket}.`);
  return {
    endpoint: `${protocol}//${isInHost ? host.slice(bucket.length + 1) : host}`,
    bucket,
    ...(key === undefined ? {} : { key }),
    isPathStyle: !isInHost,
    signIn: signInOf(connection),
  };
}

function signInOf(connection: Connection): SnippetPlace['signIn'] {
  switch (connection.kind) {
    case 'iam': {
      const { iamEndpoint = 'https://iam.cloud.ibm.com', serviceInstanceId } = connection;
      return { kind: 'iam', serviceInstanceId, tokenUrl: `${iamEndpoint.replace(/\/$/, '')}/identity/token` };
    }
    case 'hmac':
      return { kind: 'hmac', region: connection.region };
    case 'anonymous':
      return { kind: 'anonymous' };
  }
}
