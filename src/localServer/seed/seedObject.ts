/** An object of a sample bucket. */
export interface SeedObject {
  readonly key: string;
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Further headers that are given back, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
  /** How long before the seeding it was written. */
  readonly ageHours: number;
}

/** A sample bucket with what it holds; later objects of the same key are newer versions. */
export interface SeedBucket {
  readonly name: string;
  readonly location: string;
  readonly storageClass: 'standard' | 'vault' | 'cold' | 'smart';
  readonly versioning: 'never' | 'Enabled';
  objects(): SeedObject[];
}

/** A text object; its type follows from what is given. */
export function text(key: string, contentType: string, ageHours: number, lines: readonly string[]): SeedObject {
  return { key, contentType, ageHours, bytes: Buffer.from(lines.join('\n') + '\n', 'utf8') };
}

/** Numbers that look random and are the same each time. */
export function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
