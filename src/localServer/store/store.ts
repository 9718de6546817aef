import { join } from 'node:path';
import { makeFolderSync } from '../../system/makeFolder';
import { BackupRecords } from './backupRecords';
import { Blobs } from './blobs';
import { Buckets } from './buckets';
import { Database } from './database';
import { Listing } from './listing';
import { BulkObjects } from './bulkObjects';
import { Objects } from './objectStore';
import { ReplicationTasks } from './replicationTasks';
import { Sequence } from './sequence';
import { Uploads } from './uploads';

/**
 * Everything that the server keeps, in one folder: `cos.db` (SQLite) and `blobs/` (bytes). Reads are synchronous.
 * Changes are made by the methods of `buckets`, `objects` and `uploads` inside a `write` closure, atomically; what a
 * resolved `write` stored survives a kill of the process, and of a `write` that did not resolve nothing is half there.
 */
export interface Store {
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly bulk: BulkObjects;
  readonly uploads: Uploads;
  readonly backups: BackupRecords;
  readonly replicationTasks: ReplicationTasks;
  readonly listing: Listing;
  readonly blobs: Blobs;
  /** Runs `change` in a transaction. It must be synchronous; what it throws undoes it and rejects the promise. */
  write<T>(change: () => T): Promise<T>;
  /** Commits what is pending and closes the files. */
  close(): Promise<void>;
}

/** Opens the store in `dataFolder`, creating it when absent, and removes what a crash left half-written. */
export function openStore(dataFolder: string): Store {
  makeFolderSync(dataFolder, 0o700);
  const database = new Database(join(dataFolder, 'cos.db'));
  const blobs = new Blobs(database, join(dataFolder, 'blobs'));
  const buckets = new Buckets(database);
  const sequence = new Sequence(database);
  return {
    buckets,
    blobs,
    objects: new Objects(database, blobs, buckets, sequence),
    bulk: new BulkObjects(database, buckets, sequence),
    uploads: new Uploads(database, blobs),
    backups: new BackupRecords(database),
    replicationTasks: new ReplicationTasks(database),
    listing: new Listing(database),
    write: (change) => database.write(change),
    async close() {
      await blobs.settle();
      // A request that was cut off may still hold a file, and the process may end before it is removed.
      if (!blobs.hasLooseFiles) {
        await database.write(() => database.run("INSERT OR REPLACE INTO meta VALUES ('clean', '1')"));
      }
      database.close();
    },
  };
}
