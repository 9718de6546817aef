import type { BucketName, ObjectKey } from '../../model/ids';
import { numberedName } from '../../model/localNames';
import { multipartLimits } from '../../model/partPlan';
import { notCompared, type Verdict } from '../../model/verdict';
import type { WriteCondition } from '../../protocol/requests';
import type { NewObjectAttributes, ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import { attributesOf } from './newAttributes';
import { conditionOf, type DecidedClash } from './clash';
import { inConnection, type ItemOutcome, type TransferContext } from './context';
import { arrivalAt, endOfPut, sentOf } from './landed';
import { alreadyExists, endAsTaken, headOf, freeKey, isTaken } from './remoteClash';
import { resumeUpload } from './resumeUpload';
import { SourceFile } from './sourceFile';
import { beginUpload, putParts } from './uploadParts';
import type { UploadItem, UploadRequest } from './uploadPlan';

const mostAttempts = 5;

/** The bucket that files go to, and what their objects get. */
export type UploadTarget = Pick<UploadRequest, 'bucket' | 'site' | 'options'>;

/**
 * Uploads one file: whole up to the context's part size, in parts above. The object appears complete or not at all; on
 * failure and cancel the multipart upload is aborted, on pause it stays for the next run. `replace` overwrites; every other choice writes only where there
 * is nothing, also when something appears at the last moment. `look` finds what is there under a key, if anything.
 */
export async function uploadFile(
  context: TransferContext,
  { bucket, site, options }: UploadTarget,
  item: UploadItem,
  clash: DecidedClash,
  look: (key: ObjectKey) => Promise<unknown>,
): Promise<ItemOutcome> {
  const attributes = attributesOf(item.fsPath, site, options);
  if (item.sizeBytes > multipartLimits.maxObjectBytes) throw tooLarge(item);
  if (context.run !== 'first') {
    const resumed = await resumeUpload(context, bucket, item, clash, attributes);
    if (resumed !== 'none' && 'kind' in resumed) return done(resumed);
    if (resumed !== 'none') {
      try {
        return done(await putParts(context, resumed.file, resumed.begun, attributes));
      } catch (thrown) {
        return endAsTaken(context, { bucket, key: resumed.begun.note.key }, clash, thrown);
      } finally {
        await resumed.file.close();
      }
    }
  }
  for (let attempt = 1; ; attempt++) {
    // What took the name after the look is found by a HEAD.
    const lookNow = attempt === 1 ? look : (key: ObjectKey) => headOf(context, { bucket, key });
    const key = await chooseKey(context, bucket, item, clash, lookNow);
    if (key === undefined) return { kind: 'exists', detail: `an object "${item.key}" exists` };
    try {
      return done(await putFile(context, { bucket, key }, item, clash, attributes));
    } catch (thrown) {
      // Where the name was taken meanwhile, a small file simply tries the next one.
      const isLast = clash !== 'keepBoth' || attempt === mostAttempts || item.sizeBytes > context.partBytes;
      if (isLast || context.signal.aborted || !isTaken(thrown))
        return endAsTaken(context, { bucket, key }, clash, thrown);
    }
  }
}

function done(verdict: Verdict): ItemOutcome {
  return { kind: 'done', verdict };
}

/** The key to write, or undefined to skip. */
async function chooseKey(
  context: TransferContext,
  bucket: BucketName,
  item: UploadItem,
  clash: DecidedClash,
  look: (key: ObjectKey) => Promise<unknown>,
): Promise<ObjectKey | undefined> {
  if (clash === 'replace' || (await look(item.key)) === undefined) return item.key;
  const { client, signal } = context;
  switch (clash) {
    case 'skip':
      return undefined;
    case 'fail':
      throw alreadyExists(bucket, item.key);
    case 'keepBoth':
      return await freeKey(client, bucket, (n) => numberedName(item.key, n), signal);
  }
}

async function putFile(
  context: TransferContext,
  address: ObjectAddress,
  item: UploadItem,
  clash: DecidedClash,
  attributes: NewObjectAttributes,
): Promise<Verdict> {
  const file = await SourceFile.open(item.fsPath, item);
  try {
    if (file.sizeBytes <= context.partBytes)
      return await putWhole(context, file, address, conditionOf(clash), attributes);
    await file.assertUnchanged();
    return await putParts(context, file, await beginUpload(context, item, address, clash, attributes), attributes);
  } finally {
    await file.close();
  }
}

async function putWhole(
  context: TransferContext,
  file: SourceFile,
  address: ObjectAddress,
  condition: WriteCondition,
  attributes: NewObjectAttributes,
): Promise<Verdict> {
  const { signal } = context;
  let verdict: Verdict;
  const reservation = await context.budget.reserve(file.sizeBytes, signal);
  try {
    await file.readAt(reservation.buffer, file.sizeBytes, 0);
    await file.assertReadUnchanged();
    await context.rateLimit.take(file.sizeBytes, signal);
    try {
      const put = await inConnection(context, signal, () =>
        context.client.putObject(address, reservation.buffer, attributes, condition, signal),
      );
      verdict = put.verdict ?? notCompared;
    } catch (thrown) {
      verdict = await endOfPut(thrown, address, () => arrivalAt(context, address, sentOf(file), attributes));
    }
    context.transfer.addBytes(file.sizeBytes);
    reservation.release();
    return verdict;
  } finally {
    reservation.discard();
  }
}

function tooLarge(item: UploadItem): CosFailure {
  return new CosFailure({
    kind: 'tooLarge',
    reason: 'tooLargeToStore',
    op: 'upload',
    fsPath: item.fsPath,
    retry: 'never',
    detail: `"${item.fsPath}" has ${item.sizeBytes} bytes; an object can have ${multipartLimits.maxObjectBytes}`,
  });
}
