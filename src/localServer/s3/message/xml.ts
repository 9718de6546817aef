import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { malformedXml } from './errors';

/** The namespace of every response document (rule 8). */
export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** XML to be written: an element with text, or with children; `undefined` children are left out. */
export type XmlNode = readonly [
  name: string,
  content: string | number | readonly (XmlNode | undefined)[],
  attributes?: string,
];

/** Writes a document. `namespace` goes on the root. */
export function writeXml(root: XmlNode, namespace?: string): Buffer {
  const pieces = ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'];
  writeNode(pieces, namespace === undefined ? root : [root[0], root[1], ` xmlns="${namespace}"`]);
  return Buffer.from(pieces.join(''), 'utf8');
}

function writeNode(pieces: string[], [name, content, attributes = '']: XmlNode): void {
  if (typeof content === 'string' || typeof content === 'number') {
    pieces.push(`<${name}${attributes}>`, escapeText(String(content)), `</${name}>`);
    return;
  }
  pieces.push(`<${name}${attributes}>`);
  for (const child of content) {
    if (child !== undefined) {
      writeNode(pieces, child);
    }
  }
  pieces.push(`</${name}>`);
}

/**
 * Escapes text. Characters that XML 1.0 forbids are written as numeric references all the same, as the service does:
 * a client that lists such keys without `encoding-type=url` must cope (rule 45).
 */
function escapeText(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[&<>"\u0000-\u001f\ufffe\uffff]/g, (character) => {
    switch (character) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      default:
        return `&#${character.charCodeAt(0)};`;
    }
  });
}

/** A parsed element: name without prefix, children, and the text directly inside. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: '#cdata',
  maxNestedTags: 32,
});

/** Parses request XML strictly. Document types and entities other than XML's own five are refused. */
export function parseXml(body: Buffer, rootNames: string | readonly string[]): XmlElement {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw malformedXml('The XML you provided is not valid UTF-8.');
  }
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
    throw malformedXml('Document type definitions are not allowed in request bodies.');
  }
  if (XMLValidator.validate(text) !== true) {
    throw malformedXml('The XML you provided was not well-formed.');
  }
  let parsed: unknown;
  try {
    parsed = parser.parse(text);
  } catch {
    throw malformedXml('The XML you provided was not well-formed.');
  }
  const roots = toElements(parsed).children;
  const root = roots[0];
  const names = typeof rootNames === 'string' ? [rootNames] : rootNames;
  if (root === undefined || roots.length !== 1 || !names.includes(root.name)) {
    throw malformedXml(`The XML you provided must have the root element ${names[0] ?? ''}.`);
  }
  return root;
}

function toElements(nodes: unknown, name = ''): XmlElement {
  const children: XmlElement[] = [];
  let text = '';
  for (const node of Array.isArray(nodes) ? (nodes as Record<string, unknown>[]) : []) {
    for (const [key, value] of Object.entries(node)) {
      if (key === '#text') {
        text += decodeEntities(String(value));
      } else if (key === '#cdata') {
        text += textOf(value);
      } else if (key !== ':@' && key !== '#comment') {
        children.push(toElements(value, key));
      }
    }
  }
  return { name, children, text };
}

function textOf(nodes: unknown): string {
  return Array.isArray(nodes)
    ? (nodes as Record<string, unknown>[])
        .map((node) => node['#text'])
        .filter((text) => typeof text === 'string')
        .join('')
    : '';
}

const namedEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&([^;&\s]{1,10});|&/g, (whole, name: string | undefined) => {
    if (name === undefined) {
      throw malformedXml('The XML you provided holds a bare "&".');
    }
    const named = namedEntities[name];
    if (named !== undefined) {
      return named;
    }
    const code = name.startsWith('#x')
      ? Number.parseInt(/^#x([0-9a-fA-F]+)$/.exec(name)?.[1] ?? '', 16)
      : Number.parseInt(/^#([0-9]+)$/.exec(name)?.[1] ?? '', 10);
    if (!Number.isInteger(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      throw malformedXml(`The XML you provided holds an unknown entity: "${whole}".`);
    }
    return String.fromCodePoint(code);
  });
}

/** All children of that name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The one child of that name, or undefined; more than one is an error. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  const found = childrenOf(element, name);
  if (found.length > 1) {
    throw malformedXml(`${element.name} holds more than one ${name}.`);
  }
  return found[0];
}

/** Text of the one child of that name, surrounding white space removed. */
export function textOfChild(element: XmlElement, name: string): string | undefined {
  return childOf(element, name)?.text.trim();
}

/** Text of a child that must be there. */
export function requiredText(element: XmlElement, name: string): string {
  const text = textOfChild(element, name);
  if (text === undefined) {
    throw malformedXml(`${element.name} must hold ${name}.`);
  }
  return text;
}

/** Refuses children that the schema does not have, and text between children. */
export function allowOnly(element: XmlElement, names: readonly string[]): void {
  for (const child of element.children) {
    if (!names.includes(child.name)) {
      throw malformedXml(`${element.name} must not hold ${child.name}.`);
    }
  }
  if (element.children.length > 0 && element.text.trim() !== '') {
    throw malformedXml(`${element.name} must not hold text beside its elements.`);
  }
}
