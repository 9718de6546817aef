import type { CommandTable } from '../command/command';

/** Commands on versions of objects, and on what is in archive. */
export const versionCommands = {
  'ibmcos.versions.show': {
    target: 'anyNode',
    effect: 'reads',
    run: async (services, node) => (await import('./versionCommands')).showVersions(services, node),
  },
  'ibmcos.version.open': {
    target: 'anyNode',
    effect: 'reads',
    run: async (services, node) => (await import('./versionCommands')).openVersion(services, node),
  },
  'ibmcos.version.compareWithCurrent': {
    target: 'anyNode',
    effect: 'reads',
    run: async (services, node) => (await import('./versionCommands')).compareWithCurrent(services, node),
  },
  'ibmcos.version.compare': {
    target: 'anyNode',
    effect: 'reads',
    run: async (services, node) => (await import('./versionCommands')).compareVersions(services, node),
  },
  'ibmcos.version.compareWithFile': {
    target: 'anyNode',
    effect: 'reads',
    run: async (services, node) => (await import('./versionCommands')).compareWithFile(services, node),
  },
  'ibmcos.version.restore': {
    target: 'anyNode',
    effect: 'writes',
    run: async (services, node) => (await import('./versionCommands')).restoreVersion(services, node),
  },
  'ibmcos.version.delete': {
    target: 'anyNode',
    effect: 'writes',
    run: async (services, node) => (await import('./versionCommands')).deleteVersion(services, node),
  },
  'ibmcos.version.copyId': {
    target: 'anyNode',
    effect: 'reads',
    run: async (services, node) => (await import('./versionCommands')).copyVersionId(services, node),
  },
  'ibmcos.object.undelete': {
    target: 'anyNode',
    effect: 'writes',
    run: async (services, node) => (await import('./versionCommands')).undelete(services, node),
  },
  'ibmcos.object.timeMachine': {
    target: 'object',
    effect: 'reads',
    run: async (services, object) => (await import('./versionCommands')).timeMachine(services, object),
  },
  'ibmcos.object.undoDelete': {
    target: 'none',
    run: async (services) => (await import('./undoDelete')).undoDelete(services, services.deletes.last),
  },
  'ibmcos.object.restoreFromArchive': {
    target: 'objects',
    effect: 'writes',
    run: async (services, targets) => (await import('./archive')).restoreFromArchive(services, targets),
  },
} satisfies CommandTable;
