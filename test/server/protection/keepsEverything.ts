import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { FullCosClient } from '../../../src/engine/cos/fullClient';
import type { CopyLimits } from '../../../src/engine/cos/rewrite';
import { CosFailure } from '../../../src/engine/failure';
import { objectKey, type BucketName } from '../../../src/model/ids';
import type { AttributeChange, ObjectState } from '../../../src/model/objectState';
import { patternBytes } from '../../unit/transfers/world';
import type { Protected } from './fixture';

const mebibyte = 1024 * 1024;
const dayMs = 86_400_000;
/** A copy in one request up to here, in ranges above: what the service does at 5 GiB, met with less to store. */
const limits: CopyLimits = { maxCopyBytes: 5 * mebibyte, partBytes: 5 * mebibyte };
const never = new AbortController().signal;

const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const texts = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 äöü]{0,10}[A-Za-z0-9]$/);
const objects = fc.record({
  kind: fc.constantFrom('plain', 'locked', 'expired', 'retained', 'held'),
  sizeBytes: fc.constantFrom(0, 7, 700, 7000, ...[-1, 0, 1, 1].map((over) => limits.maxCopyBytes + over)),
  hasLock: fc.boolean(),
  hasHold: fc.boolean(),
  isPublic: fc.boolean(),
  headers: fc.record(
    {
      contentType: fc.constantFrom('text/plain', 'application/json'),
      cacheControl: fc.constant('max-age=60'),
      contentDisposition: fc.constant('inline; filename="ü.txt"'),
      contentLanguage: fc.constant('de'),
      expires: fc.constant('Wed, 21 Oct 2026 07:28:00 GMT'),
    },
    { requiredKeys: ['contentType'] },
  ),
  metadata: fc.dictionary(names, texts, { maxKeys: 4 }),
  tags: fc.dictionary(names, names, { maxKeys: 4 }),
  field: fc.constantFrom('header', 'metadata', 'tag', 'acl'),
  method: fc.constantFrom('copy', 'copy', 'copy', 'put'),
});
type Sample = typeof objects extends fc.Arbitrary<infer T> ? T : never;

const changes = {
  header: { headers: { contentEncoding: 'br' } },
  metadata: { metadata: { edited: 'yes' } },
  tag: { tags: { edited: 'yes' } },
  acl: { acl: 'public-read' },
} as const satisfies Record<Sample['field'], AttributeChange>;

/** How many objects of a sample were of each kind that matters. */
export interface Seen {
  refused: number;
  inParts: number;
  expired: number;
  versions: number;
}

/** Edits one field of random objects of every kind, and looks whether that field alone changed, or nothing did. */
export async function checkKeepsEverything(server: Protected, numRuns: number, seed?: number): Promise<Seen> {
  const client = server.client(limits);
  const buckets = {
    plain: await server.bucket(),
    locked: await server.bucket('locked'),
    expired: await server.retained([0, 1, 30]),
    retained: await server.retained([0, 20, 30]),
    held: await server.retained([0, 0, 30]),
  };
  let serial = 0;
  const seen: Seen = { refused: 0, inParts: 0, expired: 0, versions: 0 };
  const check = async (sample: Sample) =>
    await checkOne(server, client, buckets[sample.kind], `object-${(serial += 1)}`, sample, seen);
  await fc.assert(fc.asyncProperty(objects, check), { numRuns, ...(seed === undefined ? {} : { seed }) });
  return seen;
}

async function checkOne(
  server: Protected,
  client: FullCosClient,
  bucket: BucketName,
  name: string,
  sample: Sample,
  seen: Seen,
): Promise<void> {
  const { kind, sizeBytes, headers, metadata, tags, isPublic, field, method } = sample;
  const address = { bucket, key: objectKey(name) };
  const bytes = patternBytes(sizeBytes, sizeBytes + 1);
  const controls = isPublic ? ({ controls: { acl: 'public-read' } } as const) : {};
  await client.putObject(address, bytes, { headers, metadata, tags, ...controls }, { kind: 'always' }, never);
  if (kind === 'locked' && sample.hasLock) {
    const retainUntilMs = Math.floor(server.nowMs() / 1000) * 1000 + 5 * dayMs;
    await client.putLockRetention(address, { mode: 'GOVERNANCE', retainUntilMs }, { bypassGovernance: false }, never);
  }
  if (kind === 'locked' && sample.hasHold) await client.putLockHold(address, true, never);
  if (kind === 'held') await client.addLegalHold(address, 'court', never);
  // A change of the very second in which an object was written waits for the next one.
  server.advance(kind === 'expired' ? 2 * dayMs : 1000);
  const before = await client.getObjectState(address, never);
  const change = field === 'acl' && isPublic ? ({ acl: 'private' } as const) : changes[field];
  const isRewrite = field === 'header' || field === 'metadata';
  const isRefused = (kind === 'retained' || kind === 'held') && isRewrite;
  const writes = writesOf(server);
  const outcome = client.changeAttributes(address, before.info, change, { method, lock: 'keep' }, never);
  if (isRefused) {
    const error: unknown = await outcome.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error instanceof CosFailure ? error.error.kind : error).toBe('held');
    expect(writesOf(server)).toBe(writes);
    seen.refused += 1;
    expect(kept(await client.getObjectState(address, never))).toEqual(kept(before));
    return;
  }
  expect((await outcome).failed).toBeUndefined();
  const after = kept(await client.getObjectState(address, never));
  expect(after).toEqual(edited(kept(before), change));
  if (kind === 'expired') seen.expired += 1;
  if (sizeBytes > limits.maxCopyBytes && method === 'copy' && isRewrite) seen.inParts += 1;
  const pieces: Buffer[] = [];
  await client.readObject(address, {}, (piece) => void pieces.push(Buffer.from(piece)), never);
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  const { versionId } = before.info;
  if (versionId !== undefined && isRewrite) {
    expect(kept(await client.getObjectState({ ...address, versionId }, never))).toEqual(kept(before));
    seen.versions += 1;
  }
}

/** What an edit of one field must leave alone; a rewrite changes times and versions, and a period counts anew. */
function kept({ info, tags, acl, protection }: ObjectState) {
  const lasting =
    protection?.kind === 'retention'
      ? { kind: protection.kind, periodSeconds: protection.periodSeconds, holds: protection.holds.map(({ id }) => id) }
      : protection && { ...protection, versionId: undefined };
  return { headers: info.headers, metadata: info.metadata, sizeBytes: info.sizeBytes, tags, acl, lasting };
}

function edited(before: ReturnType<typeof kept>, change: AttributeChange): unknown {
  return {
    ...before,
    headers: { ...before.headers, ...change.headers },
    metadata: { ...before.metadata, ...change.metadata },
    tags: { ...before.tags, ...change.tags },
    acl: change.acl ?? before.acl,
  };
}

/** Requests that write objects or begin to. */
function writesOf(server: Protected): number {
  const counts = server.farSide.server.requests.read().byOperation;
  const writing = ['PutObject', 'CopyObject', 'CreateMultipartUpload', 'PutObjectTagging', 'PutObjectAcl'];
  return writing.reduce((sum, operation) => sum + (counts[operation] ?? 0), 0);
}
