import { createHash } from 'node:crypto';
import type { Result } from '../../model/cosError';
import type { ObjectInfo } from '../../model/objectInfo';
import type { ObjectRef } from '../../protocol/requests';
import type { EngineClient } from '../services';
import type { Opened } from './baselines';
import type { SaveResult } from './saving';

/** What the engine reads into an editor at most, whatever the setting says. */
export const engineMaxReadBytes = 16 * 1024 * 1024;

/** The size up to which objects are opened, from `ibmcos.documents.maxSizeMiB`. */
export function maxDocumentBytes(settingMiB: number | undefined): number {
  const wanted = settingMiB === undefined || !Number.isFinite(settingMiB) ? 16 : settingMiB;
  return Math.min(Math.max(1, Math.floor(wanted)) * 1024 * 1024, engineMaxReadBytes);
}

/** Reads a whole object and what a save has to know of it. Tags are asked for only where there are some. */
export async function readOpened(
  engine: Pick<EngineClient, 'send'>,
  ref: ObjectRef,
  maxBytes: number,
): Promise<Result<{ readonly opened: Opened; readonly bytes: Uint8Array }>> {
  const read = await engine.send('objects/read', { ...ref, maxBytes });
  if (!read.ok) return read;
  const { info, bytes } = read.value;
  const tags = info.tagCount > 0 ? await engine.send('objects/getTags', ref) : undefined;
  const opened: Opened = {
    etag: info.etag,
    info,
    bytesHash: hashOf(bytes),
    ...(tags?.ok === true ? { tags: tags.value } : {}),
  };
  return { ok: true, value: { opened, bytes } };
}

/** What an editor shows after its bytes became the object. */
export function openedAfterWrite(
  ref: ObjectRef,
  bytes: Uint8Array,
  written: Extract<SaveResult, { kind: 'written' }>,
): Opened {
  const info: ObjectInfo = {
    ...(written.info ?? { headers: {}, metadata: {}, tagCount: 0, checksums: {}, protection: {} }),
    key: ref.key,
    sizeBytes: bytes.byteLength,
    modifiedAtMs: written.outcome.modifiedAtMs,
    etag: written.outcome.etag,
  };
  return { etag: info.etag, info, tags: written.tags, bytesHash: hashOf(bytes) };
}

/** Tells whether two contents are the same. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
