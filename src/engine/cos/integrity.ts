import { isMd5Etag } from '../proof/expected';
import { hasOwnKey } from '../proof/ownKey';
import { partChecksum } from '../checksums/partChecksum';

/** Base64 of the MD5 of the bytes, as `Content-MD5` has it. */
export function md5Base64(bytes: Uint8Array): string {
  return partChecksum('MD5', bytes);
}

/** Whether an ETag is the MD5 of the object: plain 32 hex digits of an object that is not encrypted with own keys. */
export function hasMd5Etag(etag: string, headers: Readonly<Record<string, string>>): boolean {
  return isMd5Etag({ etag, ...(hasOwnKey(headers) ? { hasOwnKey: true } : {}) });
}
