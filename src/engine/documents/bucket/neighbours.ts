import type { BucketName } from '../../../model/ids';
import type { VersioningState } from '../../../model/objectVersion';
import { CosFailure } from '../../failure';
import type { DocumentContext } from '../kind';

/** What else a bucket has that may exclude a wish (features-map §D). What could not be asked is absent, and excludes nothing. */
export interface Neighbours {
  readonly versioning?: VersioningState;
  readonly hasRetentionPolicy?: boolean;
  readonly hasObjectLock?: boolean;
  readonly hasReplication?: boolean;
  readonly isEmpty?: boolean;
}

/** Asks for neighbours, all at once. Only that the identity may not, or the service knows no such thing, is no failure. */
export async function findNeighbours(
  { client }: DocumentContext,
  bucket: BucketName,
  wanted: readonly (keyof Neighbours)[],
  signal: AbortSignal,
): Promise<Neighbours> {
  const ask = {
    versioning: async () => ({ versioning: await client.getVersioning(bucket, signal) }),
    hasRetentionPolicy: async () => {
      const { kind } = await client.getBucketProtection(bucket, signal);
      return { hasRetentionPolicy: kind === 'retention' };
    },
    hasObjectLock: async () => {
      const { kind } = await client.getObjectLock(bucket, signal);
      return { hasObjectLock: kind === 'enabled' };
    },
    hasReplication: async () => {
      const { rules } = await client.getReplication(bucket, signal);
      return { hasReplication: rules.length > 0 };
    },
    isEmpty: async () => {
      const { objects } = await client.listPage(bucket, { prefix: '', delimiter: '', maxKeys: 1 }, signal);
      return { isEmpty: objects.length === 0 };
    },
  } satisfies Readonly<Record<keyof Neighbours, () => Promise<Neighbours>>>;
  const found = await Promise.all(wanted.map(async (name) => await orNothing(ask[name]())));
  return Object.assign({}, ...found) as Neighbours;
}

async function orNothing(asking: Promise<Neighbours>): Promise<Neighbours> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof CosFailure && ['denied', 'unsupported'].includes(error.error.kind)) return {};
    throw error;
  }
}
