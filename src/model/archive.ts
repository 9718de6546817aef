/** Speed of a restore: `Bulk` belongs to GLACIER (12 hours), `Accelerated` to ACCELERATED (2 hours) (data-plane §9.2). */
export type RestoreTier = 'Bulk' | 'Accelerated';

/** Whether an object can be read. */
export type ArchiveState =
  | { readonly kind: 'active' }
  | { readonly kind: 'archived'; readonly storageClass: string }
  | { readonly kind: 'restoring'; readonly storageClass?: string }
  /** Readable until the copy expires; `expiresAtMs` absent where the service gives no date. */
  | { readonly kind: 'restored'; readonly storageClass?: string; readonly expiresAtMs?: number };

const archiveClasses = new Set(['GLACIER', 'ACCELERATED', 'DEEP_ARCHIVE']);

/** State of an archived object from `x-amz-storage-class` (without quotes) and `x-amz-restore` (data-plane §9.2). */
export function archiveStateOf(info: { readonly storageClass?: string; readonly restore?: string }): ArchiveState {
  const { storageClass, restore } = info;
  const named = storageClass === undefined ? {} : { storageClass };
  if (restore !== undefined) {
    if (/ongoing-request\s*=\s*"?true/i.test(restore)) return { kind: 'restoring', ...named };
    const expiresAtMs = Date.parse(/expiry-date\s*=\s*"([^"]*)"/i.exec(restore)?.[1] ?? '');
    return { kind: 'restored', ...named, ...(Number.isFinite(expiresAtMs) ? { expiresAtMs } : {}) };
  }
  if (storageClass !== undefined && archiveClasses.has(storageClass)) return { kind: 'archived', storageClass };
  return { kind: 'active' };
}
