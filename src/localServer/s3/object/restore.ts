import { archiveStateOf } from '../lifecycle/archive';
import { invalidArgument, S3Error } from '../message/errors';
import { readDocument, sendEmpty, type ObjectExchange } from '../wire/exchange';
import { findRequestedVersion } from './objects';
import { allowOnly, childOf, requiredText, textOfChild } from '../message/xml';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** `POST /{bucket}/{key}?restore` (rule 103): 202 when it begins, 409 while it runs, 200 when only the days change. */
export async function restoreObject(exchange: ObjectExchange): Promise<void> {
  const { store, nowMs } = exchange;
  const root = await readDocument(exchange, 'RestoreRequest', 'required');
  allowOnly(root, ['Days', 'GlacierJobParameters']);
  const days = requiredText(root, 'Days');
  if (!/^[1-9]\d{0,4}$/.test(days)) {
    throw invalidArgument(`Days must be an integer of at least 1: "${days}".`);
  }
  const parameters = childOf(root, 'GlacierJobParameters');
  const tier = parameters === undefined ? undefined : textOfChild(parameters, 'Tier');
  const status = await store.write(() => {
    const version = findRequestedVersion(exchange);
    const { archive } = version;
    const state = archiveStateOf(version, nowMs);
    if (archive === undefined || state === 'active') {
      throw new S3Error('InvalidObjectState', 'Restore is not allowed for the object: it is not archived.');
    }
    const ownTier = archive.storageClass === 'GLACIER' ? 'Bulk' : 'Accelerated';
    if (tier !== undefined && tier !== '' && tier !== ownTier) {
      throw invalidArgument(`The tier of an object in ${archive.storageClass} must be ${ownTier}: "${tier}".`);
    }
    if (state === 'restoring') {
      throw new S3Error('RestoreAlreadyInProgress', 'Object restore is already in progress');
    }
    const durationMs = Number(days) * dayMs;
    if (state === 'restored' && archive.restore !== undefined) {
      const restore = { ...archive.restore, expiresAtMs: nowMs + durationMs };
      store.objects.update(version, { archive: { ...archive, restore } });
      return 200;
    }
    const readyAtMs = nowMs + (archive.storageClass === 'GLACIER' ? 12 : 2) * hourMs;
    const restore = { requestedAtMs: nowMs, readyAtMs, expiresAtMs: readyAtMs + durationMs };
    store.objects.update(version, { archive: { ...archive, restore } });
    return 202;
  });
  sendEmpty(exchange, status);
}
