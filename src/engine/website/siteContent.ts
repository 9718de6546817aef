import { createReadStream } from 'node:fs';
import type { BucketName } from '../../model/ids';
import type { ObjectSummary } from '../../model/objectInfo';
import type { VouchingAlgorithm } from '../../model/verdict';
import type { CosClient } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { isMd5Etag, wholeChecksum } from '../proof/expected';
import { startChecksum } from '../proof/verifier';
import { localFailure } from '../transfers/localFailure';

const op = 'website/plan';
/** HEADs that are under way at once. */
const headsAtOnce = 16;

/** A checksum over the whole of an object. */
export interface WholeSum {
  readonly algorithm: VouchingAlgorithm;
  /** In base64. */
  readonly value: string;
}

/** What is compared with an object below the prefix. */
interface Comparable {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * What tells the content of objects: the MD5 that an ETag is, or else the checksum of the whole that a HEAD names. Undefined
 * where there is neither, since the ETag of an object in parts says nothing (data-plane §6). Asks for those objects alone
 * that are as long as their files.
 */
export async function checksumsOf(
  client: Pick<CosClient, 'headObject'>,
  { bucket, prefix }: { readonly bucket: BucketName; readonly prefix: string },
  files: readonly Comparable[],
  objects: ReadonlyMap<string, ObjectSummary>,
  signal: AbortSignal,
): Promise<(object: ObjectSummary) => WholeSum | undefined> {
  const unclear = files.flatMap(({ name, sizeBytes }) => {
    const object = objects.get(prefix + name);
    return object?.sizeBytes === sizeBytes && md5Of(object) === undefined ? [object] : [];
  });
  const asked = new Map<string, WholeSum>();
  const ask = async (object: ObjectSummary): Promise<void> => {
    const sum = await findSum(client, bucket, object, signal);
    if (sum !== undefined) asked.set(object.key, sum);
  };
  for (let at = 0; at < unclear.length; at += headsAtOnce) {
    await Promise.all(unclear.slice(at, at + headsAtOnce).map(ask));
  }
  return (object) => md5Of(object) ?? asked.get(object.key);
}

/** Whether a file has a checksum. */
export async function hasSum(fsPath: string, { algorithm, value }: WholeSum, signal: AbortSignal): Promise<boolean> {
  const running = startChecksum(algorithm);
  try {
    for await (const bytes of createReadStream(fsPath, { signal })) running.update(bytes as Buffer);
  } catch (cause) {
    throw signal.aborted ? cancelled(op) : localFailure(op, 'read', fsPath, cause);
  }
  return running.digest() === value;
}

function md5Of({ etag }: ObjectSummary): WholeSum | undefined {
  return isMd5Etag({ etag }) ? { algorithm: 'MD5', value: Buffer.from(etag, 'hex').toString('base64') } : undefined;
}

/** Undefined also for an object that is gone or another one by now, or that may not be looked at. */
async function findSum(
  client: Pick<CosClient, 'headObject'>,
  bucket: BucketName,
  { key, etag }: ObjectSummary,
  signal: AbortSignal,
): Promise<WholeSum | undefined> {
  try {
    const info = await client.headObject({ bucket, key }, signal);
    return info.etag === etag ? wholeChecksum(info) : undefined;
  } catch (thrown) {
    if (thrown instanceof CosFailure && ['notFound', 'denied'].includes(thrown.error.kind)) return undefined;
    throw thrown;
  }
}
