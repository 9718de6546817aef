import { describe, expect, it } from 'vitest';
import { createConditions } from '../../../../src/engine/cos/conditions';
import { isSameEtag, quotedEtag, strongEtag } from '../../../../src/engine/cos/etag';
import { createReading } from '../../../../src/engine/cos/objectReading';
import { createHeadObject, createPartSize } from '../../../../src/engine/cos/objects';
import { bucketName, objectKey } from '../../../../src/model/ids';
import type { ObjectInfo } from '../../../../src/model/objectInfo';
import { wireOf } from '../../../fakes/answeringWire';

const address = { bucket: bucketName('b'), key: objectKey('k') };
const never = new AbortController().signal;
const noEtag = {
  error: { kind: 'unsupported', detail: expect.stringContaining('no ETag that tells its state') as string },
};
const none = [undefined, '', '""', ' ', 'W/"e"', 'w/"e"', 'W/e', '"a"b"', '"a\r\nx: y"', '"é"'];

describe('an ETag', () => {
  it.each([
    ['"e-2"', 'e-2'],
    ['e', 'e'],
    [' "d41d8cd98f00b204e9800998ecf8427e" ', 'd41d8cd98f00b204e9800998ecf8427e'],
  ])('is the text between its quotes: %s', (text, etag) => {
    expect(strongEtag(text)).toBe(etag);
  });

  it.each(none)('is none where it is missing, weak, or nothing that a header can say: %j', (text) => {
    expect(strongEtag(text)).toBe('');
  });

  it('is the same as another one only where there is one', () => {
    expect([isSameEtag('e', 'e'), isSameEtag('e', 'f')]).toEqual([true, false]);
    expect([isSameEtag('', ''), isSameEtag(undefined, undefined), isSameEtag('', 'e')]).toEqual([false, false, false]);
  });

  it.each(['', 'W/"e"', 'W/e', 'a"b'])('becomes no condition where it is none to rely on: %j', (etag) => {
    expect(() => quotedEtag('PutObject', address, etag)).toThrow('no ETag that tells its state');
  });
});

describe('an object whose ETag is weak or missing', () => {
  const headed = async (etag: string | undefined) =>
    await createHeadObject(wireOf({}, etag === undefined ? {} : { etag }))(address, never);

  it.each([undefined, '""', 'W/"e"'])('has none: %j', async (etag) => {
    expect((await headed(etag)).etag).toBe('');
  });

  it.each([
    ['the condition', '', 'e'],
    ['the object', 'e', ''],
    ['both', '', ''],
  ])('is not written on the condition that it is as it was, where %s lacks one', async (_what, wanted, found) => {
    const conditions = createConditions(
      async () => ({ etag: found, modifiedAtMs: 5000 }) as ObjectInfo,
      async () => 'https://service',
    );
    const condition = { kind: 'ifMatch', etag: wanted } as const;
    const written: unknown[] = [];
    const write = conditions.guard('PutObject', address, condition, never, async (headers) => written.push(headers));
    await expect(write).rejects.toMatchObject(noEtag);
    expect(written).toEqual([]);
  });

  it('is read whole, in one piece, without a condition', () => {
    expect(createReading(address, { ifMatch: '' }, () => undefined).headers()).not.toHaveProperty('if-match');
  });

  it('is not read by ranges that have to be of one object, nor asked for the sizes of its parts', async () => {
    const range = { offsetBytes: 5, lengthBytes: 5 };
    expect(() => createReading(address, { ifMatch: '', range }, () => undefined).headers()).toThrow('no ETag');
    await expect(createPartSize(wireOf({}))(address, 1, '', never)).rejects.toMatchObject(noEtag);
  });
});

describe('when an object was changed', () => {
  it.each([
    ['Mon, 01 Jan 2024 00:00:00 GMT', Date.UTC(2024, 0, 1)],
    ['2024-01-01T00:00:00.000Z', Date.UTC(2024, 0, 1)],
  ])('is what a HEAD says: %s', async (date, ms) => {
    const info = await createHeadObject(wireOf({}, { 'last-modified': date }))(address, never);
    expect(info.modifiedAtMs).toBe(ms);
  });

  it.each(['', 'yesterday', '5', '2024-01-01', 'Mon, 01 Jan 2024 00:00:00'])(
    'is never 1970 or a guess, but refused: %j',
    async (date) => {
      const head = createHeadObject(wireOf({}, { 'last-modified': date }))(address, never);
      await expect(head).rejects.toMatchObject({
        error: { kind: 'unsupported', detail: expect.stringContaining('does not say when "k" was changed') as string },
      });
    },
  );
});
