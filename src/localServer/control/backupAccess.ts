import type { Backups } from '../backup/backups';
import { bucketCrn, vaultCrn } from '../iam/crn';
import type { Identities } from '../iam/identities';
import type { BackupVault, Stored } from '../store/backupRecords';
import type { Bucket } from '../store/buckets';
import type { Store } from '../store/store';
import { callerOf, type Caller } from './access';
import { ServiceError, type ServiceRequest } from '../jsonService';

/** What the backup routes work with. */
export interface BackupContext {
  readonly identities: Identities;
  readonly store: Store;
  readonly backups: Backups;
  readonly nowMs: () => number;
}

const pageSize = 100;

/** A refusal of a request's content: every failed validation is a 400 (control-plane §3.4, §3.7). */
export function invalid(message: string): ServiceError {
  return new ServiceError(400, 'invalid_request', message);
}

/** A refusal for lack of a role. */
export function forbidden(message: string): ServiceError {
  return new ServiceError(403, 'forbidden', message);
}

/** The bucket of the path and who asks. Reading takes the Reader role, changing the Writer role. */
export function openBucket(request: ServiceRequest, context: BackupContext): { bucket: Bucket; caller: Caller } {
  const caller = callerOf(request, context.identities, 'unauthorized');
  const name = request.params['bucket'] ?? '';
  const bucket = context.store.buckets.find(name);
  if (bucket === undefined) throw new ServiceError(404, 'bucket_not_found', `The bucket "${name}" does not exist.`);
  const mayRead = caller.role === 'Reader' || caller.role === 'Writer' || caller.role === 'Manager';
  if (!caller.instanceIds.includes(bucket.instanceGuid) || !mayRead) {
    throw forbidden('You may not read the backup policies of this bucket; it needs the Reader role.');
  }
  return { bucket, caller };
}

/** The vault of the path. Everything about vaults takes the Manager role (data-plane §21; backup roles are not played). */
export function openVault(request: ServiceRequest, context: BackupContext): Stored<BackupVault> {
  const caller = callerOf(request, context.identities, 'unauthorized');
  const name = request.params['vault'] ?? '';
  const vault = context.store.backups.findVault(name);
  if (vault === undefined) throw new ServiceError(404, 'vault_not_found', `The backup vault "${name}" does not exist.`);
  requireManager(caller, vault.instanceGuid);
  return vault;
}

/** Refuses callers who do not manage an instance. */
export function requireManager(caller: Caller, instanceGuid: string): void {
  if (caller.role !== 'Manager' || !caller.instanceIds.includes(instanceGuid)) {
    throw forbidden('Backup vaults need the Manager role on their service instance.');
  }
}

/** The CRN of a bucket. */
export function crnOfBucket(bucket: Bucket, { identities }: BackupContext): string {
  const account = identities.findInstance(bucket.instanceGuid)?.accountId ?? '';
  return bucketCrn(account, bucket.instanceGuid, bucket.name);
}

/** The CRN of a vault. */
export function crnOfVault(vault: BackupVault, { identities }: BackupContext): string {
  const account = identities.findInstance(vault.instanceGuid)?.accountId ?? '';
  return vaultCrn(account, vault.instanceGuid, vault.name);
}

/** A member of a body that must be a text. */
export function requiredText(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (value === undefined) throw invalid(`The member "${name}" is missing.`);
  if (typeof value !== 'string' || value === '') throw invalid(`"${name}" must be a text.`);
  return value;
}

/** Refuses members that the API does not have. */
export function refuseUnknown(body: Record<string, unknown>, known: readonly string[], where = ''): void {
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`The member "${where}${unknown}" is unknown or cannot be changed.`);
}

/** Times are told in milliseconds, in UTC. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/**
 * One page of a list: `load` gives up to `limit` items after a row. Some of them may not be shown. The page size cannot be
 * chosen (control-plane §3.8).
 */
export function page<T extends { readonly rowId: number }>(
  request: ServiceRequest,
  load: (page: { afterRowId: number; limit: number }) => readonly T[],
): { items: readonly T[]; next: Record<string, unknown> } {
  const token = request.url.searchParams.get('token');
  const afterRowId = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isSafeInteger(afterRowId) || afterRowId < 0) throw invalid('token is not one of this list.');
  const found = load({ afterRowId, limit: pageSize + 1 });
  const items = found.slice(0, pageSize);
  const last = items.at(-1);
  if (found.length <= pageSize || last === undefined) return { items, next: {} };
  const nextToken = Buffer.from(String(last.rowId)).toString('base64url');
  const query = new URLSearchParams(request.url.searchParams);
  query.set('token', nextToken);
  return { items, next: { next: { href: `${request.url.pathname}?${query.toString()}`, token: nextToken } } };
}
