/**
 * The end of a retention as requests give it: ISO 8601 in UTC, as the documentation has it, or the date of HTTP that IBM's
 * SDK for Java sends. Undefined when it is neither.
 */
export function parseRetentionEnd(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return parseIsoDate(text);
  const time = Date.parse(text);
  // The platform takes the 31st of February for the 3rd of March, and any day of the week.
  return !Number.isNaN(time) && new Date(time).toUTCString() === text ? time : undefined;
}

/** ISO 8601 in either form that the documentation uses, in UTC; undefined when it is neither. */
export function parseIsoDate(text: string): number | undefined {
  const compact = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const plain =
    compact === null ? text : `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`;
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(plain)) {
    return undefined;
  }
  const time = Date.parse(plain);
  if (Number.isNaN(time)) {
    return undefined;
  }
  // The platform takes the 31st of February for the 3rd of March.
  const isDay = new Date(`${plain.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(plain.slice(0, 10));
  return isDay ? time : undefined;
}
