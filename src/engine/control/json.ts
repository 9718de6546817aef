import { CosFailure } from '../failure';

/** An object of a JSON answer. */
export type Json = Readonly<Record<string, unknown>>;

/** The value if it is an object. */
export function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The value, which is an object. Throws `internal` where it is not. */
export function jsonObject(value: unknown, op: string): Json {
  const found = object(value);
  if (found === undefined) throw incomprehensible(op, 'no JSON object');
  return found;
}

/** The value if it is a text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value if it is a number. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Texts of a list; empty where there is none. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** Milliseconds since the epoch of a date with zone, or in UTC without one (control-plane §3.7). */
export function timeMs(value: unknown): number | undefined {
  const date = text(value);
  if (date === undefined) return undefined;
  const parsed = Date.parse(/(?:z|[+-]\d{2}:?\d{2})$/i.test(date) ? date : `${date}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** A property, or nothing for a value that is undefined. */
export function given<N extends string, T>(name: N, value: T | undefined): { readonly [K in N]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in N]?: T };
}

/** Failure of an answer that cannot be used. */
export function incomprehensible(op: string, what: string): CosFailure {
  return new CosFailure({ kind: 'internal', op, retry: 'never', detail: `the service answered with ${what}` });
}
