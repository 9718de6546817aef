import type { BucketName } from '../model/ids';
import type { UploadOptions } from '../model/uploadOptions';
import { CosFailure } from '../engine/failure';
import type { Session } from './session';

const wanting = {
  retention: {
    has: 'a retention policy',
    flags: '--retain-until, --retain-days and --legal-hold',
    instead: '--retain-until, --retain-days or --legal-hold',
  },
  objectLock: { has: 'Object Lock', flags: '--lock-mode and --lock-hold', instead: '--lock-mode or --lock-hold' },
} as const;

/** Throws, before anything is sent, where a bucket has not what the protection needs that an upload is to get. */
export async function requireMechanism(
  { client }: Pick<Session, 'client'>,
  bucket: BucketName,
  options: UploadOptions | undefined,
  signal: AbortSignal,
): Promise<void> {
  const wanted = options?.protection?.kind;
  if (wanted === undefined) return;
  const mechanism = await client.getMechanism(bucket, signal);
  // Who may not ask is told by the service.
  if (mechanism === 'unknown' || mechanism === wanted) return;
  const { has, flags } = wanting[wanted];
  const other = mechanism === 'none' ? '' : `; it has ${wanting[mechanism].has}, use ${wanting[mechanism].instead}`;
  const detail = `bucket "${bucket}" has no ${has.replace(/^a /, '')}, which ${flags} need${other}. Nothing was uploaded`;
  throw new CosFailure({ kind: 'invalid', op: 'PutObject', refusal: 'mechanism', bucket, retry: 'never', detail });
}
