import type { ChecksumBehaviour } from '../../model/connection';
import type { Checksums } from '../checksums/checksums';
import { checksumHeader, type PartChecksum } from '../checksums/partChecksum';
import { CosFailure } from '../failure';
import { createWholeChecksums, refusalCodes, type WholeChecksums } from './wholeChecksums';

/** How the bytes of an upload are protected at an endpoint. */
export type UploadChecksum = 'crc32' | 'md5';

/** Chooses the checksum of uploads for each endpoint, and learns from what the endpoints say. */
export interface UploadChecksums extends Pick<Checksums, 'of'> {
  /** Of whole objects that go in parts. */
  readonly whole: WholeChecksums;
  kindFor(origin: string): UploadChecksum;
  /**
   * Runs an upload with the headers that protect its body. `crc32` is refused by old servers and ignored by others:
   * after a refusal the upload is repeated once with Content-MD5, after an answer that does not return the checksum
   * (nobody compared it) Content-MD5 is used from then on.
   */
  protect<T extends { readonly echoed: string | undefined }>(
    origin: string,
    body: Uint8Array,
    upload: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T>;
}

/** Checksums for uploads. `never` means Content-MD5, which every server knows. */
export function createUploadChecksums(behaviour: ChecksumBehaviour, sums: Checksums): UploadChecksums {
  const learned = new Map<string, UploadChecksum>();
  const kindFor = (origin: string): UploadChecksum =>
    behaviour === 'never' ? 'md5' : behaviour === 'always' ? 'crc32' : (learned.get(origin) ?? 'crc32');
  const headerOf = async (algorithm: PartChecksum, body: Uint8Array) => ({
    [checksumHeader(algorithm)]: await sums.of(algorithm, body),
  });
  return {
    of: (algorithm, body) => sums.of(algorithm, body),
    kindFor,
    whole: createWholeChecksums((origin) => kindFor(origin) === 'crc32'),
    async protect(origin, body, upload) {
      if (kindFor(origin) === 'md5') return await upload(await headerOf('MD5', body));
      try {
        const outcome = await upload(await headerOf('CRC32', body));
        if (outcome.echoed === undefined) learned.set(origin, 'md5');
        return outcome;
      } catch (error) {
        if (behaviour !== 'learned' || !looksLikeRefusal(error)) throw error;
        const outcome = await upload(await headerOf('MD5', body)).catch(() => {
          throw error; // the checksum was not what it minded
        });
        learned.set(origin, 'md5');
        return outcome;
      }
    },
  };
}

function looksLikeRefusal(error: unknown): boolean {
  if (!(error instanceof CosFailure)) return false;
  const { httpStatus, code } = error.error;
  return (httpStatus === 400 || httpStatus === 501) && (code === undefined || refusalCodes.has(code));
}
