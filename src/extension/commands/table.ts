import type { CommandTable } from './command';
import { localServerCommands } from './localServer';
import { navigationCommands } from './navigation';

/** Every command of the extension. A test compares it with the manifest, both ways. */
export const commandTable = {
  ...localServerCommands,
  ...navigationCommands,
} satisfies CommandTable;
