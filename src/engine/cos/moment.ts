const iso = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;
const http = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})$/;

/**
 * When something was changed, as listings (ISO 8601) and headers (RFC 9110 §5.6.7) tell it. Undefined for what is no date, or
 * names no zone: `Date.parse` takes nearly any text with a number in it for some year, and what it does not take must not become
 * 1970.
 */
export function momentMs(text: string | undefined): number | undefined {
  const date = text?.trim() ?? '';
  const [, year, month, day] = iso.exec(date) ?? [];
  if (year === undefined ? !http.test(date) : !isDay(Number(year), Number(month), Number(day))) return undefined;
  const ms = Date.parse(date);
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** `Date.parse` takes the 31st of February for the 3rd of March. */
function isDay(year: number, month: number, day: number): boolean {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}
