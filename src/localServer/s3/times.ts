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
