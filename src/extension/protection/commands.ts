import type { CommandTable } from '../command/command';
import type { FolderTarget, ObjectsTarget } from '../command/targets';

/** Commands on retention, legal holds and locks. */
export const protectionCommands = {
  'ibmcos.protection.addHold': {
    target: 'objects',
    effect: 'writes',
    run: async (services, targets) => (await import('./holds')).addHold(services, targets),
  },
  'ibmcos.protection.removeHold': {
    target: 'objects',
    effect: 'writes',
    run: async (services, targets) => (await import('./holds')).removeHold(services, targets),
  },
  'ibmcos.protection.extendRetention': {
    target: 'objects',
    effect: 'writes',
    run: async (services, targets) => (await import('./retention')).extendRetention(services, targets),
  },
  'ibmcos.protection.removeLock': {
    target: 'objects',
    effect: 'writes',
    run: async (services, targets) => (await import('./retention')).removeLock(services, targets),
  },
  'ibmcos.protection.whenDeletable': {
    target: 'objects',
    effect: 'reads',
    run: async (services, targets) => (await import('./showProtection')).whenDeletable(services, targets),
  },
  'ibmcos.protection.report': {
    target: 'folder',
    effect: 'reads',
    run: async (services, folder) => (await import('./showProtection')).reportProtection(services, below(folder)),
  },
  'ibmcos.protection.exportReport': {
    target: 'folder',
    effect: 'reads',
    run: async (services, folder) => (await import('./showProtection')).exportProtection(services, below(folder)),
  },
} satisfies CommandTable;

function below({ prefix, ...bucket }: FolderTarget): readonly ObjectsTarget[] {
  return [{ ...bucket, keys: [], prefixes: [prefix] }];
}
