/** Sections of an AWS shared file: option names in lower case; those of a sub-section after its name and a dot, as `s3.endpoint_url`. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What an AWS shared file holds. */
export interface IniFile {
  readonly sections: IniSections;
  /** Numbers, from 1, of lines that are neither sections, options, comments nor blank. */
  readonly unreadableLines: readonly number[];
}

/**
 * Reads an AWS shared file (credentials §3.2) as AWS's own tools do: `key = value` or `key: value`, wherever the lines begin;
 * comments with `#` and `;`, also behind a blank; sections that are there twice are one; section names are case-sensitive. Lines
 * further in than an option without a value are its sub-section.
 */
export function parseIni(text: string): IniFile {
  const sections = new Map<string, Map<string, string>>();
  const unreadableLines: number[] = [];
  let section: Map<string, string> | undefined;
  let parent: { readonly name: string; readonly indent: number } | undefined;
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const content = line.replace(/(?:^|\s)[#;].*$/, '').trim();
    if (content === '') continue;
    const name = /^\[([^\]]+)\]$/.exec(content)?.[1]?.trim();
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
      parent = undefined;
      continue;
    }
    const [, option, value] = /^([^=:]*[^=:\s])\s*[=:]\s*(.*)$/.exec(content) ?? [];
    if (section === undefined || option === undefined || value === undefined || content.startsWith('[')) {
      unreadableLines.push(index + 1);
      continue;
    }
    const indent = line.length - line.trimStart().length;
    if (parent !== undefined && indent <= parent.indent) parent = undefined;
    const key = option.toLowerCase();
    section.set(parent === undefined ? key : `${parent.name}.${key}`, value);
    if (value === '' && parent === undefined) parent = { name: key, indent };
  }
  return { sections, unreadableLines };
}
