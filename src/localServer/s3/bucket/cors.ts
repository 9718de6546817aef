import { accessDenied, invalidRequest, malformedXml, S3Error } from '../message/errors';
import {
  currentBucket,
  readDocument,
  sendEmpty,
  sendXml,
  type BucketExchange,
  type Exchange,
  type ResponseHeaders,
} from '../wire/exchange';
import type { Bucket } from '../../store/buckets';
import { allowOnly, childrenOf, textOfChild, type XmlElement, type XmlNode } from '../message/xml';

const methods = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];

/** One rule of a bucket's CORS configuration as stored. */
export interface CorsRule {
  readonly id?: string;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds?: number;
}

/** `GET ?cors` (rule 100). */
export async function getBucketCors(exchange: BucketExchange): Promise<void> {
  const rules = corsRulesOf(exchange, exchange.bucket);
  if (rules === undefined) {
    throw new S3Error('NoSuchCORSConfiguration', 'The CORS configuration does not exist');
  }
  const texts = (name: string, values: readonly string[]): XmlNode[] => values.map((value) => [name, value]);
  sendXml(exchange, [
    'CORSConfiguration',
    rules.map((rule): XmlNode => [
      'CORSRule',
      [
        rule.id === undefined ? undefined : ['ID', rule.id],
        ...texts('AllowedOrigin', rule.origins),
        ...texts('AllowedMethod', rule.methods),
        ...texts('AllowedHeader', rule.headers),
        ...texts('ExposeHeader', rule.exposed),
        rule.maxAgeSeconds === undefined ? undefined : ['MaxAgeSeconds', rule.maxAgeSeconds],
      ],
    ]),
  ]);
}

/** `PUT ?cors` (rule 100). */
export async function putBucketCors(exchange: BucketExchange): Promise<void> {
  const root = await readDocument(exchange, 'CORSConfiguration', 'required');
  allowOnly(root, ['CORSRule']);
  const rules = childrenOf(root, 'CORSRule').map(readRule);
  if (rules.length === 0) {
    throw malformedXml('CORSConfiguration must hold at least one CORSRule.');
  }
  if (rules.length > 100) {
    throw invalidRequest('The number of CORS rules should not exceed allowed limit of 100 rules.');
  }
  await exchange.store.write(() => exchange.store.buckets.setSetting(currentBucket(exchange).id, 'cors', rules));
  sendEmpty(exchange, 200);
}

function readRule(element: XmlElement): CorsRule {
  allowOnly(element, ['ID', 'AllowedOrigin', 'AllowedMethod', 'AllowedHeader', 'ExposeHeader', 'MaxAgeSeconds']);
  const texts = (name: string): string[] => childrenOf(element, name).map((child) => child.text.trim());
  const id = textOfChild(element, 'ID');
  const maxAge = textOfChild(element, 'MaxAgeSeconds');
  const rule = {
    origins: texts('AllowedOrigin'),
    methods: texts('AllowedMethod'),
    headers: texts('AllowedHeader'),
    exposed: texts('ExposeHeader'),
  };
  if (rule.origins.length === 0 || rule.methods.length === 0) {
    throw malformedXml('CORSRule must hold AllowedOrigin and AllowedMethod.');
  }
  const unknown = rule.methods.find((method) => !methods.includes(method));
  if (unknown !== undefined) {
    throw invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is "${unknown}".`);
  }
  const wild = [...rule.origins, ...rule.headers].find((text) => text.split('*').length > 2);
  if (wild !== undefined) {
    throw invalidRequest(`AllowedOrigin and AllowedHeader can not have more than one wildcard: "${wild}".`);
  }
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) {
    throw malformedXml('MaxAgeSeconds must be a number of seconds.');
  }
  return {
    ...rule,
    ...(id === undefined ? {} : { id }),
    ...(maxAge === undefined ? {} : { maxAgeSeconds: Number(maxAge) }),
  };
}

function corsRulesOf(exchange: Exchange, bucket: Bucket): readonly CorsRule[] | undefined {
  return exchange.store.buckets.getSetting(bucket.id, 'cors') as readonly CorsRule[] | undefined;
}

/** `OPTIONS`: a browser asks before it sends (rule 100). */
export async function preflight(exchange: BucketExchange): Promise<void> {
  const { request } = exchange;
  const origin = request.headers.get('origin');
  const method = request.headers.get('access-control-request-method');
  if (origin === undefined || method === undefined) {
    throw invalidRequest('Insufficient information. Origin and Access-Control-Request-Method request headers needed.');
  }
  const asked = (request.headers.get('access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = corsRulesOf(exchange, exchange.bucket)?.find(
    (candidate) =>
      candidate.methods.includes(method) &&
      candidate.origins.some((pattern) => matches(pattern, origin)) &&
      asked.every((name) => candidate.headers.some((pattern) => matches(pattern.toLowerCase(), name))),
  );
  if (rule === undefined) {
    throw accessDenied('CORSResponse: This CORS request is not allowed.');
  }
  sendEmpty(exchange, 200, {
    ...allowHeaders(rule, origin),
    'Access-Control-Allow-Headers': asked.length === 0 ? undefined : asked.join(', '),
    'Access-Control-Max-Age': rule.maxAgeSeconds,
  });
}

/** Headers that let a page read the answer to a simple request; none when no rule fits. */
export function corsHeaders(exchange: Exchange, bucket: Bucket): ResponseHeaders {
  const origin = exchange.request.headers.get('origin');
  if (origin === undefined) {
    return {};
  }
  const rule = corsRulesOf(exchange, bucket)?.find(
    (candidate) =>
      candidate.methods.includes(exchange.request.method) &&
      candidate.origins.some((pattern) => matches(pattern, origin)),
  );
  return rule === undefined ? {} : allowHeaders(rule, origin);
}

function allowHeaders(rule: CorsRule, origin: string): ResponseHeaders {
  const isForAll = rule.origins.includes('*');
  return {
    'Access-Control-Allow-Origin': isForAll ? '*' : origin,
    'Access-Control-Allow-Methods': rule.methods.join(', '),
    'Access-Control-Allow-Credentials': isForAll ? undefined : 'true',
    'Access-Control-Expose-Headers': rule.exposed.length === 0 ? undefined : rule.exposed.join(', '),
    Vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) {
    return pattern === text;
  }
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}
