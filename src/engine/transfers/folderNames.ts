import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** Folders with more entries than this are not remembered. */
const mostNames = 100_000;

/** What was in a folder when it was first looked at. */
interface FolderLook {
  /** Names as a file system could take them for each other; absent where there are too many. */
  readonly folded?: ReadonlySet<string>;
  /** Those that begin with a dot. */
  readonly hidden: readonly string[];
}

/** What is in the folders that a transfer writes to. Each is looked at once, in place of a look for each file. */
export class FolderNames {
  readonly #looks = new Map<string, Promise<FolderLook | undefined>>();

  /**
   * Whether nothing had this name when its folder was looked at. False also where nobody can tell. What has taken the name
   * since shows when the file is to get it.
   */
  async isFree(fsPath: string): Promise<boolean> {
    const look = await this.#look(dirname(fsPath));
    return look?.folded?.has(fold(basename(fsPath))) === false;
  }

  /** The names that begin with a dot; none of a folder that cannot be listed. */
  async hidden(folder: string): Promise<readonly string[]> {
    return (await this.#look(folder))?.hidden ?? [];
  }

  #look(folder: string): Promise<FolderLook | undefined> {
    const known = this.#looks.get(folder);
    if (known !== undefined) return known;
    const look = readdir(folder).then(
      (names) => ({
        hidden: names.filter((name) => name.startsWith('.')),
        ...(names.length > mostNames ? {} : { folded: new Set(names.map(fold)) }),
      }),
      () => undefined, // a folder that may be written but not listed: whatever is wrong shows at the write
    );
    this.#looks.set(folder, look);
    return look;
  }
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
