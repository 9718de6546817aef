import { planParts } from '../../model/partPlan';
import type { ObjectInfo } from '../../model/objectInfo';
import type { WriteOutcome } from '../../protocol/requests';
import type { ObjectAddress, UploadedPart } from '../cos/client';
import { cancelled } from '../failure';
import { completeUpload } from '../proof/arrivalOfUpload';
import { isArrivalUnknown } from '../proof/arrivalUnknown';
import { sentObject } from '../proof/sentBytes';
import type { TransferContext } from './context';
import { beginCopyUpload, type CopyNote } from './copyNote';
import type { CopyWays } from './copyStream';
import { keptControls } from './keptProtection';
import { runParts } from './parts';
import { abortAfter, protectionOf } from './uploadParts';

/** Lets the service copy an object range by range into the parts of an upload, which is noted while it is open. */
export async function copyParts(
  context: TransferContext,
  from: ObjectAddress,
  note: CopyNote,
  source: ObjectInfo,
  { condition, ...ways }: CopyWays,
  partBytes: number,
): Promise<Pick<WriteOutcome, 'etag'>> {
  const { client, notes, signal, transfer } = context;
  const to = { bucket: note.bucket, key: note.key };
  const tags = source.tagCount > 0 ? await client.getTags(from, signal) : {};
  const controls = await keptControls(context, source, ways);
  const attributes = { headers: source.headers, metadata: source.metadata, tags, controls };
  const patient = context.patient();
  const uploadId = await beginCopyUpload(context, note, attributes, patient);
  const settle = () => notes.putItem(note);
  try {
    const parts: UploadedPart[] = [];
    await runParts(planParts(source.sizeBytes, partBytes), signal, async (part, partSignal) => {
      const giveBack = await context.connections.take(1, partSignal);
      return async () => {
        try {
          const range = { offsetBytes: part.offsetBytes, lengthBytes: part.lengthBytes };
          const upload = { uploadId, partNumber: part.partNumber, range };
          parts[part.partNumber - 1] = await client.uploadPartCopy(from, to, upload, source.etag, partSignal);
          transfer.addBytes(part.lengthBytes);
        } finally {
          giveBack();
        }
      };
    });
    if (signal.aborted) throw cancelled('copy');
    notes.assertHeld();
    const completion = { condition, ...protectionOf(controls) };
    const evidence = { sent: sentObject(source) };
    const made = await completeUpload(client, to, uploadId, parts, completion, evidence, patient);
    settle();
    return made;
  } catch (thrown) {
    if (context.keepsTraces(thrown)) throw thrown; // the next run aborts it
    if (isArrivalUnknown(thrown)) settle(); // nobody aborts it but a person who has looked
    if (isArrivalUnknown(thrown)) throw thrown;
    throw await abortAfter(context, to, uploadId, settle, thrown);
  }
}
