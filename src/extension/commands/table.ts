import { bucketCommands } from './bucket';
import type { CommandTable } from './command';
import { connectionCommands } from './connection';
import { localServerCommands } from './localServer';
import { navigationCommands } from './navigation';
import { objectCommands } from './object';
import { transferCommands } from './transfer';
import { transferRowCommands } from './transferRows';

/** Every command of the extension. A test compares it with the manifest, both ways. */
export const commandTable = {
  ...connectionCommands,
  ...bucketCommands,
  ...localServerCommands,
  ...navigationCommands,
  ...objectCommands,
  ...transferCommands,
  ...transferRowCommands,
} satisfies CommandTable;
