import type { BackupResource, BucketTopic, DocumentSubject } from './configDocument';
import { bucketTopics } from './configDocument';
import { bucketName, connectionId, objectKey, type BucketName, type ConnectionId } from './ids';
import { decodeKey, decodeSegment, encodeKey, encodeSegment, type UriParts } from './objectUri';

/**
 * Scheme of configuration documents. The path is `/<kind>/…/<name>.jsonc`, so that editors know the language and the tab
 * says what it is about:
 *
 * | subject         | path                                            |
 * |-----------------|-------------------------------------------------|
 * | object, version | `/object/<bucket>/<key>.properties.jsonc`       |
 * | selection       | `/selection/<bucket>/<name>.properties.jsonc`   |
 * | bucket          | `/bucket/<bucket>/<bucket>.<topic>.jsonc`       |
 * | backup policy   | `/policy/<bucket>/<id>/<name>.policy.jsonc`     |
 * | backup vault    | `/vault/<name>.vault.jsonc`                     |
 * | recovery range  | `/range/<vault>/<id>/<bucket>.range.jsonc`      |
 *
 * A version is in the query, and so are the names of a selection. Keys are escaped as in object URIs. Different subjects never share a URI.
 */
export const configScheme = 'ibmcos-config';

/** Scheme of the service's own state, beside which an edited document is compared. */
export const serverTextScheme = 'ibmcos-config-server';

/** Scheme of the text that shows a bucket at a glance; its path is `/<bucket>/<bucket>.overview.txt`. */
export const overviewScheme = 'ibmcos-overview';

/** URI of a bucket's overview. */
export function overviewUri({
  connectionId: authority,
  bucket,
}: {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
}): UriParts {
  return { scheme: overviewScheme, authority, path: `/${bucket}/${bucket}.overview.txt`, query: '' };
}

/** URI of a configuration document, as `vscode.Uri.from` takes it. */
export function configUri(subject: DocumentSubject): UriParts {
  return { scheme: configScheme, authority: subject.connectionId, path: pathOf(subject), query: queryOf(subject) };
}

function queryOf(subject: DocumentSubject): string {
  switch (subject.kind) {
    case 'object':
      return subject.versionId === undefined ? '' : `versionId=${encodeURIComponent(subject.versionId)}`;
    case 'selection':
      return [
        ...subject.keys.map((key) => `key=${encodeURIComponent(key)}`),
        ...subject.prefixes.map((prefix) => `prefix=${encodeURIComponent(prefix)}`),
      ].join('&');
    case 'bucket':
    case 'backup':
      return '';
  }
}

function pathOf(subject: DocumentSubject): string {
  switch (subject.kind) {
    case 'object':
      return `/object/${subject.bucket}/${encodeKey(subject.key)}.properties.jsonc`;
    case 'selection':
      return `/selection/${subject.bucket}/${selectionLabel(subject)}.properties.jsonc`;
    case 'bucket':
      return `/bucket/${subject.bucket}/${subject.bucket}.${subject.topic}.jsonc`;
    case 'backup':
      return backupPath(subject.resource);
  }
}

/** What the tab says: the folder, or how many things are selected. */
function selectionLabel({ bucket, keys, prefixes }: DocumentSubject & { kind: 'selection' }): string {
  const [prefix] = prefixes;
  if (prefix === undefined || keys.length + prefixes.length > 1) return `${keys.length + prefixes.length} selected`;
  const name = prefix.split('/').at(-2) ?? '';
  return encodeSegment(name === '' ? bucket : name);
}

function backupPath(resource: BackupResource): string {
  switch (resource.kind) {
    case 'policy':
      return `/policy/${resource.bucket}/${encodeSegment(resource.policyId)}/${encodeSegment(resource.name)}.policy.jsonc`;
    case 'vault':
      return `/vault/${resource.vault}.vault.jsonc`;
    case 'range':
      return `/range/${resource.vault}/${encodeSegment(resource.rangeId)}/${encodeSegment(resource.name)}.range.jsonc`;
  }
}

/** What a URI names, or undefined when it is not one that `configUri` makes. */
export function parseConfigUri(uri: UriParts): DocumentSubject | undefined {
  if (uri.scheme !== configScheme) return undefined;
  const [, kind, first, ...others] = uri.path.split('/');
  if (kind === undefined || first === undefined) return undefined;
  let id: ConnectionId;
  try {
    id = connectionId(uri.authority);
  } catch {
    return undefined;
  }
  const rest = others.join('/');
  switch (kind) {
    case 'object': {
      const path = without(rest, '.properties.jsonc');
      if (path === undefined || path === '') return undefined;
      const versionId = decoded(/^versionId=(.+)$/.exec(uri.query)?.[1]);
      if (versionId === null) return undefined;
      return {
        kind,
        connectionId: id,
        bucket: bucketName(first),
        key: decodeKey(path),
        ...(versionId === undefined ? {} : { versionId }),
      };
    }
    case 'selection':
      return selectionOf(id, bucketName(first), uri.query);
    case 'bucket': {
      const topic = without(rest, '.jsonc')?.slice(first.length + 1);
      if (!isTopic(topic)) return undefined;
      return { kind, connectionId: id, bucket: bucketName(first), topic };
    }
    default: {
      const resource = resourceOf(kind, first, rest);
      return resource === undefined ? undefined : { kind: 'backup', connectionId: id, resource };
    }
  }
}

function selectionOf(id: ConnectionId, bucket: BucketName, query: string): DocumentSubject | undefined {
  const names = query.split('&').map((each) => {
    const [, kind, text] = /^(key|prefix)=(.*)$/s.exec(each) ?? [];
    return { kind, name: decoded(text) ?? undefined };
  });
  const of = (kind: string): readonly string[] =>
    names.flatMap((each) => (each.kind === kind && each.name !== undefined ? [each.name] : []));
  const keys = of('key');
  const prefixes = of('prefix');
  if (keys.length + prefixes.length !== names.length || keys.includes('')) return undefined;
  return { kind: 'selection', connectionId: id, bucket, keys: keys.map(objectKey), prefixes };
}

/** A percent-encoded text; null where it is none. */
function decoded(text: string | undefined): string | undefined | null {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return null;
  }
}

function resourceOf(kind: string, first: string, rest: string): BackupResource | undefined {
  switch (kind) {
    case 'policy': {
      const named = idAndName(rest, '.policy.jsonc');
      return named === undefined
        ? undefined
        : { kind, bucket: bucketName(first), policyId: named.id, name: named.name };
    }
    case 'vault': {
      const vault = without(first, '.vault.jsonc');
      return vault === undefined ? undefined : { kind, vault };
    }
    case 'range': {
      const named = idAndName(rest, '.range.jsonc');
      return named === undefined ? undefined : { kind, vault: first, rangeId: named.id, name: named.name };
    }
    default:
      return undefined;
  }
}

function idAndName(rest: string, ending: string): { readonly id: string; readonly name: string } | undefined {
  const [id, name, ...more] = without(rest, ending)?.split('/') ?? [];
  if (id === undefined || name === undefined || more.length > 0) return undefined;
  return { id: decodeSegment(id), name: decodeSegment(name) };
}

function isTopic(text: string | undefined): text is BucketTopic {
  return bucketTopics.some((topic) => topic === text);
}

/** A text without its ending; undefined where it ends otherwise. */
function without(text: string, ending: string): string | undefined {
  return text.endsWith(ending) ? text.slice(0, -ending.length) : undefined;
}
