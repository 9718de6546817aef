import type { Identity, Principal } from '../../contracts';
import { formSignature, parseTimestamp } from '../auth/sigv4';
import { accessDenied, invalidRequest, S3Error } from '../message/errors';
import { parseIsoDate } from '../message/times';

/** Sizes in bytes that a policy allows for the file. */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

/** Who signed a form, and what its policy says about the file. */
export interface FormVerdict {
  readonly principal: Principal;
  readonly size?: SizeRange;
}

const invalidPolicy = (why: string): S3Error => accessDenied(`Invalid according to Policy: ${why}`);
const malformed = (why: string): S3Error => new S3Error('MalformedPOSTRequest', `Invalid Policy: ${why}.`);

/** Fields that need no condition. */
const freeFields = new Set(['policy', 'x-amz-signature', 'file']);

/**
 * Finds out who sent a form, by the signature of its policy, and checks its fields against that policy. A form without
 * a policy is anonymous. Field names are lower case.
 */
export function judgeForm(
  fields: ReadonlyMap<string, string>,
  bucketName: string,
  identity: Identity,
  nowMs: number,
): FormVerdict {
  const policy = fields.get('policy');
  if (policy === undefined) {
    return { principal: { kind: 'anonymous' } };
  }
  const principal = verify(fields, policy, identity);
  const document = parsePolicy(policy);
  const expiresAtMs = typeof document['expiration'] === 'string' ? parseIsoDate(document['expiration']) : undefined;
  if (expiresAtMs === undefined) {
    throw malformed('it must hold expiration, an ISO 8601 date');
  }
  if (expiresAtMs <= nowMs) {
    throw invalidPolicy('Policy expired.');
  }
  const conditions = document['conditions'];
  if (!Array.isArray(conditions)) {
    throw malformed('it must hold a list of conditions');
  }
  const values = new Map([...fields, ['bucket', bucketName]]);
  const named = new Set<string>();
  let size: SizeRange | undefined;
  for (const item of conditions as unknown[]) {
    const condition = readCondition(item);
    if (condition.kind === 'size') {
      size = condition;
      continue;
    }
    const value = values.get(condition.field) ?? '';
    const holds = condition.kind === 'equal' ? value === condition.text : value.startsWith(condition.text);
    if (!holds) {
      throw invalidPolicy(`Policy Condition failed: ${JSON.stringify(item)}`);
    }
    named.add(condition.field);
  }
  if (!named.has('bucket')) {
    throw invalidPolicy('Policy does not name a bucket.');
  }
  const extra = [...fields.keys()].find(
    (name) => !named.has(name) && !freeFields.has(name) && !name.startsWith('x-ignore-'),
  );
  if (extra !== undefined) {
    throw invalidPolicy(`Extra input fields: ${extra}`);
  }
  return size === undefined ? { principal } : { principal, size };
}

function verify(fields: ReadonlyMap<string, string>, policy: string, identity: Identity): Principal {
  if (fields.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256') {
    throw invalidRequest(
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  const scope = /^([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/.exec(fields.get('x-amz-credential') ?? '');
  const timestamp = fields.get('x-amz-date') ?? '';
  const [, accessKeyId = '', date = '', region = ''] = scope ?? [];
  parseTimestamp(timestamp);
  if (scope === null || !timestamp.startsWith(date)) {
    throw malformed('x-amz-credential and x-amz-date must be those of an AWS4-HMAC-SHA256 signature');
  }
  const key = identity.findHmacKey(accessKeyId);
  if (key === undefined) {
    throw new S3Error('InvalidAccessKeyId', 'The AWS access key ID you provided does not exist in our records.');
  }
  if (!formSignature(key.secretAccessKey, date, region, policy).matches(fields.get('x-amz-signature') ?? '')) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.',
    );
  }
  return key.principal;
}

function parsePolicy(policy: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(Buffer.from(policy, 'base64').toString('utf8'));
    if (typeof document === 'object' && document !== null) {
      return document as Record<string, unknown>;
    }
  } catch {
    throw malformed('it is not base64 of a JSON document');
  }
  throw malformed('it is not a JSON object');
}

type Condition =
  | { readonly kind: 'equal' | 'prefix'; readonly field: string; readonly text: string }
  | ({ readonly kind: 'size' } & SizeRange);

/** `{"name": "value"}`, `["eq" | "starts-with", "$name", "value"]` or `["content-length-range", min, max]`. */
function readCondition(item: unknown): Condition {
  if (Array.isArray(item) && item.length === 3) {
    const [kind, first, second] = item as unknown[];
    if (kind === 'content-length-range') {
      const [min, max] = [Number(first), Number(second)];
      if (Number.isInteger(min) && Number.isInteger(max)) {
        return { kind: 'size', min, max };
      }
    } else if ((kind === 'eq' || kind === 'starts-with') && typeof first === 'string' && typeof second === 'string') {
      return { kind: kind === 'eq' ? 'equal' : 'prefix', field: first.replace(/^\$/, '').toLowerCase(), text: second };
    }
  } else if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
    const [[name, value] = [], second] = Object.entries(item as Record<string, unknown>);
    if (name !== undefined && second === undefined && typeof value === 'string') {
      return { kind: 'equal', field: name.toLowerCase(), text: value };
    }
  }
  throw malformed(`a condition is not known: ${JSON.stringify(item)}`);
}
