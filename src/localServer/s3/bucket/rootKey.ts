import type { Bucket } from '../../store/buckets';
import type { ResponseHeaders } from '../wire/exchange';

/** Headers that tell of a bucket's Key Protect root key (rule 33). */
export function rootKeyHeaders(bucket: Bucket): ResponseHeaders {
  return bucket.rootKeyCrn === undefined
    ? {}
    : { 'ibm-sse-kp-enabled': 'True', 'ibm-sse-kp-crk-id': bucket.rootKeyCrn };
}
