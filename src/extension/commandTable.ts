import { backupCommands } from './backups/commands';
import { bucketCommands } from './buckets/commands';
import type { CommandTable } from './command/command';
import { configurationCommands } from './configuration/commands';
import { connectionCommands } from './connections/commands';
import { localServerCommands } from './localServer/commands';
import { navigationCommands } from './tree/commands';
import { objectCommands } from './objects/commands';
import { clipboardCommands } from './organise/commands';
import { protectionCommands } from './protection/commands';
import { sharingCommands } from './sharing/commands';
import { downloadCommands } from './downloads/commands';
import { transferRowCommands } from './transfers/commands';
import { snippetCommands } from './snippets/commands';
import { uploadCommands } from './uploads/commands';
import { incompleteUploadCommands } from './uploads/incomplete';
import { versionCommands } from './versions/commands';
import { websiteCommands } from './website/commands';

/** Every command of the extension. A test compares it with the manifest, both ways. */
export const commandTable = {
  ...connectionCommands,
  ...bucketCommands,
  ...localServerCommands,
  ...navigationCommands,
  ...objectCommands,
  ...clipboardCommands,
  ...sharingCommands,
  ...websiteCommands,
  ...snippetCommands,
  ...downloadCommands,
  ...uploadCommands,
  ...transferRowCommands,
  ...incompleteUploadCommands,
  ...configurationCommands,
  ...protectionCommands,
  ...versionCommands,
  ...backupCommands,
} satisfies CommandTable;
