/**
 * Names that VS Code and its extensions look for in every workspace folder. Asking the service for each of them, again
 * and again, throttles the user; so they count as absent until a listing or a person showed them to exist.
 */
const probedNames: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  '.vscode',
  '.devcontainer',
  '.devcontainer.json',
  '.github',
  '.gitignore',
  '.gitmodules',
  '.editorconfig',
  '.venv',
  '.idea',
  '.yarnrc',
  '.yarnrc.yml',
  'node_modules',
]);

/** The part of a key up to and including its first probed name, or undefined when it has none. */
export function probedPart(key: string): string | undefined {
  let end = 0;
  for (const segment of key.split('/')) {
    end += segment.length;
    if (probedNames.has(segment)) return key.slice(0, end);
    end += 1;
  }
  return undefined;
}

/** The probed names that were shown to exist, by bucket. Small: only such names are kept. */
export class KnownProbes {
  readonly #known = new Set<string>();

  /** Whether asking for this key is a probe that can be answered with "not found" at once. */
  isUnfounded(bucketId: string, key: string): boolean {
    const part = probedPart(key);
    return part !== undefined && !this.#known.has(`${bucketId}/${part}`);
  }

  /** Remembers that a key, or a folder's prefix, exists. */
  add(bucketId: string, key: string): void {
    const part = probedPart(key);
    if (part !== undefined) this.#known.add(`${bucketId}/${part}`);
  }
}
