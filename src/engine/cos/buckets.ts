import type { Connection } from '../../model/connection';
import { bucketName, type BucketName } from '../../model/ids';
import { locationOfHost, parseProvisioningCode } from '../../model/location';
import type { BucketSummary } from '../../model/objectInfo';
import type { NewBucketSettings } from '../../protocol/buckets';
import { CosFailure } from '../failure';
import { listedPages, maxGatheredPages } from '../pages';
import type { BucketDirectory } from './bucketDirectory';
import type { CosClient } from './client';
import { momentMs } from './moment';
import { maxAnswerBytes } from './objects';
import type { Wire } from './wire';
import { childElement, childElements, childText, hasRoot, parseXml, type XmlElement } from './xml';

/** Buckets of a connection's instance. */
export type BucketOperations = Pick<CosClient, 'listBuckets' | 'getBucket' | 'createBucket' | 'deleteBucket'>;

/** Answer of IBM's extended listing is at most 1,000 buckets a page; other servers send all at once. */
const maxListBytes = 64 * 1024 * 1024;

/**
 * Buckets by the extended listing (`GET /?extended`, data-plane §3.2), which tells location and class and which the
 * SDK can neither send nor read. Servers that do not know it answer an ordinary listing, which serves as well.
 */
export function createListBuckets(
  wire: Wire,
  explain: (refusal: CosFailure) => CosFailure,
): (signal: AbortSignal) => Promise<readonly BucketSummary[]> {
  return async (signal) => {
    const buckets = new Map<string, BucketSummary>();
    const pages = listedPages<BucketPage, string>(
      { op: 'ListBuckets', what: 'buckets' },
      {
        maxPages: maxGatheredPages,
        ask: ({ cursor }) =>
          listPage(wire, cursor, signal).catch((error: unknown) => {
            const isRefusal =
              error instanceof CosFailure && error.error.kind === 'denied' && error.error.reason === undefined;
            throw isRefusal ? explain(error) : error;
          }),
        next: (page) => (page.isTruncated ? page.buckets.at(-1)?.name : undefined),
        names: (page) => page.buckets.map(({ name }) => name),
      },
    );
    for await (const page of pages) for (const bucket of page.buckets) buckets.set(bucket.name, bucket);
    return [...buckets.values()];
  };
}

interface BucketPage {
  readonly buckets: readonly BucketSummary[];
  readonly isTruncated: boolean;
}

async function listPage(wire: Wire, marker: string | undefined, signal: AbortSignal): Promise<BucketPage> {
  return await wire.send(
    {
      op: 'ListBuckets',
      method: 'GET',
      query: { extended: undefined, ...(marker === undefined ? {} : { marker }) },
      repeatable: 'always',
      needsInstance: true,
    },
    signal,
    async (answer, origin) => {
      const document = parseXml((await answer.read(maxListBytes)).toString('utf8'));
      if (!hasRoot(document, 'ListAllMyBucketsResult')) throw notAListing(origin);
      const root = childElement(document, 'ListAllMyBucketsResult');
      return {
        buckets: childElements(childElement(root, 'Buckets'), 'Bucket').map(bucketSummary),
        isTruncated: childText(root, 'IsTruncated')?.trim() === 'true',
      };
    },
  );
}

function bucketSummary(element: XmlElement): BucketSummary {
  const createdAtMs = momentMs(childText(element, 'CreationDate'));
  return {
    name: bucketName(childText(element, 'Name')?.trim() ?? ''),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...placeOf(childText(element, 'LocationConstraint')),
  };
}

function placeOf(text: string | undefined): Pick<BucketSummary, 'locationConstraint' | 'location' | 'storageClass'> {
  const locationConstraint = text?.trim() ?? '';
  return locationConstraint === '' ? {} : { locationConstraint, ...parseProvisioningCode(locationConstraint) };
}

/** Bucket operations of a connection. */
export function createBuckets(
  connection: Connection,
  wire: Wire,
  directory: BucketDirectory,
  list: (signal: AbortSignal) => Promise<readonly BucketSummary[]>,
): BucketOperations {
  return {
    async listBuckets(signal) {
      const listed = await list(signal);
      directory.learn(listed);
      const names = new Set<string>(listed.map(({ name }) => name));
      const extra = [...new Set(connection.extraBuckets ?? [])].filter((name) => !names.has(name));
      return [...listed, ...extra.map((name) => ({ name: bucketName(name) }))];
    },

    async getBucket(bucket, signal) {
      await wire.send({ op: 'HeadBucket', method: 'HEAD', bucket, repeatable: 'always' }, signal, async (answer) => {
        await answer.read(maxAnswerBytes);
      });
      // HEAD tells neither location nor class (data-plane §3.4); a listing has, where there was one.
      return directory.known(bucket) ?? { name: bucket };
    },

    async createBucket(bucket, settings, signal) {
      const { origin, locationConstraint } = placeOfNewBucket(connection, directory, bucket, settings);
      const body = locationConstraint === undefined ? undefined : createBody(locationConstraint);
      const request = {
        op: 'CreateBucket',
        method: 'PUT',
        bucket,
        headers: () => ({
          ...(body === undefined ? {} : { 'content-type': 'application/xml' }),
          ...settingHeaders(settings),
        }),
        ...(body === undefined ? {} : { body }),
        repeatable: 'ifRefused', // a second creation of one's own bucket answers 409
        needsInstance: true,
        origin,
      } as const;
      try {
        await wire.send(request, signal, async (answer) => void (await answer.read(maxAnswerBytes)));
      } catch (error) {
        throw settings.rootKeyCrn === undefined ? error : rootKeyRefusal(error);
      }
      const created = { name: bucket, createdAtMs: Date.now(), ...placeOf(locationConstraint) };
      directory.learn([created]);
      return created;
    },

    async deleteBucket(bucket, signal) {
      await wire.send(
        { op: 'DeleteBucket', method: 'DELETE', bucket, repeatable: 'ifRefused' },
        signal,
        async (answer) => {
          await answer.read(maxAnswerBytes);
        },
      );
      directory.forget(bucket);
    },
  };
}

/** What a bucket can get only when it is created (data-plane §3.3). */
function settingHeaders({ rootKeyCrn, hasObjectLock }: NewBucketSettings): Readonly<Record<string, string>> {
  return {
    ...(rootKeyCrn === undefined
      ? {}
      : { 'ibm-sse-kp-encryption-algorithm': 'AES256', 'ibm-sse-kp-customer-root-key-crn': rootKeyCrn }),
    ...(hasObjectLock === true ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {}),
  };
}

/** A key that cannot be used is a 400 with only a message to tell it by (control-plane §4.3): all that is left of them. */
function rootKeyRefusal(error: unknown): unknown {
  if (!(error instanceof CosFailure)) return error;
  const { kind, reason, httpStatus } = error.error;
  if (kind !== 'invalid' || reason !== undefined || httpStatus !== 400) return error;
  return new CosFailure({ ...error.error, reason: 'rootKeyRefused' });
}

/** IBM wants `<location>-<class>`, sent to an endpoint of that location (data-plane §3.3); other servers a bare code. */
function placeOfNewBucket(
  connection: Connection,
  directory: BucketDirectory,
  bucket: BucketName,
  place: { location?: string; storageClass?: string },
): { origin: string; locationConstraint?: string } {
  const home = locationOfHost(new URL(directory.homeOrigin).hostname);
  const location = place.location ?? home?.replace(/^.*\./, '') ?? locationOfEndpoint(connection, directory.homeOrigin);
  if (place.location === undefined && place.storageClass === undefined) return { origin: directory.homeOrigin };
  if (location === undefined) {
    throw new CosFailure({
      kind: 'invalid',
      op: 'CreateBucket',
      reason: 'invalidLocation',
      bucket,
      retry: 'never',
      detail: `A storage class needs a location, and the location of "${new URL(directory.homeOrigin).host}" is not known. Choose one.`,
    });
  }
  const origin = directory.originOfLocation(location);
  if (origin === undefined) return { origin: directory.homeOrigin, locationConstraint: location };
  return { origin, locationConstraint: `${location}-${place.storageClass ?? 'standard'}` };
}

function locationOfEndpoint(connection: Connection, homeOrigin: string): string | undefined {
  const found = Object.entries(connection.locationEndpoints ?? {}).find(([, endpoint]) => {
    return URL.canParse(endpoint) && new URL(endpoint).origin === homeOrigin;
  });
  return found?.[0];
}

function createBody(locationConstraint: string): Uint8Array {
  const escaped = locationConstraint.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return Buffer.from(
    `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${escaped}</LocationConstraint></CreateBucketConfiguration>`,
    'utf8',
  );
}

function notAListing(origin: string): CosFailure {
  const host = new URL(origin).host;
  return new CosFailure({
    kind: 'network',
    op: 'ListBuckets',
    host,
    reason: 'notACosEndpoint',
    retry: 'never',
    detail: `"${host}" does not answer a list of buckets as object storage does.`,
  });
}
