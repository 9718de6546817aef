import type { Bucket } from '../../store/buckets';
import type { ObjectLock, ObjectVersion } from '../../store/objects';
import { visibleSetting } from '../wire/configurationDelay';
import { accessDenied, invalidArgument, invalidRequest } from '../message/errors';
import type { Exchange, ResponseHeaders } from '../wire/exchange';
import type { S3Request } from '../message/request';
import { parseIsoDate } from '../message/times';
import { mayBypassGovernance } from './governance';

const dayMs = 86_400_000;

/** A bucket's Object Lock configuration as stored. */
export interface ObjectLockSetting {
  readonly mode?: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days?: number;
  readonly years?: number;
}

/** Object Lock headers of a write, checked for themselves (rule 82). */
export function readLockHeaders(request: S3Request, nowMs: number): ObjectLock | undefined {
  const mode = request.header('x-amz-object-lock-mode');
  const until = request.header('x-amz-object-lock-retain-until-date');
  const legalHold = request.header('x-amz-object-lock-legal-hold');
  if (mode === undefined && until === undefined && legalHold === undefined) {
    return undefined;
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument('x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied.');
  }
  if (mode !== undefined && mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw invalidArgument(`Unknown wormMode directive: "${mode}".`);
  }
  if (legalHold !== undefined && legalHold !== 'ON' && legalHold !== 'OFF') {
    throw invalidArgument('Legal Hold must be either of ON or OFF.');
  }
  const untilMs = until === undefined ? undefined : parseIsoDate(until);
  if (until !== undefined && (untilMs === undefined || untilMs <= nowMs)) {
    throw invalidArgument('The retain until date must be in the future, in ISO 8601 format.');
  }
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(legalHold === undefined ? {} : { legalHold }),
  };
}

/** The lock of a new version: its headers, or the bucket's default. Inside the write transaction. */
export function lockOfNewVersion(
  exchange: Exchange,
  bucket: Bucket,
  headers: ObjectLock | undefined,
): ObjectLock | undefined {
  if (!bucket.hasObjectLock) {
    if (headers !== undefined) {
      throw invalidRequest('Bucket is missing Object Lock Configuration');
    }
    return undefined;
  }
  const rule = visibleSetting(exchange, bucket.id, 'objectLock') as ObjectLockSetting | undefined;
  if (headers?.mode !== undefined || rule?.mode === undefined) {
    return headers;
  }
  const days = rule.days ?? (rule.years ?? 0) * 365;
  return { ...headers, mode: rule.mode, untilMs: exchange.nowMs + days * dayMs };
}

/** Refuses to remove a locked version (rule 84). */
export function refuseIfLocked(exchange: Exchange, version: ObjectVersion): void {
  const lock = version.objectLock;
  if (lock === undefined) {
    return;
  }
  if (lock.legalHold === 'ON') {
    throw accessDenied('Access Denied because object protected by object lock: a legal hold is on.');
  }
  if (lock.mode !== undefined && (lock.untilMs ?? 0) > exchange.nowMs) {
    if (lock.mode === 'COMPLIANCE' || !mayBypassGovernance(exchange)) {
      throw accessDenied('Access Denied because object protected by object lock.');
    }
  }
}

/** Object Lock headers of GET and HEAD. */
export function lockHeaders(version: ObjectVersion): ResponseHeaders {
  const lock = version.objectLock;
  return {
    'x-amz-object-lock-mode': lock?.mode,
    'x-amz-object-lock-retain-until-date':
      lock?.untilMs === undefined ? undefined : new Date(lock.untilMs).toISOString(),
    'x-amz-object-lock-legal-hold': lock?.legalHold,
  };
}
