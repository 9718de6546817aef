import type { BucketSummary, ObjectInfo } from '../model/objectInfo';
import { shownEntries } from '../system/headerWords';
import type { Command } from './commandLine';
import { headObject } from './headObject';
import { parseCosUri } from './cosUri';
import { exitCodes, type ExitCode } from './exitCode';
import { dateText, printJson, printLines, sizeText } from './output';
import type { Session } from './session';

/** `cos stat`: what a HEAD tells of an object, or what is known of a bucket. */
export async function stat(
  session: Session,
  command: Extract<Command, { verb: 'stat' }>,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { bucket, key } = parseCosUri(command.place);
  if (key === '') {
    const summary = await session.client.getBucket(bucket, signal);
    if (command.common.isJson) await printJson({ kind: 'bucket', ...summary });
    else await printFacts(bucketFacts(summary));
    return exitCodes.done;
  }
  const stored = await headObject(session, { bucket, key }, signal);
  const info = { ...stored, metadata: shownEntries(stored.metadata) };
  if (command.common.isJson) await printJson({ kind: 'object', bucket, ...info });
  else await printFacts(objectFacts(info));
  return exitCodes.done;
}

type Facts = readonly (readonly [name: string, value: string | undefined])[];

function bucketFacts(bucket: BucketSummary): Facts {
  return [
    ['Bucket', bucket.name],
    ['Created', bucket.createdAtMs === undefined ? undefined : `${dateText(bucket.createdAtMs)} UTC`],
    ['Location', bucket.location],
    ['Storage class', bucket.storageClass],
  ];
}

function objectFacts(info: ObjectInfo): Facts {
  const { headers, protection } = info;
  const { retention, objectLock } = protection;
  return [
    ['Key', info.key],
    ['Size', info.sizeBytes < 1024 ? sizeText(info.sizeBytes) : `${info.sizeBytes} B (${sizeText(info.sizeBytes)})`],
    ['Modified', `${dateText(info.modifiedAtMs)} UTC`],
    ['ETag', info.etag],
    ['Content type', headers.contentType],
    ['Content encoding', headers.contentEncoding],
    ['Content language', headers.contentLanguage],
    ['Content disposition', headers.contentDisposition],
    ['Cache control', headers.cacheControl],
    ['Expires', headers.expires],
    ['Redirects to', headers.websiteRedirectLocation],
    ['Storage class', info.storageClass],
    ['Version', info.versionId],
    ['Restore', info.restore],
    ['Tags', info.tagCount === 0 ? undefined : String(info.tagCount)],
    ['Retained until', retention === undefined ? undefined : until(retention.retainUntilMs)],
    ['Legal holds', retention === undefined ? undefined : String(retention.legalHoldCount)],
    ['Lock', objectLock?.mode],
    ['Locked until', objectLock?.retainUntilMs === undefined ? undefined : until(objectLock.retainUntilMs)],
    ['Legal hold', objectLock === undefined ? undefined : objectLock.hasLegalHold ? 'on' : 'off'],
    ...Object.entries(info.checksums).map(([name, value]) => [name, value] as const),
    ...Object.entries(info.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const),
  ];
}

function until(epochMs: number | undefined): string {
  return epochMs === undefined ? 'no end' : `${dateText(epochMs)} UTC`;
}

async function printFacts(facts: Facts): Promise<void> {
  const present = facts.filter(([, value]) => value !== undefined);
  const width = Math.max(...present.map(([name]) => name.length));
  const lines = present.map(([name, value]) => `${name.padEnd(width)}  ${value ?? ''}`);
  await printLines(lines);
}
