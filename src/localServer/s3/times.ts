/** ISO 8601 in either form that the documentation uses, in UTC; undefined when it is neither. */
export function parseIsoDate(text: string): number | undefined {
  const compact = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const plain =
    compact === null ? text : `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`;
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(plain)) {
    return undefined;
  }
  const time = Date.parse(plain);
  return Number.isNaN(time) ? undefined : time;
}
