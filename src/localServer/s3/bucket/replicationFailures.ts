import { invalidArgument } from '../message/errors';
import { isoTime, refuseBody, sendEmpty, sendXml, type BucketExchange } from '../wire/exchange';
import { readListQuery } from './listing';
import { requireReplication } from './replication';
import { parseIsoDate } from '../message/times';
import type { XmlNode } from '../message/xml';

/** `GET ?ibm-replication-failures` (data-plane §15). The values of SyncType are this server's own choice. */
export async function listReplicationFailures(exchange: BucketExchange): Promise<void> {
  const { query } = exchange.request;
  const list = readListQuery(exchange, 'max-keys');
  const before = query.get('first-sync-attempted-before');
  const beforeMs = before === undefined ? Number.MAX_SAFE_INTEGER : parseIsoDate(before);
  if (beforeMs === undefined) {
    throw invalidArgument(`first-sync-attempted-before must be an ISO 8601 date: "${before ?? ''}".`);
  }
  const token = query.get('continuation-token');
  const afterRowId = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isSafeInteger(afterRowId)) {
    throw invalidArgument('The continuation token provided is incorrect.');
  }
  const page = { beforeMs, afterRowId, limit: list.limit + 1 };
  const found = exchange.store.replicationTasks.failures(exchange.bucket.id, page);
  const shown = found.slice(0, list.limit);
  const isTruncated = list.limit > 0 && found.length > list.limit;
  const last = shown.at(-1);
  sendXml(exchange, [
    'ListReplicationFailureResult',
    [
      ['Name', exchange.bucket.name],
      before === undefined ? undefined : ['FirstSyncAttemptedBefore', before],
      ['MaxKeys', list.limit],
      ['IsTruncated', String(isTruncated)],
      list.encodingType === undefined ? undefined : ['EncodingType', list.encodingType],
      ['KeyCount', shown.length],
      token === undefined ? undefined : ['ContinuationToken', token],
      isTruncated && last !== undefined
        ? ['NextContinuationToken', Buffer.from(String(last.rowId)).toString('base64url')]
        : undefined,
      ...shown.map((task): XmlNode => [
        'Contents',
        [
          ['Key', list.encode(task.key)],
          ['VersionId', task.versionId],
          ['SyncType', task.syncType],
          ['FirstSyncAttempted', isoTime(task.firstAttemptAtMs ?? 0)],
          ['LastSyncAttempted', isoTime(task.lastAttemptAtMs ?? 0)],
          ['SyncFailureCause', task.cause ?? ''],
        ],
      ]),
    ],
  ]);
}

/**
 * `PUT ?ibm-replication-reattempt` (data-plane §15). What COS answers without a configuration is not documented; here it is
 * what reading the configuration answers.
 */
export async function reattemptReplication(exchange: BucketExchange): Promise<void> {
  refuseBody(exchange);
  requireReplication(exchange);
  await exchange.store.write(() => exchange.store.replicationTasks.reattempt(exchange.bucket.id, exchange.nowMs));
  sendEmpty(exchange, 204, { 'x-ibm-replication-reattempt-scheduled-time': isoTime(exchange.nowMs) });
}
