/** How backups behave on this server; changed through the admin endpoint. Times are by the server's clock. */
export interface BackupSettings {
  /** How long a policy is `pending` before its initial sync begins. */
  pendingMs: number;
  /** How long an initial sync takes at least. */
  initializingMs: number;
  /** How long a restore is `initializing`. */
  restorePendingMs: number;
  /** How long a restore runs at least. */
  restoreRunningMs: number;
  /** Whether buckets may sync to vaults: the service-to-service authorisation `backup-vault.sync`. */
  backupSync: Authorization;
  /** Whether vaults may write to buckets: the service-to-service authorisation `bucket.restore_sync`. */
  restoreSync: Authorization;
}

export type Authorization = 'granted' | 'denied';

/** A fresh copy of the settings that a server starts with. */
export function defaultBackupSettings(): BackupSettings {
  return {
    pendingMs: 1000,
    initializingMs: 1000,
    restorePendingMs: 1000,
    restoreRunningMs: 1000,
    backupSync: 'granted',
    restoreSync: 'granted',
  };
}
