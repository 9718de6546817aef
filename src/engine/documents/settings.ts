/** A value as a text that is equal for equal values, whatever the order of their names. Absent and undefined are equal. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/** Whether two lists are the same, where an id that only the service gave does not count. */
export function isSameButIds<T extends { readonly id?: string }>(wanted: readonly T[], now: readonly T[]): boolean {
  return (
    wanted.length === now.length &&
    wanted.every((one, at) => {
      const other = now[at];
      if (other === undefined) return false;
      const { id, ...rest } = other;
      return canonical(one) === canonical(one.id === undefined ? rest : { id, ...rest });
    })
  );
}

/** Why a configuration cannot be edited here: a save would lose what this version does not know. */
export function unknownElementsReason(unknown: readonly string[]): string | undefined {
  if (unknown.length === 0) return undefined;
  const names = [...new Set(unknown)].map((name) => `'${name}'`).join(', ');
  return `The service has more here than can be shown (${names}). A save would lose it, so this cannot be edited.`;
}

/** How many there are: `1 rule`, `2 rules`. */
export function countOf(list: readonly unknown[], what: string): string {
  return list.length === 1 ? `1 ${what}` : `${list.length} ${what}s`;
}

/** The first sentences of a list, and how many more there are. */
export function someOf(sentences: readonly string[], most = 4): string {
  const shown = sentences.slice(0, most).join('; ');
  return sentences.length > most ? `${shown}; and ${sentences.length - most} more` : shown;
}
