import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FullCosClient } from '../../../src/engine/cos/fullClient';
import { CosFailure } from '../../../src/engine/failure';
import { saveObject } from '../../../src/extension/documents/saving';
import type { Result } from '../../../src/model/cosError';
import type { BucketName, ObjectKey } from '../../../src/model/ids';
import type { AttributeChange, AttributeOutcome } from '../../../src/model/objectState';
import { startProtected, type Protected } from './fixture';

let server: Protected;
let other: FullCosClient;
beforeAll(async () => {
  server = await startProtected();
  other = server.client();
});
afterAll(async () => await server?.close());

const never = new AbortController().signal;
const mebibyte = 1024 * 1024;
/** A copy in one request, one in parts (the content is larger than the limit of 4 bytes), or by way of this machine. */
const ways = {
  copy: { method: 'copy', limits: { maxCopyBytes: mebibyte, partBytes: 5 * mebibyte } },
  parts: { method: 'copy', limits: { maxCopyBytes: 4, partBytes: 5 * mebibyte } },
  put: { method: 'put', limits: { maxCopyBytes: mebibyte, partBytes: 5 * mebibyte } },
} as const;
type Way = keyof typeof ways;

interface Saved {
  /** What the first window heard: what it applied, or why not. */
  readonly heard: AttributeOutcome | CosFailure['error'];
  /** Requests of the first window, in order. */
  readonly requests: readonly string[];
}

/** Saves `mine` in one window while `theirs` happens in the other one right before the first's nth request. */
async function saveDuring(
  address: { readonly bucket: BucketName; readonly key: ObjectKey },
  way: Way,
  mine: AttributeChange,
  at: number,
  theirs: () => Promise<unknown>,
): Promise<Saved> {
  const { method, limits } = ways[way];
  const requests: string[] = [];
  const window = server.client(limits, async (op) => {
    requests.push(op);
    if (requests.length - 1 === at) await theirs();
  });
  const { info, tags, acl } = await other.getObjectState(address, never);
  const { etag, modifiedAtMs, headers, metadata } = info;
  const seen = {
    etag,
    modifiedAtMs,
    headers,
    metadata,
    ...(tags === undefined ? {} : { tags }),
    ...(acl === undefined ? {} : { acl }),
  };
  try {
    return { heard: await window.changeAttributes(address, seen, mine, { method, lock: 'keep' }, never), requests };
  } catch (error) {
    if (!(error instanceof CosFailure)) throw error;
    return { heard: error.error, requests };
  }
}

/** Moments in which no look and no condition shows an edit: between the last look at it and the write. */
function isBlind(edit: keyof typeof edits, requests: readonly string[], at: number): boolean {
  const write = requests.findLastIndex((op) => /^(CopyObject|PutObject|CompleteMultipartUpload)$/.test(op));
  const looks = { metadata: /^HeadObject$/, tags: /^GetObjectTagging$/, acl: /^GetObjectAcl$/ } as const;
  const look = requests.findLastIndex((op, place) => place < write && looks[edit].test(op));
  return at > look && at <= write;
}

/** An object that was there for a while. */
async function put(kind: 'plain' | 'locked', name: string) {
  const { bucket, key } = await server.put(await bucketOf(kind), name, 'content', {
    headers: { contentType: 'text/plain' },
    metadata: { owner: 'nobody' },
    tags: { stage: 'new' },
  });
  server.advance(2000);
  return { bucket, key };
}
const buckets = new Map<string, Promise<BucketName>>();
function bucketOf(kind: 'plain' | 'locked'): Promise<BucketName> {
  const found = buckets.get(kind) ?? server.bucket(kind);
  buckets.set(kind, found);
  return found;
}

const edits = {
  metadata: { metadata: { theirs: 'yes' } },
  tags: { tags: { theirs: 'yes' } },
  acl: { acl: 'public-read' },
} as const satisfies Record<string, AttributeChange>;
const mine = { headers: { contentType: 'text/x-mine' } } as const;

describe('a save of the content', () => {
  it('keeps metadata that another window sets meanwhile, at whatever moment', async () => {
    const address = await put('plain', 'typed');
    let requests = 1;
    for (let at = 0; at < requests; at += 1) {
      server.advance(2000);
      const theirs = `set before request ${at}`;
      let sent = 0;
      const window = server.client(undefined, async () => {
        sent += 1;
        if (sent - 1 !== at) return;
        const change = { metadata: { theirs } };
        await other.changeAttributes(address, undefined, change, { method: 'copy', lock: 'keep' }, never);
      });
      const opened = {
        etag: (await other.headObject(address, never)).etag,
        info: await other.headObject(address, never),
      };
      const baseline = { opened, isGone: false, isToBeCreated: false };
      const text = `typed ${at}`;
      const saved = await saveObject(baseline, 'edited', {
        head: async () => await resultOf(window.headObject(address, never)),
        getTags: async () => await resultOf(window.getTags(address, never)),
        write: async (attributes, condition) =>
          await resultOf(window.putObject(address, Buffer.from(text), attributes, condition, never)),
        resolve: async () => 'stop',
      });
      expect(saved.kind, theirs).toBe('written');
      const { metadata } = await other.headObject(address, never);
      expect(metadata, theirs).toEqual({ owner: 'nobody', theirs });
      const pieces: Buffer[] = [];
      await other.readObject(address, {}, (piece) => void pieces.push(Buffer.from(piece)), never);
      expect(Buffer.concat(pieces).toString()).toBe(text);
      // The moments of a save that nothing disturbs: the first ones, whatever a repeated attempt adds.
      if (at === 0) requests = sent;
    }
    expect(requests).toBeGreaterThan(3);
  });
});

async function resultOf<T>(work: Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (!(error instanceof CosFailure)) throw error;
    return { ok: false, error: error.error };
  }
}

describe('two windows that save properties of one object at the same time', () => {
  it.each([
    ['copy', 'plain', ['metadata', 'tags', 'acl'], 1],
    ['copy', 'locked', ['acl'], 1],
    // Sent from here or in parts, an object gets the tags that were read; asking for the conditions takes its moments, too.
    ['parts', 'plain', ['metadata', 'tags'], 8],
    ['put', 'plain', ['metadata', 'acl'], 5],
  ] as const)(
    'loses nothing of the other one unsaid, by %s in a bucket that is %s',
    async (way, kind, edited, most) => {
      const undisturbed = await saveDuring(await put(kind, way), way, mine, -1, async () => undefined);
      expect(undisturbed.heard).toMatchObject({ applied: ['attributes'] });
      let blind = 0;
      for (const edit of edited) {
        for (let at = 0; at < undisturbed.requests.length; at += 1) {
          const address = await put(kind, `${way}-${edit}-${at}`);
          const { heard, requests } = await saveDuring(address, way, mine, at, async () => {
            const options = { method: 'copy', lock: 'keep' } as const;
            const outcome = await other.changeAttributes(address, undefined, edits[edit], options, never);
            expect(outcome.failed).toBeUndefined();
          });
          const end = await other.getObjectState(address, never);
          const theirs = { metadata: end.info.metadata['theirs'], tags: end.tags?.['theirs'], acl: end.acl }[edit];
          const isKept = theirs === 'yes' || theirs === 'public-read';
          const isMine = end.info.headers.contentType === 'text/x-mine';
          const where = `${edit} before request ${at} of ${requests.join(', ')}`;
          if ('kind' in heard) {
            expect(heard, where).toMatchObject({ kind: 'preconditionFailed', reason: 'changedMeanwhile' });
            expect([isMine, isKept], where).toEqual([false, true]);
            continue;
          }
          expect(isMine, where).toBe(true);
          if (isKept) continue;
          // No condition of the service covers tags and access lists. A bucket with versions tells afterwards.
          expect(isBlind(edit, requests, at), where).toBe(true);
          expect(way === 'copy' ? ['acl'] : ['acl', 'tags'], where).toContain(edit);
          if (kind === 'locked')
            expect(heard, where).toMatchObject({ failed: { error: { reason: 'changedMeanwhile' } } });
          blind += 1;
        }
      }
      expect(blind).toBeLessThanOrEqual(most);
    },
  );

  it('tells a change at the last moment from the one before it in the same second', async () => {
    const bucket = await bucketOf('plain');
    const old = await put('plain', 'old');
    const { requests } = await saveDuring(old, 'copy', mine, -1, async () => undefined);
    const { key } = await server.put(bucket, 'young', 'content', { headers: { contentType: 'text/plain' } });
    const address = { bucket, key };
    const { heard } = await saveDuring(address, 'copy', mine, requests.indexOf('CopyObject'), async () => {
      await other.changeAttributes(address, undefined, edits.metadata, { method: 'copy', lock: 'keep' }, never);
    });
    expect(heard).toMatchObject({ reason: 'changedMeanwhile' });
    const { info } = await other.getObjectState(address, never);
    expect(info).toMatchObject({ headers: { contentType: 'text/plain' }, metadata: { theirs: 'yes' } });
  });
});
