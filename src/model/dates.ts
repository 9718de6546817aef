/** Milliseconds of a date as ISO 8601 has it: a day, or a time with its zone. Without a zone a time means nothing. */
export function readDate(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const isDate = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(value);
  const ms = isDate ? Date.parse(value) : Number.NaN;
  // 31 February would become a day in March.
  const isReal =
    !Number.isNaN(ms) && new Date(`${value.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(value.slice(0, 10));
  return isReal ? ms : undefined;
}
