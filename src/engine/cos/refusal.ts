import type { CosErrorKind, CosErrorReason, ProtectionRefusal } from '../../model/cosError';
import type { Obstacle } from '../../model/protection';
import { CosFailure } from '../failure';
import type { ObjectAddress } from './client';

/** A refusal that concerns protection: of the engine before any request, or of the service with its answer as cause. */
export function refused(
  op: string,
  place: Pick<ObjectAddress, 'bucket'> & Partial<ObjectAddress>,
  what: {
    readonly kind: CosErrorKind;
    readonly reason?: CosErrorReason;
    readonly refusal?: ProtectionRefusal;
    readonly detail: string;
  },
  cause?: CosFailure,
): CosFailure {
  const { bucket, key } = place;
  const { kind, reason, refusal, detail } = what;
  const { httpStatus, code, requestId, host } = cause?.error ?? {};
  return new CosFailure(
    {
      kind,
      op,
      ...(reason === undefined ? {} : { reason }),
      bucket,
      ...(key === undefined ? {} : { key }),
      ...(host === undefined ? {} : { host }),
      retry: 'never',
      ...(httpStatus === undefined ? {} : { httpStatus }),
      ...(code === undefined ? {} : { code }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(refusal === undefined ? {} : { refusal }),
      detail,
    },
    cause === undefined ? undefined : { cause },
  );
}

/** What stands in the way of deleting an object, for a failure's detail. */
export function describeObstacles(obstacles: readonly Obstacle[]): string {
  return obstacles.map(describeObstacle).join(', ');
}

function describeObstacle(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'retained':
      return `it is retained until ${dateText(obstacle.untilMs)}`;
    case 'indefinite':
      return 'it is retained until somebody sets an end';
    case 'permanent':
      return 'it is retained forever';
    case 'legalHold':
      return `the legal hold "${obstacle.hold.id}" is on it`;
    case 'locked':
      return `it is locked in ${obstacle.mode} mode until ${dateText(obstacle.untilMs)}`;
    case 'lockHold':
      return 'a legal hold is on it';
  }
}

/** A moment in a failure's detail. */
export function dateText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Whether the answer to a request may have been lost after the service acted on it. */
export function isAnswerLost(error: unknown): boolean {
  return error instanceof CosFailure && error.error.kind === 'network' && error.error.retry === 'later';
}

/** Whether the service answered, and refused. */
export function isRefusal(error: unknown): error is CosFailure {
  if (!(error instanceof CosFailure)) return false;
  const { httpStatus, kind } = error.error;
  return (
    httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500 && kind !== 'signInNeeded' && kind !== 'throttled'
  );
}
