import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import type { ObjectVersion } from '../../../src/model/objectVersion';
import { deletedIn, versionsOf } from '../../../src/extension/versions/versionListing';
import type { EngineClient } from '../../../src/extension/services';

const place = { connectionId: connectionId('c'), bucket: bucketName('b') };
const version = (key: string, versionId: string, isLatest = false): ObjectVersion => ({
  kind: 'version',
  key: objectKey(key),
  versionId,
  isLatest,
  modifiedAtMs: 0,
  sizeBytes: 1,
  etag: 'e',
});
const marker = (key: string, isLatest: boolean): ObjectVersion => ({
  kind: 'deleteMarker',
  key: objectKey(key),
  versionId: 'm',
  isLatest,
  modifiedAtMs: 0,
});

/** An engine that answers with these pages in turn. */
function engineOf(...pages: readonly (readonly ObjectVersion[])[]) {
  let next = 0;
  const send = async () => {
    const versions = pages[next];
    next += 1;
    const cursor = next < pages.length ? { nextCursor: String(next) } : {};
    return { ok: true, value: { folders: [], versions, ...cursor } };
  };
  return { engine: { send } as unknown as Pick<EngineClient, 'send'>, pagesRead: () => next };
}

describe('listing versions', () => {
  it('of one object goes on while pages are full of it, and stops at the next key', async () => {
    const { engine, pagesRead } = engineOf(
      [version('a', '3', true), version('a', '2')],
      [version('a', '1'), version('a.txt', '9', true)],
      [version('a.txt', '8')],
    );
    const found = await versionsOf(engine, { ...place, key: objectKey('a') });
    expect(found.ok && found.value.map(({ versionId }) => versionId)).toEqual(['3', '2', '1']);
    expect(pagesRead()).toBe(2);
  });

  it('finds in a folder what was deleted and is not there again', async () => {
    const { engine } = engineOf([marker('gone', true), marker('back', false), version('back', '2', true)]);
    const found = await deletedIn(engine, { ...place, prefix: '' });
    expect(found.ok && found.value.markers.map(({ key }) => key)).toEqual(['gone']);
    expect(found.ok && found.value.isComplete).toBe(true);
  });

  it('says that it did not read to the end of what a folder has lost', async () => {
    const { engine, pagesRead } = engineOf(...Array.from({ length: 12 }, (_, nth) => [marker(`gone${nth}`, true)]));
    const found = await deletedIn(engine, { ...place, prefix: '' });
    expect(found).toMatchObject({ ok: true, value: { isComplete: false } });
    expect(pagesRead()).toBe(10);
  });

  it('fails where the pages go round in circles', async () => {
    const { engine } = engineOf(...Array.from({ length: 12 }, () => [version('a', '1', true)]));
    const found = await versionsOf(engine, { ...place, key: objectKey('a') });
    expect(found).toMatchObject({
      ok: false,
      error: { kind: 'unsupported', bucket: 'b', detail: expect.stringContaining('round in circles') as string },
    });
  });
});
