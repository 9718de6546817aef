/** Asks for the size of one part of an object; undefined where the service does not tell it. */
export type AskPartSize = (partNumber: number) => Promise<number | undefined>;

/** How an object was cut. */
export interface PartSizes {
  readonly sizes: readonly number[];
  /** Only the first part was asked about, and equal ones fit. */
  readonly areGuessed: boolean;
}

const asksAtOnce = 8;

/** The sizes of the parts of an object: one question where equal parts fit, else one for each. Undefined where nobody tells. */
export async function findPartSizes(
  sizeBytes: number,
  partCount: number,
  ask: AskPartSize,
): Promise<PartSizes | undefined> {
  const first = await ask(1);
  if (first === undefined) return undefined;
  const last = sizeBytes - first * (partCount - 1);
  if (last > 0 && last <= first) {
    const sizes = Array.from({ length: partCount }, (_, at) => (at === partCount - 1 ? last : first));
    return { sizes, areGuessed: partCount > 2 };
  }
  return await askPartSizes(sizeBytes, partCount, ask, [first]);
}

/** The sizes of all parts, each asked for. Undefined where they do not make the object. */
export async function askPartSizes(
  sizeBytes: number,
  partCount: number,
  ask: AskPartSize,
  known: readonly number[] = [],
): Promise<PartSizes | undefined> {
  const sizes: (number | undefined)[] = [...known];
  let next = known.length + 1;
  const work = async (): Promise<void> => {
    while (next <= partCount) {
      const partNumber = next++;
      sizes[partNumber - 1] = await ask(partNumber);
    }
  };
  await Promise.all(Array.from({ length: asksAtOnce }, work));
  const told = sizes.filter((size) => size !== undefined);
  if (told.length < partCount || told.reduce((sum, size) => sum + size, 0) !== sizeBytes) return undefined;
  return { sizes: told, areGuessed: false };
}
