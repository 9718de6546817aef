/** Sections of an AWS shared file (credentials.md §3.2): names are case-sensitive, duplicates merge. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads an AWS shared file. Comment lines, indented sub-sections and lines without `=` are passed over. */
export function parseIni(text: string): IniSections {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const name = /^\[(.+?)\]\s*(?:[#;].*)?$/.exec(line)?.[1]?.trim();
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
      continue;
    }
    if (/^\s/.test(line)) continue;
    const equals = line.indexOf('=');
    if (equals > 0) section?.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return sections;
}
