import type { ChangePart } from '../configuration/quick/changeDraft';
import type { CommandOutcome, CommandServices, CommandTable } from './command';
import type { ObjectsTarget } from './targets';

/** Commands on configuration documents. */
export const configurationCommands = {
  'ibmcos.object.openProperties': {
    target: 'object',
    run: async (services, object) => (await import('../configuration/commands')).openProperties(services, object),
  },
  'ibmcos.objects.openProperties': {
    target: 'objects',
    run: async (services, targets) =>
      (await import('../configuration/commands')).openSelectionProperties(services, targets),
  },
  'ibmcos.bucket.overview': {
    target: 'bucket',
    run: async ({ configuration }, bucket) => await configuration.showOverview(bucket),
  },
  'ibmcos.object.editHeaders': { target: 'objects', run: changing('headers') },
  'ibmcos.object.editMetadata': { target: 'objects', run: changing('metadata') },
  'ibmcos.object.editTags': { target: 'objects', run: changing('tags') },
  'ibmcos.object.setAcl': { target: 'objects', run: changing('acl') },
  'ibmcos.bucket.openConfiguration': {
    target: 'bucket',
    run: async (services, bucket) => (await import('../configuration/commands')).openBucket(services, bucket),
  },
  'ibmcos.bucket.setVersioning': {
    target: 'bucket',
    run: async (services, bucket) =>
      (await import('../configuration/quick/setVersioning')).setVersioning(services, bucket),
  },
  'ibmcos.bucket.setRetentionPolicy': {
    target: 'bucket',
    run: async (services, bucket) =>
      (await import('../configuration/quick/setRetentionPolicy')).setRetentionPolicy(services, bucket),
  },
  'ibmcos.bucket.setLockDefault': {
    target: 'bucket',
    run: async (services, bucket) =>
      (await import('../configuration/quick/setLockDefault')).setLockDefault(services, bucket),
  },
  'ibmcos.bucket.setTag': {
    target: 'bucket',
    run: async (services, bucket) => (await import('../configuration/quick/setTag')).setTag(services, bucket),
  },
  'ibmcos.bucket.applyTemplate': {
    target: 'bucket',
    run: async (services, bucket) =>
      (await import('../configuration/quick/applyTemplate')).applyTemplate(services, bucket),
  },
  'ibmcos.bucket.setQuota': {
    target: 'bucket',
    run: async (services, bucket) => (await import('../configuration/quick/setQuota')).setQuota(services, bucket),
  },
  'ibmcos.bucket.replicationFailures': {
    target: 'bucket',
    run: async (services, bucket) =>
      (await import('../replication/failures')).showReplicationFailures(services, bucket),
  },
  'ibmcos.bucket.reattemptReplication': {
    target: 'bucket',
    run: async (services, bucket) => (await import('../replication/failures')).reattemptReplication(services, bucket),
  },
  'ibmcos.config.apply': {
    target: 'none',
    run: async (services) => (await import('../configuration/commands')).applyActive(services),
  },
  'ibmcos.config.compareWithServer': {
    target: 'none',
    run: async (services) => (await import('../configuration/commands')).compareActive(services),
  },
  'ibmcos.config.insertTemplate': {
    target: 'none',
    run: async (services) => (await import('../configuration/commands')).insertIntoActive(services),
  },
  'ibmcos.config.reload': {
    target: 'none',
    run: async (services) => (await import('../configuration/commands')).reloadActive(services),
  },
} satisfies CommandTable;

function changing(part: ChangePart) {
  return async (services: CommandServices, targets: readonly ObjectsTarget[]): Promise<CommandOutcome> =>
    (await import('../configuration/quick/changeProperties')).changeProperties(services, targets, part);
}
