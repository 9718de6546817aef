import type { CosError } from '../../model/cosError';
import type { BucketName, UploadId } from '../../model/ids';
import type { OpenUpload } from '../../protocol/requests';
import type { CosClient, ListedUpload } from '../cos/client';
import type { EngineHandlers } from '../engine';
import { asFailure, CosFailure } from '../failure';
import { uploadPages } from '../pages';
import type { ClientFor } from './buckets';

/** More uploads than these are said to be more. */
const mostUploads = 10_000;
/** Uploads whose parts are listed: each takes a request for a thousand parts. */
const mostSized = 500;
const atOnce = 8;

/** Requests about uploads that were begun and not finished. `runningUploads` tells those of running transfers. */
export function createUploadHandlers(
  clientFor: ClientFor,
  runningUploads: () => ReadonlySet<UploadId>,
): Pick<EngineHandlers, 'uploads/list' | 'uploads/abort'> {
  return {
    'uploads/list': async ({ connectionId, bucket }, signal) => {
      const client = await clientFor(connectionId, signal);
      const { uploads, isComplete } = await listUploads(client, bucket, mostUploads, signal);
      const sized = await sizesOf(client, bucket, uploads.slice(0, mostSized), signal);
      const running = runningUploads();
      return {
        uploads: uploads.flatMap((upload): readonly OpenUpload[] => {
          const size = sized.get(upload.uploadId);
          if (size === 'gone') return [];
          return [{ ...upload, ...size, ...(running.has(upload.uploadId) ? { isRunning: true } : {}) }];
        }),
        isComplete,
      };
    },
    'uploads/abort': async ({ connectionId, bucket, uploads }, signal) => {
      const client = await clientFor(connectionId, signal);
      const refusal = client.guard('uploads/abort');
      if (refusal !== undefined) throw refusal;
      const failures: { key: string; error: CosError }[] = [];
      await each(uploads, async ({ key, uploadId }) => {
        try {
          if (runningUploads().has(uploadId)) throw stillRunning(bucket, key);
          await client.abortMultipartUpload({ bucket, key }, uploadId, signal);
        } catch (thrown) {
          if (signal.aborted) throw thrown;
          failures.push({ key, error: asFailure(thrown, 'AbortMultipartUpload').error });
        }
      });
      return { abortedCount: uploads.length - failures.length, failures };
    },
  };
}

/** Open uploads of a bucket, page after page, until there are `limit` of them. */
export async function listUploads(
  client: Pick<CosClient, 'listMultipartUploads'>,
  bucket: BucketName,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly uploads: readonly ListedUpload[]; readonly isComplete: boolean }> {
  const uploads: ListedUpload[] = [];
  for await (const page of uploadPages(bucket, (from) => client.listMultipartUploads(bucket, from, signal))) {
    uploads.push(...page.uploads);
    if (page.nextCursor !== undefined && uploads.length >= limit) return { uploads, isComplete: false };
  }
  return { uploads, isComplete: true };
}

type Size = { readonly parts: number; readonly bytes: number };

/** What uploads hold. One that ended since it was listed is gone; one whose parts may not be listed has no size. */
async function sizesOf(
  client: CosClient,
  bucket: BucketName,
  uploads: readonly ListedUpload[],
  signal: AbortSignal,
): Promise<ReadonlyMap<UploadId, Size | 'gone'>> {
  const sizes = new Map<UploadId, Size | 'gone'>();
  await each(uploads, async ({ key, uploadId }) => {
    try {
      const parts = await client.listParts({ bucket, key }, uploadId, signal);
      const bytes = parts.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
      sizes.set(uploadId, { parts: parts.length, bytes });
    } catch (thrown) {
      if (!(thrown instanceof CosFailure) || signal.aborted) throw thrown;
      if (thrown.error.reason === 'noSuchUpload') sizes.set(uploadId, 'gone');
      else if (thrown.error.kind !== 'denied') throw thrown;
    }
  });
  return sizes;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
}

function stillRunning(bucket: BucketName, key: string): CosFailure {
  return new CosFailure({
    kind: 'conflict',
    op: 'AbortMultipartUpload',
    bucket,
    key,
    retry: 'later',
    detail: `"${key}" is being uploaded by this or another window; cancel that transfer instead`,
  });
}
