import type { ObjectInfo } from '../../model/objectInfo';
import type { WriteCondition, WriteOutcome } from '../../protocol/requests';
import { CosFailure } from '../failure';
import type { ObjectAddress } from './client';
import { isSameEtag, noEtag, quotedEtag } from './etag';

/** Who checked a condition. */
export type CheckedBy = WriteOutcome['conditionCheckedBy'];

/** Makes writes happen under a condition, on servers that know conditions and on those that ignore them. */
export interface Conditions {
  /**
   * Runs `write` if the condition holds. `preconditionFailed` otherwise, and then nothing was written.
   * Whether an endpoint honours a condition is known once it has refused a write for it (412); until then a HEAD goes
   * before, and the header goes along all the same. Trying it out with a write that should be refused would destroy data
   * where it is not. The time of the last change is no condition of a write that a server must know: it is always looked at.
   * What one operation honours another one may ignore. `pinsSource`: the write has conditions of its source besides, whose
   * refusal looks the same and is thrown on; it tells nothing of what the endpoint honours.
   */
  guard<T>(
    op: string,
    address: ObjectAddress,
    condition: WriteCondition,
    signal: AbortSignal,
    write: (headers: Readonly<Record<string, string>>) => Promise<T>,
    pinsSource?: 'pinsSource',
  ): Promise<{ value: T; conditionCheckedBy: CheckedBy }>;
  /** Whether the condition holds now, by HEAD; throws `preconditionFailed` when it does not. Answers with what is there. */
  check(
    op: string,
    address: ObjectAddress,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<ObjectInfo | undefined>;
}

/** Conditions over a HEAD that answers undefined for an absent object. */
export function createConditions(
  findObject: (address: ObjectAddress, signal: AbortSignal) => Promise<ObjectInfo | undefined>,
  originOf: (bucket: string, signal: AbortSignal) => Promise<string>,
): Conditions {
  const honoured = new Set<string>();
  const bareEtags = new Set<string>();

  async function check(
    op: string,
    address: ObjectAddress,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<ObjectInfo | undefined> {
    if (condition.kind === 'always') return undefined;
    const { bucket, key } = address;
    if (condition.kind === 'ifMatch') quotedEtag(op, address, condition.etag);
    const found = await findObject({ bucket, key }, signal);
    if (condition.kind === 'ifMatch' && found?.etag === '') throw noEtag(op, address);
    if (condition.kind === 'ifAbsent' && found !== undefined) {
      throw violated(op, address, 'alreadyExists', `"${key}" exists already.`);
    }
    if (condition.kind === 'ifMatch' && !isMet(condition, found)) {
      const what = found === undefined ? 'was deleted meanwhile' : 'was changed meanwhile';
      throw violated(op, address, 'changedMeanwhile', `"${key}" ${what}.`);
    }
    return found;
  }

  const conditions: Conditions = {
    check,
    async guard(op, address, condition, signal, write, pinsSource) {
      if (condition.kind === 'always') return { value: await write({}), conditionCheckedBy: 'none' };
      const origin = await originOf(address.bucket, signal);
      const knowledge = `${op} ${condition.kind} ${origin}`;
      const isHonoured = honoured.has(knowledge);
      const conditionCheckedBy = isHonoured ? 'server' : 'headBefore';
      const isTimed = condition.kind === 'ifMatch' && condition.modifiedAtMs !== undefined;
      if (!isHonoured || isTimed) await check(op, address, condition, signal);
      try {
        return {
          value: await write(conditionHeaders(op, address, condition, bareEtags.has(origin))),
          conditionCheckedBy,
        };
      } catch (error) {
        if (!(error instanceof CosFailure)) throw error;
        const { httpStatus, reason } = error.error;
        if (httpStatus === 412) {
          if (condition.kind === 'ifMatch' && isTimed) {
            // Refused although the HEAD agreed: either somebody was faster, which this shows, or the service compares
            // fractions of seconds, which no header holds.
            await check(op, address, condition, signal);
            const untimed = { kind: 'ifMatch', etag: condition.etag } as const;
            return await conditions.guard(op, address, untimed, signal, write, pinsSource);
          }
          if (condition.kind === 'ifMatch' && !isHonoured && !bareEtags.has(origin)) {
            // Refused although the HEAD agreed: either somebody was faster, which this shows, or the server compares
            // the header with its quotes (radosgw does).
            await check(op, address, condition, signal);
            const value = await write(conditionHeaders(op, address, condition, true));
            bareEtags.add(origin);
            return { value, conditionCheckedBy: 'server' };
          }
          if (pinsSource !== undefined) {
            await check(op, address, condition, signal);
            throw error; // the condition still holds: it is the source that is another one
          }
          honoured.add(knowledge);
          const because = condition.kind === 'ifAbsent' ? 'alreadyExists' : 'changedMeanwhile';
          throw new CosFailure({ ...error.error, kind: 'preconditionFailed', reason: because }, { cause: error });
        }
        if (condition.kind === 'ifMatch' && httpStatus === 404 && reason === 'noSuchKey') {
          throw violated(op, address, 'changedMeanwhile', `"${address.key}" was deleted meanwhile.`);
        }
        if (httpStatus === 501 && !isHonoured) {
          return { value: await write({}), conditionCheckedBy: 'headBefore' }; // refuses the header; the HEAD stands
        }
        throw error;
      }
    },
  };
  return conditions;
}

function isMet(
  { etag, modifiedAtMs }: Extract<WriteCondition, { kind: 'ifMatch' }>,
  found: ObjectInfo | undefined,
): boolean {
  return (
    found !== undefined &&
    isSameEtag(found.etag, etag) &&
    (modifiedAtMs === undefined || found.modifiedAtMs === modifiedAtMs)
  );
}

function conditionHeaders(
  op: string,
  address: ObjectAddress,
  condition: Exclude<WriteCondition, { kind: 'always' }>,
  isBare: boolean,
): Record<string, string> {
  if (condition.kind === 'ifAbsent') return { 'if-none-match': '*' };
  const { etag, modifiedAtMs } = condition;
  const quoted = quotedEtag(op, address, etag);
  if (isBare) return { 'if-match': etag };
  return {
    'if-match': quoted,
    ...(modifiedAtMs === undefined ? {} : { 'if-unmodified-since': new Date(modifiedAtMs).toUTCString() }),
  };
}

function violated(
  op: string,
  address: ObjectAddress,
  reason: 'alreadyExists' | 'changedMeanwhile',
  detail: string,
): CosFailure {
  return new CosFailure({
    kind: 'preconditionFailed',
    op,
    reason,
    bucket: address.bucket,
    key: address.key,
    retry: 'never',
    detail,
  });
}
