import { proveAcl, withoutGroups, type KeptAcl } from '../cos/keptAcl';
import type { ObjectAddress } from '../cos/client';
import { inConnection, type TransferContext } from './context';
import type { CopyRequest, CopyRoute } from './copyPlan';

/**
 * Who may use a copy beside those whom IAM lets in. Within its bucket, what is moved stays open to the same people. A copy, and
 * what goes to another bucket, is open to no group (everybody, or whoever has an account), but stays open to people by name.
 */
export async function accessOfCopy(
  { signal }: TransferContext,
  request: CopyRequest,
  { source, isOneService, accessLists }: CopyRoute,
  from: ObjectAddress,
): Promise<KeptAcl | undefined> {
  const isRenamed = request.deleteSource && from.bucket === request.target.bucket;
  if (!isOneService || !(isRenamed || source.client.hasGrants)) return undefined;
  const acl = await inConnection(source, signal, () => accessLists.toKeep(source.client, from, signal));
  return isRenamed ? acl : withoutGroups(acl);
}

/** Sees to it that a copy has the grants of its source, also when the transfer was told to stop meanwhile. */
export async function proveAccess(
  context: TransferContext,
  target: ObjectAddress,
  etag: string,
  acl: KeptAcl | undefined,
): Promise<void> {
  const patient = context.patient();
  await inConnection(context, patient, () => proveAcl(context.client, target, etag, acl, patient));
}
