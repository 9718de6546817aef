import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { DocumentProblem } from '../../model/configDocument';

/** Where a value stands in a document: property names and array indexes, outermost first. */
export type JsonPath = readonly (string | number)[];

/** A configuration document with the places of its values. */
export interface ParsedDocument {
  /** Undefined where the text is not JSON. */
  readonly root: Node | undefined;
  /** What keeps the text from being JSON. */
  readonly syntaxProblems: readonly DocumentProblem[];
  /** The value at a path; undefined where there is none. */
  valueAt(path: JsonPath): unknown;
  /** Names of the properties of the object at a path, in their order, doubles included; empty where there is no object. */
  namesAt(path: JsonPath): readonly string[];
  /** Place of the value at a path, or, with `ofName`, of its property's name; of the nearest that exists where there is none. */
  placeOf(path: JsonPath, ofName?: 'ofName'): { readonly offset: number; readonly length: number };
  /** A problem of the value at a path, or, with `ofName`, of its property's name. Stands at `placeOf` it. */
  problem(path: JsonPath, problem: Omit<DocumentProblem, 'offset' | 'length'>, ofName?: 'ofName'): DocumentProblem;
}

/** Parses JSON with comments and trailing commas (offsets in UTF-16 units). Never throws. */
export function parseDocument(text: string): ParsedDocument {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const nodeAt = (path: JsonPath): Node | undefined =>
    root === undefined ? undefined : findNodeAtLocation(root, [...path]);
  return {
    root,
    syntaxProblems: errors.map(({ error, offset, length }) => ({
      offset,
      length,
      severity: 'error',
      code: 'syntax',
      message: `This is not valid JSON (${printParseErrorCode(error)}).`,
    })),
    valueAt: (path) => {
      const node = nodeAt(path);
      return node === undefined ? undefined : valueOf(node);
    },
    namesAt: (path) => {
      const node = nodeAt(path);
      if (node?.type !== 'object') return [];
      return (node.children ?? []).flatMap(({ children }) =>
        children === undefined ? [] : [String(children[0]?.value)],
      );
    },
    placeOf,
    problem: (path, problem, ofName) => ({ ...placeOf(path, ofName), ...problem }),
  };

  function placeOf(path: JsonPath, ofName?: 'ofName'): { offset: number; length: number } {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = nodeAt(path.slice(0, depth));
      if (node === undefined) continue;
      const name = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
      const shown = ofName !== undefined && depth === path.length && name !== undefined ? name : node;
      // A whole object underlined says nothing; its first character does.
      const isMissing = depth < path.length;
      return { offset: shown.offset, length: isMissing ? 1 : shown.length };
    }
    return { offset: 0, length: Math.min(1, text.length) };
  }
}

/** Plain values without prototypes to trip over: a property called `__proto__` is one like any other. */
function valueOf(node: Node): unknown {
  switch (node.type) {
    case 'array':
      return (node.children ?? []).map(valueOf);
    case 'object': {
      const entries = (node.children ?? []).flatMap(({ children }): [string, unknown][] => {
        const [name, value] = children ?? [];
        return name === undefined || value === undefined ? [] : [[String(name.value), valueOf(value)]];
      });
      return Object.fromEntries(entries);
    }
    default:
      return node.value as unknown;
  }
}
