import type { Bucket } from '../../store/buckets';
import type { ObjectVersion, Retention } from '../../store/objects';
import { visibleSetting } from '../wire/configurationDelay';
import { invalidRequest, S3Error } from '../message/errors';
import type { Exchange, ResponseHeaders } from '../wire/exchange';
import type { S3Request } from '../message/request';
import { parseRetentionEnd } from '../message/times';

const daySeconds = 86_400;

/** A bucket's retention policy as stored (rule 87). */
export interface ProtectionSetting {
  readonly minimumDays: number;
  readonly defaultDays: number;
  readonly maximumDays: number;
  readonly isPermanentAllowed: boolean;
}

export function protectionOf(exchange: Exchange, bucket: Bucket): ProtectionSetting | undefined {
  return visibleSetting(exchange, bucket.id, 'protection') as ProtectionSetting | undefined;
}

/** Retention headers of a write, not yet checked against the bucket. */
export interface RetentionHeaders {
  readonly period?: string;
  readonly expirationDate?: string;
  readonly holdId?: string;
}

export function readRetentionHeaders(request: S3Request): RetentionHeaders {
  const period = request.headers.get('retention-period');
  const expirationDate = request.headers.get('retention-expiration-date');
  const holdId = request.headers.get('retention-legal-hold-id');
  return {
    ...(period === undefined ? {} : { period }),
    ...(expirationDate === undefined ? {} : { expirationDate }),
    ...(holdId === undefined ? {} : { holdId }),
  };
}

/** The retention of a new object (rules 89, 90). Inside the write transaction. */
export function retentionOfNewObject(
  setting: ProtectionSetting | undefined,
  headers: RetentionHeaders,
  nowMs: number,
): Retention | undefined {
  if (setting === undefined) {
    if (Object.keys(headers).length > 0) {
      throw invalidRequest('Retention headers need a bucket with a retention policy.');
    }
    return undefined;
  }
  const periodSeconds = readPeriod(setting, headers, nowMs);
  const holds = headers.holdId === undefined ? [] : [{ id: checkHoldId(headers.holdId), placedAtMs: nowMs }];
  return {
    periodSeconds,
    createdAtMs: nowMs,
    ...(periodSeconds < 0 ? {} : { untilMs: nowMs + periodSeconds * 1000 }),
    holds,
  };
}

function readPeriod(setting: ProtectionSetting, headers: RetentionHeaders, nowMs: number): number {
  if (headers.period !== undefined && headers.expirationDate !== undefined) {
    throw invalidRequest('Retention-Period and Retention-Expiration-Date exclude each other.');
  }
  if (headers.period !== undefined) {
    if (!/^-?\d{1,12}$/.test(headers.period)) {
      throw invalidRequest(`Retention-Period must be a whole number of seconds: "${headers.period}".`);
    }
    return checkPeriod(setting, Number(headers.period));
  }
  if (headers.expirationDate !== undefined) {
    const untilMs = /Z$|GMT$/.test(headers.expirationDate) ? parseRetentionEnd(headers.expirationDate) : undefined;
    if (untilMs === undefined || untilMs < nowMs) {
      throw invalidRequest(
        `Retention-Expiration-Date must be a future date of the form YYYY-MM-DDThh:mm:ssZ or YYYYMMDDThhmmssZ: "${headers.expirationDate}".`,
      );
    }
    return checkPeriod(setting, Math.ceil((untilMs - nowMs) / 1000));
  }
  return setting.defaultDays * daySeconds;
}

/** Refuses a period outside what the bucket allows. */
export function checkPeriod(setting: ProtectionSetting, periodSeconds: number): number {
  if (periodSeconds === -1) {
    return periodSeconds;
  }
  if (periodSeconds === -2) {
    if (!setting.isPermanentAllowed) {
      throw invalidRequest('The bucket does not allow permanent retention.');
    }
    return periodSeconds;
  }
  if (
    periodSeconds < 0 ||
    periodSeconds < setting.minimumDays * daySeconds ||
    periodSeconds > setting.maximumDays * daySeconds
  ) {
    throw invalidRequest(
      `The retention period must be between ${setting.minimumDays} and ${setting.maximumDays} days, or -1.`,
    );
  }
  return periodSeconds;
}

/** Refuses a legal hold id that is not 1 to 64 of the allowed characters (rule 94). */
export function checkHoldId(id: string): string {
  if (!/^[A-Za-z0-9!_.*()'-]{1,64}$/.test(id)) {
    throw invalidRequest("A legal hold id is 1 to 64 letters, digits or ! _ . * ( ) - '.");
  }
  return id;
}

/** Refuses to change or delete a protected object (rule 91). */
export function refuseIfRetained(version: ObjectVersion | undefined, nowMs: number): void {
  if (isRetained(version, nowMs)) {
    throw new S3Error('UnavailableForLegalReasons', 'The object is protected by a retention period or a legal hold.');
  }
}

export function isRetained(version: ObjectVersion | undefined, nowMs: number): boolean {
  const retention = version?.retention;
  if (retention === undefined) {
    return false;
  }
  return retention.periodSeconds < 0 || nowMs < (retention.untilMs ?? 0) || retention.holds.length > 0;
}

/** Retention headers of GET and HEAD (rule 90). */
export function retentionHeaders(version: ObjectVersion): ResponseHeaders {
  const { retention } = version;
  if (retention === undefined) {
    return {};
  }
  return {
    'Retention-Period': retention.periodSeconds,
    // IBM's SDKs for Java and Go read no other form, and its model names none for this header; requests bring ISO 8601.
    'Retention-Expiration-Date':
      retention.untilMs === undefined ? undefined : new Date(retention.untilMs).toUTCString(),
    'Retention-Legal-Hold-Count': retention.holds.length === 0 ? undefined : retention.holds.length,
  };
}
