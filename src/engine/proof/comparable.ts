import { multipartLimits } from '../../model/partPlan';
import type { ObjectSummary } from '../../model/objectInfo';
import { isMd5Etag } from './expected';

/**
 * Whether a copy that the service makes of an object will be comparable with it by what both say of the whole: a checksum of
 * the whole, or an ETag that is the MD5. What is larger than a copy in one piece, and what came in parts with checksums of the
 * parts alone, will not. A listing tells all of it (data-plane §4.1).
 */
export function willBeComparable({ checksumAlgorithm, checksumType, etag, sizeBytes }: ObjectSummary): boolean {
  const isOnePiece = sizeBytes <= multipartLimits.maxSinglePutBytes;
  if (checksumType === 'FULL_OBJECT') return isOnePiece || checksumAlgorithm?.startsWith('CRC') === true;
  return isOnePiece && isMd5Etag({ etag });
}
