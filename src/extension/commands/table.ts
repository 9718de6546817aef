import { bucketCommands } from './bucket';
import type { CommandTable } from './command';
import { connectionCommands } from './connection';
import { localServerCommands } from './localServer';
import { navigationCommands } from './navigation';

/** Every command of the extension. A test compares it with the manifest, both ways. */
export const commandTable = {
  ...connectionCommands,
  ...bucketCommands,
  ...localServerCommands,
  ...navigationCommands,
} satisfies CommandTable;
