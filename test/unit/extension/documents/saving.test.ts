import { describe, expect, it } from 'vitest';
import type { CosError, CosErrorKind, Result } from '../../../../src/model/cosError';
import { objectKey } from '../../../../src/model/ids';
import type { ObjectAttributes, ObjectHeaders, ObjectInfo } from '../../../../src/model/objectInfo';
import type { WriteCondition, WriteOutcome } from '../../../../src/protocol/requests';
import type { Baseline } from '../../../../src/extension/documents/baselines';
import { saveObject, type Conflict, type ConflictAnswer } from '../../../../src/extension/documents/saving';

interface Remote {
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

const failure = (kind: CosErrorKind): { ok: false; error: CosError } => ({
  ok: false,
  error: { kind, op: 'test', retry: 'never', detail: kind },
});

/** A bucket with one key, which checks conditions as the service does. */
class Bucket {
  remote: Remote | undefined;
  readonly calls: string[] = [];
  readonly conflicts: Conflict[] = [];
  answer: ConflictAnswer = 'stop';
  tagFailure: CosErrorKind | undefined;
  headFailure: CosErrorKind | undefined;
  /** Runs once, between a HEAD and the PUT after it. */
  meanwhile: (() => void) | undefined;
  written: { attributes: ObjectAttributes | { headers: ObjectHeaders }; condition: WriteCondition } | undefined;

  constructor(remote?: Remote) {
    this.remote = remote;
  }

  info(remote: Remote): ObjectInfo {
    const { etag, modifiedAtMs, headers, metadata, tags } = remote;
    const tagCount = Object.keys(tags).length;
    return {
      key: objectKey('a'),
      sizeBytes: 1,
      modifiedAtMs,
      etag,
      headers,
      metadata,
      tagCount,
      checksums: {},
      protection: {},
    };
  }

  async head(): Promise<Result<ObjectInfo>> {
    this.calls.push('head');
    if (this.headFailure !== undefined) return failure(this.headFailure);
    return this.remote === undefined ? failure('notFound') : { ok: true, value: this.info(this.remote) };
  }

  async getTags(): Promise<Result<Readonly<Record<string, string>>>> {
    this.calls.push('tags');
    if (this.tagFailure !== undefined) return failure(this.tagFailure);
    return this.remote === undefined ? failure('notFound') : { ok: true, value: this.remote.tags };
  }

  async write(
    attributes: ObjectAttributes | { headers: ObjectHeaders },
    condition: WriteCondition,
  ): Promise<Result<WriteOutcome>> {
    this.meanwhile?.();
    this.meanwhile = undefined;
    this.calls.push(condition.kind === 'ifMatch' ? `write if ${condition.etag}` : `write ${condition.kind}`);
    if (condition.kind === 'ifAbsent' && this.remote !== undefined) return failure('preconditionFailed');
    if (condition.kind === 'ifMatch') {
      if (this.remote === undefined) return failure('notFound');
      const { etag, modifiedAtMs } = this.remote;
      if (etag !== condition.etag || modifiedAtMs !== condition.modifiedAtMs) return failure('preconditionFailed');
    }
    this.written = { attributes, condition };
    return { ok: true, value: { etag: 'new', modifiedAtMs: 5, conditionCheckedBy: 'server' } };
  }

  async resolve(conflict: Conflict): Promise<ConflictAnswer> {
    this.conflicts.push(conflict);
    return this.answer;
  }
}

const one: Remote = {
  etag: '1',
  modifiedAtMs: 1000,
  headers: { contentType: 'text/x', cacheControl: 'no-store' },
  metadata: { colour: 'red' },
  tags: { team: 'blue' },
};
const two: Remote = {
  etag: '2',
  modifiedAtMs: 2000,
  headers: { contentType: 'text/y' },
  metadata: { size: 'xl' },
  tags: { team: 'two' },
};

function baselineOf(remote: Remote, more: Partial<Baseline> = {}): Baseline {
  const info = new Bucket().info(remote);
  return {
    opened: { etag: remote.etag, info, tags: remote.tags, bytesHash: 'as opened' },
    isGone: false,
    isToBeCreated: false,
    ...more,
  };
}

describe('saving what was opened', () => {
  it('keeps headers, metadata and tags, on the condition that the object is the same', async () => {
    const bucket = new Bucket(one);
    const result = await saveObject(baselineOf(one), 'edited', bucket);
    expect(result).toMatchObject({ kind: 'written', outcome: { etag: 'new' } });
    const { etag, modifiedAtMs, ...attributes } = one;
    expect(bucket.written).toEqual({ attributes, condition: { kind: 'ifMatch', etag, modifiedAtMs } });
  });

  it('keeps what others set since, which no ETag tells', async () => {
    const bucket = new Bucket({ ...one, metadata: { colour: 'green' }, tags: { team: 'green' } });
    await saveObject(baselineOf(one), 'edited', bucket);
    expect(bucket.written?.attributes).toMatchObject({ metadata: { colour: 'green' }, tags: { team: 'green' } });
  });

  it('sends nothing for unchanged bytes', async () => {
    const bucket = new Bucket(one);
    expect(await saveObject(baselineOf(one), 'as opened', bucket)).toEqual({ kind: 'unchanged' });
    expect(bucket.calls).toEqual([]);
  });

  it.each(['denied', 'network', 'engineGone'] as const)('writes nothing when tags cannot be read: %s', async (kind) => {
    const bucket = new Bucket(one);
    bucket.tagFailure = kind;
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toMatchObject({ kind: 'attributesUnknown' });
    expect(bucket.written).toBeUndefined();
  });

  it('writes nothing when headers and metadata cannot be read', async () => {
    const bucket = new Bucket(one);
    bucket.headFailure = 'denied';
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toMatchObject({ kind: 'attributesUnknown' });
    expect(bucket.written).toBeUndefined();
  });

  it('takes a service without tags at its word', async () => {
    const bucket = new Bucket(one);
    bucket.tagFailure = 'unsupported';
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toMatchObject({ kind: 'written', tags: {} });
  });
});

describe('saving what somebody else changed', () => {
  it('keeps metadata that somebody sets at the last moment, which leaves the bytes as they are', async () => {
    const bucket = new Bucket(one);
    const metadata = { colour: 'green' };
    bucket.meanwhile = () => (bucket.remote = { ...one, metadata, modifiedAtMs: 9000 });
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toMatchObject({ kind: 'written' });
    expect(bucket.written?.attributes).toMatchObject({ metadata, tags: one.tags });
    expect([bucket.conflicts, bucket.calls.filter((call) => call === 'write if 1')]).toEqual([
      [],
      Array(2).fill('write if 1'),
    ]);
  });

  it('writes nothing unless a person says so', async () => {
    const bucket = new Bucket(two);
    const result = await saveObject(baselineOf(one), 'edited', bucket);
    expect(result).toMatchObject({ kind: 'stopped', conflict: { kind: 'changed', remote: { etag: '2' } } });
    expect(bucket.calls).toEqual(['head']);
  });

  it('overwrites with the attributes of the object that is there now', async () => {
    const bucket = new Bucket(two);
    bucket.answer = 'overwrite';
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toMatchObject({ kind: 'written' });
    const { etag, modifiedAtMs, ...attributes } = two;
    expect(bucket.written).toEqual({ attributes, condition: { kind: 'ifMatch', etag, modifiedAtMs } });
  });

  it('asks again when it changes once more while the person thinks or the bytes travel', async () => {
    const bucket = new Bucket(one);
    bucket.meanwhile = () => {
      bucket.remote = two;
    };
    bucket.answer = 'overwrite';
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toMatchObject({ kind: 'written' });
    expect(bucket.conflicts).toMatchObject([{ kind: 'changed', remote: { etag: '2' } }]);
    expect(bucket.calls).toEqual(['head', 'tags', 'write if 1', 'head', 'tags', 'write if 2']);
  });

  it('gives up on a server that refuses the ETag it names', async () => {
    const bucket = new Bucket(one);
    bucket.write = async () => failure('preconditionFailed');
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toMatchObject({ kind: 'failed' });
  });
});

describe('saving what was deleted meanwhile', () => {
  it('does not bring it back unless a person says so', async () => {
    const bucket = new Bucket();
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toEqual({
      kind: 'stopped',
      conflict: { kind: 'deleted' },
    });
    expect(bucket.written).toBeUndefined();
  });

  it('creates it anew with what it had', async () => {
    const bucket = new Bucket();
    bucket.answer = 'overwrite';
    expect(await saveObject(baselineOf(one), 'edited', bucket)).toMatchObject({ kind: 'written' });
    const { etag: _etag, modifiedAtMs: _modifiedAtMs, ...attributes } = one;
    expect(bucket.written).toEqual({ attributes, condition: { kind: 'ifAbsent' } });
  });

  it('is noticed even when the bytes are unchanged', async () => {
    const bucket = new Bucket();
    const result = await saveObject(baselineOf(one, { isGone: true }), 'as opened', bucket);
    expect(result).toMatchObject({ kind: 'stopped', conflict: { kind: 'deleted' } });
  });

  it('asks once more when somebody else was faster', async () => {
    const bucket = new Bucket(two);
    const result = await saveObject(baselineOf(one, { isGone: true, isToBeCreated: true }), 'edited', bucket);
    expect(result).toMatchObject({ kind: 'stopped', conflict: { kind: 'exists', remote: { etag: '2' } } });
    expect(bucket.written).toBeUndefined();
  });
});

describe('saving what was never opened', () => {
  it('creates it only where nothing is', async () => {
    const bucket = new Bucket();
    expect(await saveObject(undefined, 'new', bucket)).toMatchObject({ kind: 'written', info: undefined });
    expect(bucket.written).toEqual({ attributes: { headers: {} }, condition: { kind: 'ifAbsent' } });
    expect(bucket.calls).toEqual(['write ifAbsent']);
  });

  it('never replaces an object by itself', async () => {
    const bucket = new Bucket(one);
    expect(await saveObject(undefined, 'new', bucket)).toMatchObject({ kind: 'stopped', conflict: { kind: 'exists' } });
    expect(bucket.written).toBeUndefined();
  });

  it('replaces it with its attributes kept when a person says so', async () => {
    const bucket = new Bucket(one);
    bucket.answer = 'overwrite';
    expect(await saveObject(undefined, 'new', bucket)).toMatchObject({ kind: 'written' });
    expect(bucket.written?.attributes).toMatchObject({ metadata: one.metadata, tags: one.tags });
  });
});
