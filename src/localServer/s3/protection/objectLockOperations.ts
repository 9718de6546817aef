import type { ObjectLock } from '../../store/objects';
import { changeSetting, visibleSetting } from '../wire/configurationDelay';
import { accessDenied, invalidArgument, invalidRequest, malformedXml, S3Error } from '../message/errors';
import {
  currentBucket,
  isoTime,
  readDocument,
  sendEmpty,
  sendXml,
  type BucketExchange,
  type ObjectExchange,
} from '../wire/exchange';
import { mayBypassGovernance } from '../locks/governance';
import { findRequestedVersion } from '../object/objects';
import type { ObjectLockSetting } from '../locks/objectLock';
import { protectionOf } from '../locks/retention';
import { parseIsoDate } from '../message/times';
import { allowOnly, childOf, requiredText, textOfChild, type XmlElement } from '../message/xml';

/** `GET /{bucket}?object-lock` (rule 85). */
export async function getObjectLockConfiguration(exchange: BucketExchange): Promise<void> {
  const { bucket } = exchange;
  if (!bucket.hasObjectLock) {
    throw new S3Error(
      'ObjectLockConfigurationNotFoundError',
      'Object Lock configuration does not exist for this bucket',
    );
  }
  const setting = visibleSetting(exchange, bucket.id, 'objectLock') as ObjectLockSetting | undefined;
  sendXml(exchange, [
    'ObjectLockConfiguration',
    [
      ['ObjectLockEnabled', 'Enabled'],
      setting?.mode === undefined
        ? undefined
        : [
            'Rule',
            [
              [
                'DefaultRetention',
                [
                  ['Mode', setting.mode],
                  setting.days === undefined ? ['Years', setting.years ?? 0] : ['Days', setting.days],
                ],
              ],
            ],
          ],
    ],
  ]);
}

/** `PUT /{bucket}?object-lock` (rule 81). */
export async function putObjectLockConfiguration(exchange: BucketExchange): Promise<void> {
  const { store } = exchange;
  const root = await readDocument(exchange, 'ObjectLockConfiguration', 'required');
  const setting = readConfiguration(root, exchange.switches.objectLockRule);
  await store.write(() => {
    const bucket = currentBucket(exchange);
    if (bucket.versioning !== 'Enabled' || protectionOf(exchange, bucket) !== undefined) {
      throw new S3Error(
        'InvalidBucketState',
        'Versioning must be Enabled on the bucket to apply a Object Lock configuration.',
      );
    }
    store.buckets.setObjectLock(bucket.id);
    changeSetting(exchange, 'objectLock', setting);
  });
  sendEmpty(exchange, 200);
}

function readConfiguration(root: XmlElement, ruleNeed: 'optional' | 'required'): ObjectLockSetting {
  allowOnly(root, ['ObjectLockEnabled', 'Rule']);
  if (requiredText(root, 'ObjectLockEnabled') !== 'Enabled') {
    throw malformedXml('ObjectLockEnabled must be Enabled.');
  }
  const rule = childOf(root, 'Rule');
  if (rule === undefined) {
    if (ruleNeed === 'required') {
      throw malformedXml('ObjectLockConfiguration must hold Rule.');
    }
    return {};
  }
  allowOnly(rule, ['DefaultRetention']);
  const retention = childOf(rule, 'DefaultRetention');
  if (retention === undefined) {
    throw malformedXml('Rule must hold DefaultRetention.');
  }
  allowOnly(retention, ['Mode', 'Days', 'Years']);
  const mode = readMode(retention);
  const days = readCount(retention, 'Days', 36_500);
  const years = readCount(retention, 'Years', 100);
  if ((days === undefined) === (years === undefined)) {
    throw malformedXml('DefaultRetention must hold either Days or Years.');
  }
  return { mode, ...(days === undefined ? {} : { days }), ...(years === undefined ? {} : { years }) };
}

function readMode(element: XmlElement): 'GOVERNANCE' | 'COMPLIANCE' {
  const mode = requiredText(element, 'Mode');
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw malformedXml('Mode must be GOVERNANCE or COMPLIANCE.');
  }
  return mode;
}

function readCount(element: XmlElement, name: string, max: number): number | undefined {
  const text = textOfChild(element, name);
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1 || Number(text) > max) {
    throw invalidArgument(`${name} must be an integer between 1 and ${max}: "${text}".`);
  }
  return Number(text);
}

function requireLock(exchange: ObjectExchange): void {
  if (!exchange.bucket.hasObjectLock) {
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  }
}

/** `GET /{bucket}/{key}?retention` (rule 85). */
export async function getObjectRetention(exchange: ObjectExchange): Promise<void> {
  requireLock(exchange);
  const lock = findRequestedVersion(exchange).objectLock;
  if (lock?.mode === undefined || lock.untilMs === undefined) {
    throw new S3Error('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration');
  }
  sendXml(exchange, [
    'Retention',
    [
      ['Mode', lock.mode],
      ['RetainUntilDate', isoTime(lock.untilMs)],
    ],
  ]);
}

/** `PUT /{bucket}/{key}?retention` (rule 83). */
export async function putObjectRetention(exchange: ObjectExchange): Promise<void> {
  const { store, nowMs } = exchange;
  const root = await readDocument(exchange, 'Retention', 'required');
  requireLock(exchange);
  allowOnly(root, ['Mode', 'RetainUntilDate']);
  const wanted = root.children.length === 0 ? undefined : readRetention(root, nowMs);
  await store.write(() => {
    const version = findRequestedVersion(exchange);
    refuseWeaker(exchange, version.objectLock, wanted);
    const { mode: _mode, untilMs: _untilMs, ...rest } = version.objectLock ?? {};
    store.objects.update(version, { objectLock: { ...rest, ...wanted } });
  });
  sendEmpty(exchange, 200);
}

function readRetention(root: XmlElement, nowMs: number): { mode: 'GOVERNANCE' | 'COMPLIANCE'; untilMs: number } {
  const mode = readMode(root);
  const untilMs = parseIsoDate(requiredText(root, 'RetainUntilDate'));
  if (untilMs === undefined) {
    throw malformedXml('RetainUntilDate must be an ISO 8601 date.');
  }
  if (untilMs <= nowMs) {
    throw invalidArgument('The retain until date must be in the future!');
  }
  return { mode, untilMs };
}

/** Retention in force keeps its mode and only ever gets later, but for GOVERNANCE with a permitted bypass. */
function refuseWeaker(
  exchange: ObjectExchange,
  current: ObjectLock | undefined,
  wanted: { mode: 'GOVERNANCE' | 'COMPLIANCE'; untilMs: number } | undefined,
): void {
  if (current?.mode === undefined || current.untilMs === undefined || current.untilMs <= exchange.nowMs) {
    return;
  }
  const isLater = wanted !== undefined && wanted.untilMs > current.untilMs && wanted.mode === current.mode;
  if (!isLater && !(current.mode === 'GOVERNANCE' && mayBypassGovernance(exchange))) {
    throw accessDenied('Access Denied because object protected by object lock.');
  }
}

/** `GET /{bucket}/{key}?legal-hold` (rule 85). */
export async function getObjectLegalHold(exchange: ObjectExchange): Promise<void> {
  requireLock(exchange);
  const status = findRequestedVersion(exchange).objectLock?.legalHold;
  if (status === undefined) {
    throw new S3Error('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration');
  }
  sendXml(exchange, ['LegalHold', [['Status', status]]]);
}

/** `PUT /{bucket}/{key}?legal-hold` (rule 86). */
export async function putObjectLegalHold(exchange: ObjectExchange): Promise<void> {
  const root = await readDocument(exchange, ['LegalHold', 'legal-hold'], 'required');
  requireLock(exchange);
  allowOnly(root, ['Status']);
  const status = requiredText(root, 'Status');
  if (status !== 'ON' && status !== 'OFF') {
    throw malformedXml('Status must be ON or OFF.');
  }
  await exchange.store.write(() => {
    const version = findRequestedVersion(exchange);
    exchange.store.objects.update(version, { objectLock: { ...version.objectLock, legalHold: status } });
  });
  sendEmpty(exchange, 200);
}
