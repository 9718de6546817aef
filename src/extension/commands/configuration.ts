import type { CommandTable } from './command';

/** Commands on configuration documents. */
export const configurationCommands = {
  'ibmcos.object.openProperties': {
    target: 'object',
    run: async (services, object) => (await import('../configuration/commands')).openProperties(services, object),
  },
  'ibmcos.bucket.overview': {
    target: 'bucket',
    run: async ({ configuration }, bucket) => await configuration.showOverview(bucket),
  },
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
