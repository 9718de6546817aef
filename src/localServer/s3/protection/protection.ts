import type { ObjectVersion, Retention } from '../../store/objects';
import { changeSetting } from '../wire/configurationDelay';
import { invalidArgument, invalidRequest, malformedXml, S3Error } from '../message/errors';
import {
  currentBucket,
  readDocument,
  refuseBody,
  sendEmpty,
  sendXml,
  type BucketExchange,
  type ObjectExchange,
} from '../wire/exchange';
import { findRequestedVersion } from '../object/objects';
import { checkHoldId, checkPeriod, protectionOf, type ProtectionSetting } from '../locks/retention';
import { parseRetentionEnd } from '../message/times';
import { allowOnly, childOf, requiredText, textOfChild, type XmlElement, type XmlNode } from '../message/xml';

const maxDays = 36_135;
const maxHolds = 100;

/** `GET /{bucket}?protection` (rule 88). */
export async function getBucketProtection(exchange: BucketExchange): Promise<void> {
  const setting = protectionOf(exchange, exchange.bucket);
  const days = (name: string, value: number): XmlNode => [name, [['Days', value]]];
  sendXml(exchange, [
    'ProtectionConfiguration',
    setting === undefined
      ? [['Status', 'Disabled']]
      : [
          ['Status', 'Retention'],
          days('MinimumRetention', setting.minimumDays),
          days('DefaultRetention', setting.defaultDays),
          days('MaximumRetention', setting.maximumDays),
          setting.isPermanentAllowed ? ['EnablePermanentRetention', 'true'] : undefined,
        ],
  ]);
}

/** `PUT /{bucket}?protection` (rule 87). */
export async function putBucketProtection(exchange: BucketExchange): Promise<void> {
  const { store } = exchange;
  const setting = readProtection(await readDocument(exchange, 'ProtectionConfiguration', 'required'));
  await store.write(() => {
    const bucket = currentBucket(exchange);
    const before = store.buckets.getSetting(bucket.id, 'protection') as ProtectionSetting | undefined;
    if (before?.isPermanentAllowed === true && !setting.isPermanentAllowed) {
      throw invalidRequest('EnablePermanentRetention cannot be taken back.');
    }
    const conflict =
      bucket.versioning !== 'never'
        ? 'versioning'
        : bucket.hasObjectLock
          ? 'Object Lock'
          : store.buckets.getSetting(bucket.id, 'replication') !== undefined
            ? 'replication'
            : before === undefined && !store.buckets.isEmpty(bucket.id)
              ? 'objects or open uploads in it'
              : undefined;
    if (conflict !== undefined) {
      throw new S3Error('InvalidBucketState', `A retention policy cannot be set on a bucket with ${conflict}.`);
    }
    changeSetting(exchange, 'protection', setting);
  });
  sendEmpty(exchange, 200);
}

function readProtection(root: XmlElement): ProtectionSetting {
  allowOnly(root, ['Status', 'MinimumRetention', 'DefaultRetention', 'MaximumRetention', 'EnablePermanentRetention']);
  if (requiredText(root, 'Status') !== 'Retention') {
    throw invalidArgument('Status must be Retention.');
  }
  const permanent = textOfChild(root, 'EnablePermanentRetention') ?? 'false';
  if (permanent !== 'true' && permanent !== 'false') {
    throw invalidArgument('EnablePermanentRetention must be true or false.');
  }
  const setting = {
    minimumDays: readDays(root, 'MinimumRetention'),
    defaultDays: readDays(root, 'DefaultRetention'),
    maximumDays: readDays(root, 'MaximumRetention'),
    isPermanentAllowed: permanent === 'true',
  };
  if (setting.minimumDays > setting.defaultDays || setting.defaultDays > setting.maximumDays) {
    throw invalidArgument('MinimumRetention, DefaultRetention and MaximumRetention must not decrease in this order.');
  }
  return setting;
}

function readDays(root: XmlElement, name: string): number {
  const element = childOf(root, name);
  if (element === undefined) {
    throw malformedXml(`ProtectionConfiguration must hold ${name}.`);
  }
  allowOnly(element, ['Days']);
  const days = requiredText(element, 'Days');
  if (!/^\d{1,6}$/.test(days) || Number(days) > maxDays) {
    throw invalidArgument(`The days of ${name} must be an integer between 0 and ${maxDays}: "${days}".`);
  }
  return Number(days);
}

interface RetainedObject {
  readonly version: ObjectVersion;
  readonly retention: Retention;
  readonly setting: ProtectionSetting;
}

/** The object, its retention and the bucket's policy, all of which holds and extensions need (rules 93, 94). */
function findRetained(exchange: ObjectExchange): RetainedObject {
  const setting = protectionOf(exchange, exchange.bucket);
  const version = findRequestedVersion(exchange);
  if (setting === undefined) {
    throw invalidRequest('The bucket has no retention policy.');
  }
  if (version.retention === undefined) {
    throw invalidRequest('The object has no retention.');
  }
  return { version, retention: version.retention, setting };
}

/** `POST /{bucket}/{key}?legalHold&add=ID` or `&remove=ID` (rule 94). */
export async function changeLegalHolds(exchange: ObjectExchange): Promise<void> {
  const { store, nowMs, request } = exchange;
  // IBM's SDK for Java sends a body; it says nothing that the parameters do not, and is not read.
  const add = request.query.get('add');
  const remove = request.query.get('remove');
  if ((add === undefined) === (remove === undefined)) {
    throw invalidRequest('Exactly one of the parameters add and remove must be given.');
  }
  const id = checkHoldId(add ?? remove ?? '');
  await store.write(() => {
    const { version, retention } = findRetained(exchange);
    const isPresent = retention.holds.some((hold) => hold.id === id);
    if (remove !== undefined && !isPresent) {
      throw new S3Error('NoSuchLegalHold', `The object has no legal hold with this id: "${id}".`);
    }
    if (add !== undefined && isPresent) {
      throw new S3Error('LegalHoldAlreadyExists', `The object already has a legal hold with this id: "${id}".`);
    }
    if (add !== undefined && retention.holds.length >= maxHolds) {
      throw invalidRequest(`An object can have at most ${maxHolds} legal holds.`);
    }
    const holds =
      add === undefined
        ? retention.holds.filter((hold) => hold.id !== id)
        : [...retention.holds, { id, placedAtMs: nowMs }];
    store.objects.update(version, { retention: { ...retention, holds } });
  });
  sendEmpty(exchange, 200);
}

/** `GET /{bucket}/{key}?legalHold` (rule 95). */
export async function listLegalHolds(exchange: ObjectExchange): Promise<void> {
  const { retention } = findRequestedVersion(exchange);
  if (retention === undefined) {
    throw new S3Error('NoSuchRetention', 'The object has no retention.');
  }
  const date = (timeMs: number): string => new Date(timeMs).toUTCString();
  sendXml(exchange, [
    'RetentionState',
    [
      ['CreateTime', date(retention.createdAtMs)],
      ['RetentionPeriod', retention.periodSeconds],
      retention.untilMs === undefined ? undefined : ['RetentionPeriodExpirationDate', date(retention.untilMs)],
      [
        // The documentation says LegalHoldSet; IBM's SDKs for Python, Node.js and Java read this.
        'LegalHolds',
        retention.holds.map((hold): XmlNode => [
          'LegalHold',
          [
            ['ID', hold.id],
            ['Date', date(hold.placedAtMs)],
          ],
        ]),
      ],
    ],
  ]);
}

const extensionHeaders = [
  'additional-retention-period',
  'extend-retention-from-current-time',
  'new-retention-expiration-date',
  'new-retention-period',
] as const;

/** `POST /{bucket}/{key}?extendRetention` (rule 93). */
export async function extendRetention(exchange: ObjectExchange): Promise<void> {
  const { store, request, nowMs } = exchange;
  refuseBody(exchange);
  const sent = extensionHeaders.filter((name) => request.headers.has(name));
  const [name] = sent;
  if (name === undefined || sent.length > 1) {
    throw invalidRequest(
      'Exactly one of Additional-Retention-Period, Extend-Retention-From-Current-Time, New-Retention-Expiration-Date and New-Retention-Period must be given.',
    );
  }
  const value = request.headers.get(name) ?? '';
  await store.write(() => {
    const { version, retention, setting } = findRetained(exchange);
    store.objects.update(version, { retention: extended(retention, setting, name, value, nowMs) });
  });
  sendEmpty(exchange, 200);
}

function extended(
  retention: Retention,
  setting: ProtectionSetting,
  name: (typeof extensionHeaders)[number],
  value: string,
  nowMs: number,
): Retention {
  if (retention.periodSeconds === -2) {
    throw invalidRequest('Permanent retention cannot be changed.');
  }
  const asked = readExtension(retention, name, value, nowMs);
  if (asked < 0) {
    return extendedWithoutEnd(retention, checkPeriod(setting, asked));
  }
  const untilMs = retention.createdAtMs + asked * 1000;
  if (retention.periodSeconds === -1) {
    checkPeriod(setting, asked);
  } else if (asked <= retention.periodSeconds) {
    throw invalidRequest('The new retention period must be longer than the present one.');
  }
  if (untilMs > nowMs + setting.maximumDays * 86_400_000) {
    throw invalidRequest(`The new retention period must not go beyond ${setting.maximumDays} days from now.`);
  }
  return { ...retention, periodSeconds: asked, untilMs };
}

function extendedWithoutEnd(retention: Retention, periodSeconds: number): Retention {
  if (periodSeconds === retention.periodSeconds) {
    throw invalidRequest('The new retention period must be longer than the present one.');
  }
  const { untilMs: _untilMs, ...rest } = retention;
  return { ...rest, periodSeconds };
}

/** The new period in seconds from the object's creation. */
function readExtension(
  retention: Retention,
  name: (typeof extensionHeaders)[number],
  value: string,
  nowMs: number,
): number {
  if (name === 'new-retention-expiration-date') {
    const untilMs = parseRetentionEnd(value);
    if (untilMs === undefined) {
      throw invalidRequest(`New-Retention-Expiration-Date must be an ISO 8601 date: "${value}".`);
    }
    // A date before the object was made must not become one of the negative periods, which have no end.
    return Math.max(Math.ceil((untilMs - retention.createdAtMs) / 1000), 0);
  }
  const isEndless = name === 'new-retention-period' && /^-[12]$/.test(value);
  if (!isEndless && !/^\d{1,12}$/.test(value)) {
    throw invalidRequest(`${name} must be a whole number of seconds: "${value}".`);
  }
  const seconds = Number(value);
  switch (name) {
    case 'additional-retention-period':
      if (retention.periodSeconds < 0) {
        throw invalidRequest('Nothing can be added to an indefinite retention period.');
      }
      return retention.periodSeconds + seconds;
    case 'extend-retention-from-current-time':
      return Math.ceil((nowMs - retention.createdAtMs) / 1000) + seconds;
    case 'new-retention-period':
      return seconds;
  }
}
