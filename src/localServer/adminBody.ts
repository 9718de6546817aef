import { readJsonObject, ServiceError, type ServiceRequest } from './jsonService';

/** The body of a request as JSON object. Throws `ServiceError` 415 or 400. */
export function readBody(request: ServiceRequest): Record<string, unknown> {
  // A page in a browser can send other types across origins without asking first.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new ServiceError(415, 'content_type', 'Send the body as Content-Type: application/json.');
  }
  return readJsonObject(request, 'invalid');
}

/** A refusal that says what is wrong with the body. */
export function invalid(message: string): ServiceError {
  return new ServiceError(400, 'invalid', message);
}

/** Refuses members that are not known, so that a misspelt one is not taken for an absent one. */
export function allowMembers(body: Record<string, unknown>, names: readonly string[]): void {
  const unknown = Object.keys(body).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw invalid(`Unknown member "${unknown.join('", "')}"; known: ${names.join(', ')}.`);
}

/** A member that is a number, undefined when it is absent. */
export function readNumber(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${name} must be a number.`);
  return value;
}

/** A member that is an integer of 1 or more, undefined when it is absent. */
export function readPositiveInteger(body: Record<string, unknown>, name: string): number | undefined {
  const value = readNumber(body, name);
  if (value !== undefined && (!Number.isInteger(value) || value < 1)) throw invalid(`${name} must be 1 or more.`);
  return value;
}

/** A member that is one of some texts, undefined when it is absent. */
export function readOneOf<T extends string>(
  body: Record<string, unknown>,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(`${name} must be one of: ${allowed.join(', ')}.`);
  return found;
}

/** The value of a member that must be there. */
export function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw invalid(`${name} is missing.`);
  return value;
}
