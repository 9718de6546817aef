import type { ChangePart } from './quick/changeDraft';
import type { CommandOutcome, CommandServices, CommandTable } from '../command/command';
import type { ObjectsTarget } from '../command/targets';

/** Commands on configuration documents. */
export const configurationCommands = {
  'ibmcos.object.openProperties': {
    target: 'object',
    effect: 'reads',
    run: async (services, object) => (await import('./openDocuments')).openProperties(services, object),
  },
  'ibmcos.objects.openProperties': {
    target: 'objects',
    effect: 'reads',
    run: async (services, targets) => (await import('./openDocuments')).openSelectionProperties(services, targets),
  },
  'ibmcos.bucket.overview': {
    target: 'bucket',
    effect: 'reads',
    run: async ({ configuration }, bucket) => await configuration.showOverview(bucket),
  },
  'ibmcos.object.editHeaders': { target: 'objects', effect: 'writes', run: changing('headers') },
  'ibmcos.object.editMetadata': { target: 'objects', effect: 'writes', run: changing('metadata') },
  'ibmcos.object.editTags': { target: 'objects', effect: 'writes', run: changing('tags') },
  'ibmcos.object.setAcl': { target: 'objects', effect: 'writes', run: changing('acl') },
  'ibmcos.bucket.openConfiguration': {
    target: 'bucket',
    effect: 'reads',
    run: async (services, bucket) => (await import('./openDocuments')).openBucket(services, bucket),
  },
  'ibmcos.bucket.setVersioning': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./quick/setVersioning')).setVersioning(services, bucket),
  },
  'ibmcos.bucket.setRetentionPolicy': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./quick/setRetentionPolicy')).setRetentionPolicy(services, bucket),
  },
  'ibmcos.bucket.setLockDefault': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./quick/setLockDefault')).setLockDefault(services, bucket),
  },
  'ibmcos.bucket.setTag': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./quick/setTag')).setTag(services, bucket),
  },
  'ibmcos.bucket.applyTemplate': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./quick/applyTemplate')).applyTemplate(services, bucket),
  },
  'ibmcos.bucket.setQuota': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./quick/setQuota')).setQuota(services, bucket),
  },
  'ibmcos.bucket.replicationFailures': {
    target: 'bucket',
    effect: 'reads',
    run: async (services, bucket) =>
      (await import('../replication/failures')).showReplicationFailures(services, bucket),
  },
  'ibmcos.bucket.reattemptReplication': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('../replication/failures')).reattemptReplication(services, bucket),
  },
  'ibmcos.config.apply': {
    target: 'none',
    run: async (services) => (await import('./openDocuments')).applyActive(services),
  },
  'ibmcos.config.compareWithServer': {
    target: 'none',
    run: async (services) => (await import('./openDocuments')).compareActive(services),
  },
  'ibmcos.config.insertTemplate': {
    target: 'none',
    run: async (services) => (await import('./openDocuments')).insertIntoActive(services),
  },
  'ibmcos.config.reload': {
    target: 'none',
    run: async (services) => (await import('./openDocuments')).reloadActive(services),
  },
} satisfies CommandTable;

function changing(part: ChangePart) {
  return async (services: CommandServices, targets: readonly ObjectsTarget[]): Promise<CommandOutcome> =>
    (await import('./quick/changeProperties')).changeProperties(services, targets, part);
}
