import { XMLParser } from 'fast-xml-parser';

/** An XML element: its text, or its children by name. */
export type XmlValue = string | XmlElement | readonly (string | XmlElement)[] | undefined;
/** Children of an XML element by name. A name that occurs once holds the value itself, more than once an array. */
export interface XmlElement {
  readonly [name: string]: XmlValue;
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  // References are resolved by childText: the parser leaves numeric ones, and resolving in two steps would read
  // `&amp;#10;` as a line feed.
  processEntities: false,
});

/**
 * The name of a document's root, without prefix; undefined for text that is no XML, or only the beginning of some: the parser takes
 * half a document for a shorter one.
 */
export function rootName(text: string): string | undefined {
  const prolog = /^\uFEFF?(?:\s|<\?[^>]*\?>|<!--[^]*?-->|<!DOCTYPE[^>[]*>)*/i.exec(text)?.[0].length ?? 0;
  const name = /^<([\w.:-]+)(?=[\s/>])/.exec(text.slice(prolog, prolog + 300))?.[1];
  if (name === undefined) return undefined;
  const end = text.replace(/(?:\s|<!--(?:(?!-->)[^])*-->)+$/, '');
  const isWhole = /\/>$/.test(end)
    ? !end.slice(prolog + 1).includes('<')
    : new RegExp(`</${name.replaceAll('.', '\\.')}\\s*>$`).test(end.slice(-320));
  return isWhole ? name.replace(/^.*:/, '') : undefined;
}

/** Parses a document. Undefined for text that is not XML, or not all of a document. */
export function parseXml(text: string): XmlElement | undefined {
  if (rootName(text) === undefined) return undefined;
  const start = text.replace(/^\uFEFF/, '').trimStart();
  try {
    return parser.parse(start) as XmlElement;
  } catch {
    return undefined; // an answer that cannot be parsed is reported by the caller, who knows what it expected
  }
}

/** The children of a named child; undefined when there is none or it holds only text. */
export function childElement(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  const value = parent?.[name];
  return typeof value === 'object' && !Array.isArray(value) ? (value as XmlElement) : undefined;
}

/** All children of that name that are elements, in order. */
export function childElements(parent: XmlElement | undefined, name: string): readonly XmlElement[] {
  const value = parent?.[name];
  if (value === undefined) return [];
  const list = Array.isArray(value) ? (value as readonly (string | XmlElement)[]) : [value as string | XmlElement];
  return list.filter((item): item is XmlElement => typeof item === 'object');
}

/** The text of a named child with its references resolved, blanks kept; undefined when there is none. */
export function childText(parent: XmlElement | undefined, name: string): string | undefined {
  const value = parent?.[name];
  return typeof value === 'string' ? resolveReferences(value) : undefined;
}

/** Texts of all children of that name, in order, their references resolved. Children with elements inside are left out. */
export function childTexts(parent: XmlElement | undefined, name: string): readonly string[] {
  const value = parent?.[name];
  const list = Array.isArray(value) ? (value as readonly (string | XmlElement)[]) : [value];
  return list.filter((item) => typeof item === 'string').map(resolveReferences);
}

/**
 * Names of children that are none of these, and of those that occur more than once although only one is read: what writing
 * the element again would lose.
 */
export function otherChildren(
  parent: XmlElement | undefined,
  once: readonly string[],
  often: readonly string[] = [],
): readonly string[] {
  return Object.entries(parent ?? {}).flatMap(([name, value]) => {
    if (name === '#text' || often.includes(name)) return [];
    return once.includes(name) && !Array.isArray(value) ? [] : [name];
  });
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Resolves the five entities and the character references of XML in one pass. Others stay as they are. */
export function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/g, (all, hex, decimal, name: string) => {
    if (typeof hex === 'string') return characterOf(parseInt(hex, 16), all);
    if (typeof decimal === 'string') return characterOf(parseInt(decimal, 10), all);
    return entities[name] ?? all;
  });
}

function characterOf(codePoint: number, otherwise: string): string {
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : otherwise;
}

/** Whether the document has a root of that name, be it empty. */
export function hasRoot(document: XmlElement | undefined, name: string): boolean {
  return document !== undefined && name in document;
}
