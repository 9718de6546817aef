import { backupCommands } from './backup';
import { bucketCommands } from './bucket';
import type { CommandTable } from './command';
import { configurationCommands } from './configuration';
import { connectionCommands } from './connection';
import { localServerCommands } from './localServer';
import { navigationCommands } from './navigation';
import { objectCommands } from './object';
import { clipboardCommands } from './objectClipboard';
import { protectionCommands } from './protection';
import { sharingCommands } from './sharing';
import { transferCommands } from './transfer';
import { transferRowCommands } from './transferRows';
import { uploadCommands } from './uploads';
import { versionCommands } from './version';

/** Every command of the extension. A test compares it with the manifest, both ways. */
export const commandTable = {
  ...connectionCommands,
  ...bucketCommands,
  ...localServerCommands,
  ...navigationCommands,
  ...objectCommands,
  ...clipboardCommands,
  ...sharingCommands,
  ...transferCommands,
  ...transferRowCommands,
  ...uploadCommands,
  ...configurationCommands,
  ...protectionCommands,
  ...versionCommands,
  ...backupCommands,
} satisfies CommandTable;
