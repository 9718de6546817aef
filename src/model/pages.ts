import type { CosError } from './cosError';
import type { BucketName } from './ids';
import type { ObjectPage } from './objectInfo';
import type { VersionPage } from './objectVersion';

/** What makes a list unending: it comes back to a page that it has had, or goes on without ever naming anything. */
export type EndlessList = 'circle' | 'emptyPages' | 'tooLong';

/** How a list is read page by page. */
export interface PagedList<Page, Cursor> {
  /** Asks for the first page, or for the one that a cursor stands for. */
  readonly ask: (from: { readonly cursor?: Cursor }) => Promise<Page>;
  /** Where the list goes on; undefined on its last page. */
  readonly next: (page: Page) => Cursor | undefined;
  /** Names of what a page holds. In a whole list none comes twice. */
  readonly names: (page: Page) => readonly string[];
  /** What comes after the pages of a list without end; or throws. */
  readonly endless: (why: EndlessList) => Page;
  /** For lists that are held in memory. */
  readonly maxPages?: number;
}

/** Pages in a row that may be empty: services answer those where much was deleted, and say that the list goes on. */
export const maxEmptyPages = 1000;

/**
 * The pages of a list: the only loop over pages that there is. It ends whatever a server answers: cursors and pages may come
 * back in circles of any length, and pages may be empty forever.
 */
export async function* pagesOf<Page, Cursor>(list: PagedList<Page, Cursor>): AsyncGenerator<Page, void, void> {
  const cursors = new CircleFinder();
  const contents = new CircleFinder();
  let cursor: Cursor | undefined;
  let emptyInRow = 0;
  for (let read = 0; ; read++) {
    if (list.maxPages !== undefined && read >= list.maxPages) return yield list.endless('tooLong');
    const page = await list.ask(cursor === undefined ? {} : { cursor });
    cursor = list.next(page);
    const names = list.names(page);
    emptyInRow = names.length === 0 ? emptyInRow + 1 : 0;
    const isSeen = names.length > 0 && contents.isBackAt(`${names.length} ${names[0]}\n${names.at(-1)}`);
    // A page that came before is not given again: whoever walks the list would count, move or delete it twice.
    if (isSeen) return yield list.endless('circle');
    yield page;
    if (cursor === undefined) return;
    if (cursors.isBackAt(JSON.stringify(cursor))) return yield list.endless('circle');
    if (emptyInRow >= maxEmptyPages) return yield list.endless('emptyPages');
  }
}

/**
 * Finds that a sequence goes round in circles, with one remembered step however long they are: Brent's method, which keeps a
 * step for as long as all before it took, and then the next one.
 */
class CircleFinder {
  #kept: string | undefined;
  #sinceKept = 0;
  #keptFor = 1;

  /** Whether the sequence is back where it was. */
  isBackAt(step: string): boolean {
    if (step === this.#kept) return true;
    this.#sinceKept += 1;
    if (this.#kept === undefined || this.#sinceKept === this.#keptFor) {
      this.#kept = step;
      this.#keptFor *= 2;
      this.#sinceKept = 0;
    }
    return false;
  }
}

/** What is listed, for the failure of a list without end. */
export interface ListSubject {
  readonly op: string;
  readonly bucket?: BucketName;
  /** What it lists, as in `objects of "b"`. */
  readonly what: string;
}

/** Why the rest of a list is not read. */
export function endlessList({ op, bucket, what }: ListSubject, why: EndlessList): CosError {
  const place = bucket === undefined ? {} : { bucket };
  return { kind: 'unsupported', op, ...place, retry: 'never', detail: `The list of ${what} ${sentenceOf(why)}` };
}

function sentenceOf(why: EndlessList): string {
  switch (why) {
    case 'circle':
      return 'goes round in circles: the server answers what it has answered before, and never comes to an end. Nobody can tell what is missing.';
    case 'emptyPages':
      return `does not end: the server has said ${maxEmptyPages.toLocaleString('en-US')} times in a row that it goes on, and named nothing.`;
    case 'tooLong':
      return 'does not end: it is longer than any that there can be.';
  }
}

/** What a page of objects names. */
export function namesOfObjects({ folders, objects }: ObjectPage): readonly string[] {
  return [...folders, ...objects.map(({ key }) => key)];
}

/** What a page of versions names. */
export function namesOfVersions({ folders, versions }: VersionPage): readonly string[] {
  return [...folders, ...versions.map(({ key, versionId }) => JSON.stringify([key, versionId]))];
}
