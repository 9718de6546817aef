import type { Fault } from './contracts';
import { isObject, ServiceError } from './jsonService';
import type { FaultMatch, FaultRule } from './faults';

const ruleMembers = ['fault', 'match', 'skip', 'count', 'probability', 'seed'];
const matchMembers = ['method', 'operation', 'bucket', 'key'] as const;

/** The body of `POST /faults` as a rule. Throws `ServiceError` 400 that names what is wrong. */
export function readFaultRule(body: Record<string, unknown>): Partial<FaultRule> & { fault: Fault } {
  allowMembers(body, ruleMembers, 'the body');
  const { fault, match, skip, count, probability, seed } = body;
  return {
    fault: readFault(fault),
    ...(match === undefined ? {} : { match: readMatch(match) }),
    ...(skip === undefined ? {} : { skip: readInteger(skip, 'skip', 0) }),
    ...(count === undefined ? {} : { count: readInteger(count, 'count', 1) }),
    ...(probability === undefined ? {} : { probability: readProbability(probability) }),
    ...(seed === undefined ? {} : { seed: readInteger(seed, 'seed', 0) }),
  };
}

function readFault(value: unknown): Fault {
  if (!isObject(value)) throw invalid('fault must be an object such as {"kind": "status", "status": 503}.');
  const { kind, status, retryAfterSeconds, delayMs, bytesPerSecond, bytes } = value;
  switch (kind) {
    case 'status':
      allowMembers(value, ['kind', 'status', 'retryAfterSeconds'], 'fault');
      if (status !== 429 && status !== 500 && status !== 503) throw invalid('fault.status must be 429, 500 or 503.');
      return {
        kind,
        status,
        ...(retryAfterSeconds === undefined
          ? {}
          : { retryAfterSeconds: readInteger(retryAfterSeconds, 'fault.retryAfterSeconds', 0) }),
      };
    case 'latency':
      allowMembers(value, ['kind', 'delayMs'], 'fault');
      return { kind, delayMs: readInteger(delayMs, 'fault.delayMs', 0) };
    case 'bandwidth':
      allowMembers(value, ['kind', 'bytesPerSecond'], 'fault');
      return { kind, bytesPerSecond: readInteger(bytesPerSecond, 'fault.bytesPerSecond', 1) };
    case 'resetAfter':
    case 'truncateAfter':
      allowMembers(value, ['kind', 'bytes'], 'fault');
      return { kind, bytes: readInteger(bytes, 'fault.bytes', 0) };
    case 'corruptBody':
    case 'errorIn200':
    case 'diskFull':
      allowMembers(value, ['kind'], 'fault');
      return { kind };
    default:
      throw invalid(
        'fault.kind must be one of: status, latency, bandwidth, resetAfter, truncateAfter, corruptBody, errorIn200, diskFull.',
      );
  }
}

function readMatch(value: unknown): FaultMatch {
  if (!isObject(value)) throw invalid('match must be an object.');
  allowMembers(value, matchMembers, 'match');
  const match: Record<string, string> = {};
  for (const name of matchMembers) {
    const text = value[name];
    if (text === undefined) continue;
    if (typeof text !== 'string') throw invalid(`match.${name} must be a text.`);
    match[name] = text;
  }
  return match;
}

function readInteger(value: unknown, name: string, minimum: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum) {
    throw invalid(`${name} must be an integer of ${minimum} or more.`);
  }
  return value;
}

function readProbability(value: unknown): number {
  if (typeof value !== 'number' || !(value > 0 && value <= 1))
    throw invalid('probability must be above 0 and at most 1.');
  return value;
}

function allowMembers(value: Record<string, unknown>, names: readonly string[], where: string): void {
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`Unknown member "${unknown}" in ${where}; known: ${names.join(', ')}.`);
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'invalid', message);
}
