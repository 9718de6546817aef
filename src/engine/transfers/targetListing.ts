import type { BucketName } from '../../model/ids';
import type { ObjectPage, ObjectSummary } from '../../model/objectInfo';
import { CosFailure } from '../failure';
import { objectPages } from '../pages';
import { inConnection, type TransferContext } from './context';

/** Looks that a listing could not answer, after which its next page costs less than they did. */
const looksPerPage = 20;
/** Pages of a transfer in all: names are held in memory. */
const maxPages = 200;

/** What a listing says of a key; `unknown` where it has not got so far, or may not list. */
export type Listed = ObjectSummary | 'absent' | 'unknown';

interface Folder {
  readonly prefix: string;
  readonly objects: Map<string, ObjectSummary>;
  readonly folders: Set<string>;
  /** What is left of its listing; of a folder that was listed to its end nothing is. */
  readonly pages: AsyncGenerator<ObjectPage, void, void>;
  isWhole: boolean;
  looks: number;
  loading: Promise<void> | undefined;
}

/**
 * What is there already, for many new objects below one prefix: a page of a folder's listing (data-plane §4) answers for up
 * to a thousand of them, and a folder that its parent's listing lacks is not asked about at all. Of a folder with far more
 * objects than are asked about, only what is worth its requests is listed. The listing is of the moment in which the
 * folder was first asked about: what appears later is kept by the condition of each write.
 */
export class TargetListing {
  readonly #context: TransferContext;
  readonly #bucket: BucketName;
  readonly #base: string;
  readonly #folders = new Map<string, Promise<Folder | 'absent' | 'unknown'>>();
  #pages = 0;
  #looks = 0;
  #mayList = true;

  constructor(context: TransferContext, bucket: BucketName, base: string) {
    this.#context = context;
    this.#bucket = bucket;
    this.#base = base;
  }

  /** Throws what would fail a look at the object itself as well: nobody is signed in, there is no such bucket. */
  async find(key: string): Promise<Listed> {
    const folderPrefix = key.slice(0, lastSlash(key, this.#base.length));
    this.#looks += 1;
    // A single file is looked for itself: that costs the same, and tells more.
    if (!key.startsWith(this.#base) || (this.#looks === 1 && folderPrefix === this.#base)) return 'unknown';
    const folder = await this.#folder(folderPrefix);
    if (folder === 'absent' || folder === 'unknown') return folder;
    for (;;) {
      const found = folder.objects.get(key);
      if (found !== undefined) return found;
      if (folder.isWhole) return 'absent';
      folder.looks += 1;
      if (folder.looks <= looksPerPage || this.#pages >= maxPages) return 'unknown';
      await this.#loadNext(folder);
    }
  }

  /** Whether nothing at all lies below the prefix. */
  async isEmpty(): Promise<boolean> {
    const base = await this.#folder(this.#base);
    if (typeof base === 'string') return base === 'absent';
    return base.isWhole && base.objects.size === 0 && base.folders.size === 0;
  }

  #folder(prefix: string): Promise<Folder | 'absent' | 'unknown'> {
    const known = this.#folders.get(prefix);
    if (known !== undefined) return known;
    const opening = this.#open(prefix);
    this.#folders.set(prefix, opening);
    return opening;
  }

  async #open(prefix: string): Promise<Folder | 'absent' | 'unknown'> {
    if (prefix !== this.#base) {
      const above = await this.#folder(prefix.slice(0, lastSlash(prefix.slice(0, -1), this.#base.length)));
      if (above === 'absent') return 'absent';
      if (above !== 'unknown' && above.isWhole && !above.folders.has(prefix)) return 'absent';
    }
    if (!this.#mayList || this.#pages >= maxPages) return 'unknown';
    const folder = {
      prefix,
      objects: new Map(),
      folders: new Set<string>(),
      pages: this.#pagesOf(prefix),
      isWhole: false,
      looks: 0,
      loading: undefined,
    };
    try {
      await this.#load(folder);
      return folder;
    } catch (thrown) {
      // Who may write need not be one who may list; the objects themselves say what can be said.
      if (!(thrown instanceof CosFailure) || thrown.error.kind !== 'denied') throw thrown;
      this.#mayList = false;
      return 'unknown';
    }
  }

  async #loadNext(folder: Folder): Promise<void> {
    folder.loading ??= this.#load(folder).finally(() => (folder.loading = undefined));
    await folder.loading;
  }

  async #load(folder: Folder): Promise<void> {
    this.#pages += 1;
    const { value: page } = await folder.pages.next();
    for (const object of page?.objects ?? []) folder.objects.set(object.key, object);
    for (const name of page?.folders ?? []) folder.folders.add(name);
    folder.isWhole = page?.nextCursor === undefined;
    folder.looks = 0;
  }

  #pagesOf(prefix: string): AsyncGenerator<ObjectPage, void, void> {
    const { client, signal } = this.#context;
    return objectPages(this.#bucket, { prefix, delimiter: '/' }, (query) =>
      inConnection(this.#context, signal, () => client.listPage(this.#bucket, query, signal)),
    );
  }
}

/** Where the last folder of a key ends, below a prefix of some length. */
function lastSlash(key: string, from: number): number {
  return Math.max(key.lastIndexOf('/') + 1, from);
}
