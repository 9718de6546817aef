import type { UploadId } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { Verdict, VouchingAlgorithm, WholeLack } from '../../model/verdict';
import { CosFailure, isSaidNotDone } from '../failure';
import { combinedCrc } from '../proof/combinedCrc';
import { wholeChecksum } from '../proof/expected';
import { isSameEtag } from './etag';
import type { UploadedPart } from './client';

type Headers = Readonly<Record<string, string>>;

/** The checksum of a whole object that was uploaded in parts: asked for, sent, and what became of it (data-plane §1.5, §6). */
export interface WholeChecksums {
  /** Begins an upload with the headers that ask for it; where an endpoint refuses them, without, there and from then on. */
  begin(origin: string, run: (headers: Headers) => Promise<UploadId>): Promise<UploadId>;
  /** What a listing of its parts says of an upload that somebody began. */
  listed(uploadId: UploadId, checksumType: string | undefined): void;
  /** Completes an upload with the checksum of the whole, if it was begun with one. */
  complete<T extends { readonly etag: string }>(
    origin: string,
    uploadId: UploadId,
    parts: readonly UploadedPart[],
    run: (headers: Headers) => Promise<T>,
    find: () => Promise<ObjectInfo | undefined>,
  ): Promise<T & { readonly verdict: Verdict }>;
}

const announced = { 'x-amz-checksum-algorithm': 'CRC32' } as const;
const ofWhole = { 'x-amz-checksum-type': 'FULL_OBJECT' } as const;
/** What servers answer to headers that they do not know, or know otherwise. */
const refusalStatuses = new Set([400, 405, 415, 422, 501]);
/** Codes of servers that do not know `x-amz-checksum-*` headers. */
export const refusalCodes: ReadonlySet<string> = new Set([
  'NotImplemented',
  'InvalidRequest',
  'InvalidArgument',
  'UnsupportedHeader',
  'XNotImplemented',
]);

/** What an object is not, although the service answered that it was stored. */
export class StoredOtherwise extends Error {}

/** Checksums of whole objects; what each endpoint does with them is learned here. `takesCrc`: whether parts go with a CRC. */
export function createWholeChecksums(takesCrc: (origin: string) => boolean): WholeChecksums {
  const learned = new Map<string, 'kept' | WholeLack>();
  const asked = new Set<UploadId>();
  const lackAt = (origin: string): WholeLack | undefined => {
    const known = learned.get(origin);
    return known === 'kept' ? undefined : known;
  };

  return {
    async begin(origin, run) {
      if (!takesCrc(origin)) return await run({});
      if (lackAt(origin) !== undefined) return await run(announced);
      try {
        const uploadId = await run({ ...announced, ...ofWhole });
        asked.add(uploadId);
        return uploadId;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const uploadId = await run(announced).catch(() => {
          throw error; // the checksum was not what it minded
        });
        learned.set(origin, 'refused');
        return uploadId;
      }
    },

    listed(uploadId, checksumType) {
      if (checksumType === 'FULL_OBJECT') asked.add(uploadId);
    },

    async complete<Stored extends { readonly etag: string }>(
      origin: string,
      uploadId: UploadId,
      parts: readonly UploadedPart[],
      run: (headers: Headers) => Promise<Stored>,
      find: () => Promise<ObjectInfo | undefined>,
    ): Promise<Stored & { readonly verdict: Verdict }> {
      const sum = asked.has(uploadId) ? combinedCrc('CRC32', parts) : undefined;
      if (sum === undefined) return { ...(await run({})), verdict: verdictOfParts(parts, lackAt(origin)) };
      let done: Stored;
      try {
        done = await run({ ...ofWhole, 'x-amz-checksum-crc32': sum });
      } catch (error) {
        // Where it was understood before, a difference is one.
        const isMeant =
          learned.get(origin) === 'kept' && error instanceof CosFailure && error.error.code === 'BadDigest';
        if (!isRefusal(error) || isMeant) throw error;
        done = await run({}).catch(() => {
          throw error;
        });
        learned.set(origin, 'refused');
      }
      asked.delete(uploadId);
      const found = await find().catch(() => undefined);
      const isSame = isSameEtag(found?.etag, done.etag);
      const kept = found !== undefined && isSame ? wholeChecksum(found) : undefined;
      if (kept?.algorithm === 'CRC32') {
        if (kept.value !== sum) throw new StoredOtherwise();
        if (lackAt(origin) === undefined) learned.set(origin, 'kept');
        return { ...done, verdict: { kind: 'verified', by: 'CRC32', of: 'whole' } };
      }
      if (isSame && lackAt(origin) === undefined) learned.set(origin, 'notKept');
      return { ...done, verdict: verdictOfParts(parts, lackAt(origin)) };
    },
  };
}

function verdictOfParts(parts: readonly UploadedPart[], lacks: WholeLack | undefined): Verdict {
  const by = new Set<VouchingAlgorithm | undefined>(parts.map(({ comparedBy }) => comparedBy));
  const [first] = by;
  if (first === undefined || by.has(undefined)) return { kind: 'sizeOnly', why: 'notCompared' };
  return {
    kind: 'verified',
    by: by.size === 1 ? first : 'MD5',
    of: 'parts',
    ...(lacks === undefined ? {} : { lacks }),
  };
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof CosFailure)) return false;
  return refusalStatuses.has(error.error.httpStatus ?? 0) || isChecksumRefusal(error);
}

/** Whether the end of an upload was refused for its checksum, also behind a 200: the same request would be refused again. */
export function isChecksumRefusal(failure: CosFailure): boolean {
  const { code = '' } = failure.error;
  return code === 'BadDigest' || (isSaidNotDone(failure) && refusalCodes.has(code));
}
