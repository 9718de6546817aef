import { utf8Length } from './ids';

/** Families of file systems whose rules for names differ. `posix` stands for Linux and its kin. */
export type LocalPlatform = 'posix' | 'win32' | 'darwin';

/** Where an object goes below the chosen folder, or why it cannot go there. */
export type LocalName =
  | { readonly kind: 'file' | 'folder'; readonly segments: readonly string[] }
  | { readonly kind: 'skip'; readonly reason: 'unsafeName' | 'notUnicode'; readonly detail: string };

const deviceNames = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])(?:[ ]*\.|[ ]*$)/i;

/**
 * The relative path of a key (already without the prefix that is not kept), as segments without separators.
 * A key that ends in `/` is a folder. A name that the platform would refuse, change, or take for another place
 * (`..`, absolute paths, drive letters, device names, trailing dots) is a skip with a reason in plain words: no name
 * is bent into another, so what is on disk always has its key's own name.
 */
export function localNameOf(relativeKey: string, platform: LocalPlatform): LocalName {
  const isFolder = relativeKey.endsWith('/');
  const segments = (isFolder ? relativeKey.slice(0, -1) : relativeKey).split('/');
  for (const segment of segments) {
    const problem = segmentProblem(segment, platform);
    if (problem !== undefined) return problem;
  }
  return { kind: isFolder ? 'folder' : 'file', segments };
}

function segmentProblem(segment: string, platform: LocalPlatform): Extract<LocalName, { kind: 'skip' }> | undefined {
  const unsafe = (detail: string) => ({ kind: 'skip', reason: 'unsafeName', detail }) as const;
  if (segment === '') return unsafe('it has an empty folder name (a leading "/", or "//"), which no folder can have');
  if (segment === '.' || segment === '..') {
    return unsafe(`the part "${segment}" would lead to another folder`);
  }
  if (segment.includes('\0')) return unsafe('it holds a NUL character, which no file name can hold');
  if (/\p{Surrogate}/u.test(segment)) {
    return { kind: 'skip', reason: 'notUnicode', detail: 'it is not valid Unicode text' };
  }
  const length = platform === 'posix' ? utf8Length(segment) : segment.length;
  if (length > 255) return unsafe('one part of it is longer than the 255 that a file name may have');
  return platform === 'win32' ? windowsProblem(segment, unsafe) : undefined;
}

function windowsProblem<T>(segment: string, unsafe: (detail: string) => T): T | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f]/.test(segment)) return unsafe('it holds a control character, which Windows does not allow');
  const character = /[<>:"\\|?*]/.exec(segment)?.[0];
  if (character !== undefined) return unsafe(`it holds "${character}", which Windows does not allow in a file name`);
  if (/[. ]$/.test(segment)) return unsafe(`the part "${segment}" ends in a dot or space, which Windows drops`);
  if (deviceNames.test(segment)) return unsafe(`the part "${segment}" is the name of a Windows device`);
  return undefined;
}

/** Characters that HFS+ does not look at when it compares names (Apple's TN1150). */
const ignoredOnMac = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * The form under which a platform's file system takes two names for the same (case folding, Unicode normalisation). Where file
 * systems differ, names count as the same: a skip is told, a file that another one has overwritten is lost.
 */
export function foldedName(segment: string, platform: LocalPlatform): string {
  if (platform === 'posix') return segment;
  const seen = platform === 'darwin' ? segment.replace(ignoredOnMac, '') : segment;
  // Lower case first: of the capital ẞ, upper case knows nothing to do.
  return seen.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().normalize('NFC');
}

/** What a name was refused for: the name that took its place first. */
export interface NameCollision {
  readonly with: string;
  readonly detail: string;
}

interface Folder {
  readonly children: Map<string, Taken>;
}
type Taken =
  { readonly kind: 'file'; readonly name: string } | ({ readonly kind: 'folder'; readonly name: string } & Folder);

/**
 * Names taken by the files and folders of one download. The first to take a name keeps it; a later one that the file
 * system could not tell from it (`Readme` and `README`, `é` in two normalisations), or that needs as a folder what is
 * already a file (`a` beside `a/b`), is a collision. Holds each name once: about 100 bytes an object.
 */
export class TakenNames {
  readonly #platform: LocalPlatform;
  readonly #root: Folder = { children: new Map() };

  constructor(platform: LocalPlatform) {
    this.#platform = platform;
  }

  /** Takes the name and the folders above it, or says what has it already. Folders may be taken again. */
  take(kind: 'file' | 'folder', segments: readonly string[]): NameCollision | undefined {
    let folder = this.#root;
    for (const [at, segment] of segments.entries()) {
      const isLast = at === segments.length - 1;
      const wanted = isLast ? kind : 'folder';
      const folded = foldedName(segment, this.#platform);
      const taken = folder.children.get(folded);
      if (taken === undefined) {
        if (wanted === 'file') {
          folder.children.set(folded, { kind: 'file', name: segment });
          return undefined;
        }
        const created = { kind: 'folder', name: segment, children: new Map<string, Taken>() } as const;
        folder.children.set(folded, created);
        folder = created;
        continue;
      }
      if (wanted === 'folder' && taken.kind === 'folder' && taken.name === segment) {
        folder = taken;
        continue;
      }
      return collision([...segments.slice(0, at), taken.name].join('/'), wanted, taken);
    }
    return undefined;
  }
}

function collision(path: string, wanted: 'file' | 'folder', taken: Taken): NameCollision {
  const detail =
    wanted === taken.kind
      ? `this file system cannot tell it from "${path}", which goes to the same folder`
      : wanted === 'folder'
        ? `it needs a folder "${path}", but an object of that name goes there as a file`
        : `a folder "${path}" goes to the same place`;
  return { with: path, detail };
}

/** The name that *keep both* tries as the n-th: `report.txt` → `report (1).txt`. Takes file names and whole keys. */
export function numberedName(name: string, n: number): string {
  const start = name.lastIndexOf('/') + 1;
  const dot = name.lastIndexOf('.');
  const cut = dot > start ? dot : name.length;
  return `${name.slice(0, cut)} (${n})${name.slice(cut)}`;
}

/** The part of a prefix that its objects lose on their way to a folder: all but the last segment, or all of it. */
export function prefixToStrip(prefix: string, keeps: 'lastSegment' | 'nothing'): string {
  if (keeps === 'nothing') return prefix.endsWith('/') ? prefix : prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const end = prefix.endsWith('/') ? prefix.length - 1 : prefix.length;
  return prefix.slice(0, end === 0 ? 0 : prefix.lastIndexOf('/', end - 1) + 1);
}
