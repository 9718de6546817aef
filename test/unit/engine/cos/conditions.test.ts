import { describe, expect, it } from 'vitest';
import { createConditions } from '../../../../src/engine/cos/conditions';
import { CosFailure } from '../../../../src/engine/failure';
import { bucketName, objectKey } from '../../../../src/model/ids';
import type { ObjectInfo } from '../../../../src/model/objectInfo';

const address = { bucket: bucketName('bucket'), key: objectKey('key') };
const never = new AbortController().signal;
const condition = { kind: 'ifMatch', etag: 'e', modifiedAtMs: 5000 } as const;
const refused = new CosFailure({
  kind: 'preconditionFailed',
  op: 'PutObject',
  retry: 'never',
  detail: '',
  httpStatus: 412,
});

/** A service with one object, and what it was sent. */
function service(accepts: (headers: Readonly<Record<string, string>>) => boolean) {
  const object = { etag: 'e', modifiedAtMs: 5000 };
  const sent: Readonly<Record<string, string>>[] = [];
  const conditions = createConditions(
    async () => ({ ...object }) as ObjectInfo,
    async () => 'https://service',
  );
  const write = async () =>
    await conditions.guard('PutObject', address, condition, never, async (headers) => {
      sent.push(headers);
      if (!accepts(headers)) throw refused;
      return 'written';
    });
  return { object, sent, write };
}

describe('a write on the condition that an object was not written since', () => {
  it('sends the time beside the ETag', async () => {
    const { sent, write } = service(() => true);
    expect((await write()).value).toBe('written');
    expect(sent).toEqual([{ 'if-match': '"e"', 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:05 GMT' }]);
  });

  it('sends nothing where the time is another one, though the bytes are the same', async () => {
    const { object, sent, write } = service(() => true);
    object.modifiedAtMs = 6000;
    await expect(write()).rejects.toMatchObject({ error: { reason: 'changedMeanwhile' } });
    expect(sent).toEqual([]);
  });

  it('goes on without the time where a service refuses it for an object that is as it was', async () => {
    const { sent, write } = service((headers) => !('if-unmodified-since' in headers));
    expect((await write()).value).toBe('written');
    expect((await write()).value).toBe('written');
    expect(sent.map((headers) => Object.keys(headers).length)).toEqual([2, 1, 2, 1]);
    expect(sent.every((headers) => headers['if-match'] === '"e"')).toBe(true);
  });

  it('writes nothing where somebody was faster than a refusal', async () => {
    const { object, sent, write } = service(() => {
      object.modifiedAtMs = 6000;
      return false;
    });
    await expect(write()).rejects.toMatchObject({ error: { reason: 'changedMeanwhile' } });
    expect(sent).toHaveLength(1);
  });
});

describe('a copy where nothing may be overwritten, on a service that ignores the condition', () => {
  /** Answers 412 for a source that is another one, and overwrites whatever is at the target. */
  function careless() {
    const at = { target: undefined as ObjectInfo | undefined, isSourceSame: true };
    const conditions = createConditions(
      async () => at.target,
      async () => 'https://service',
    );
    const guarded = async (op: string, pinsSource?: 'pinsSource') => {
      const write = async () => {
        if (!at.isSourceSame) throw refused;
        return 'written';
      };
      return await conditions.guard(op, address, { kind: 'ifAbsent' }, never, write, pinsSource);
    };
    return { at, guarded };
  }
  const there = { etag: 'theirs', modifiedAtMs: 1 } as ObjectInfo;

  it('is still looked for after the service has refused a source that changed', async () => {
    const { at, guarded } = careless();
    at.isSourceSame = false;
    await expect(guarded('CopyObject', 'pinsSource')).rejects.toBe(refused);
    Object.assign(at, { isSourceSame: true, target: there });
    await expect(guarded('CopyObject', 'pinsSource')).rejects.toMatchObject({ error: { reason: 'alreadyExists' } });
  });

  it('is still looked for after the service has refused another operation', async () => {
    const { at, guarded } = careless();
    at.isSourceSame = false;
    await expect(guarded('PutObject')).rejects.toMatchObject({ error: { reason: 'alreadyExists' } });
    Object.assign(at, { isSourceSame: true, target: there });
    await expect(guarded('CompleteMultipartUpload')).rejects.toMatchObject({ error: { reason: 'alreadyExists' } });
  });
});
