import { describe, expect, it } from 'vitest';
import { objectKey } from '../../../../src/model/ids';
import { Baselines, normaliseText, type Opened } from '../../../../src/extension/documents/baselines';

function opened(etag: string, text?: string): Opened {
  const info = {
    key: objectKey('a.txt'),
    sizeBytes: 1,
    modifiedAtMs: 0,
    etag,
    headers: {},
    metadata: {},
    tagCount: 0,
    checksums: {},
    protection: {},
  };
  return { etag, info, bytesHash: `hash of ${etag}`, ...(text === undefined ? {} : { text }) };
}

const etagOf = (baselines: Baselines): string | undefined => baselines.get('a')?.opened.etag;

describe('the state that an editor shows', () => {
  it('is what was read before it opened', () => {
    const baselines = new Baselines();
    expect(baselines.recordRead('a', opened('1'), false)).toBe('current');
    expect(baselines.recordRead('a', opened('2'), false)).toBe('current');
    expect(etagOf(baselines)).toBe('2');
  });

  it('stays what it is when somebody else reads a newer one', () => {
    const baselines = new Baselines();
    baselines.recordRead('a', opened('1'), false);
    expect(baselines.recordRead('a', opened('2', 'new'), true)).toBe('changed');
    expect(baselines.recordRead('a', opened('2', 'new'), true)).toBe('current');
    baselines.settle('a', 'old');
    expect(etagOf(baselines)).toBe('1');
    expect(baselines.isUndecided('a')).toBe(true);
  });

  it('becomes the newer one once the editor shows its text', () => {
    const baselines = new Baselines();
    baselines.recordRead('a', opened('1'), false);
    baselines.recordRead('a', opened('2', 'two\n'), true);
    baselines.recordRead('a', opened('3', 'three\n'), true);
    baselines.settle('a', 'two\r\n');
    expect(etagOf(baselines)).toBe('2');
    expect(baselines.isUndecided('a')).toBe(false);
  });

  it('is the saved one after a save', () => {
    const baselines = new Baselines();
    baselines.recordRead('a', opened('1'), false);
    baselines.markGone('a');
    expect(baselines.get('a')).toMatchObject({ isGone: true, isToBeCreated: false });
    baselines.markToBeCreated('a');
    expect(baselines.get('a')).toMatchObject({ isToBeCreated: true });
    baselines.replace('a', opened('2'));
    expect(baselines.get('a')).toMatchObject({ isGone: false, isToBeCreated: false, opened: { etag: '2' } });
  });

  it('is forgotten when the editor closes', () => {
    const baselines = new Baselines();
    baselines.recordRead('a', opened('1'), false);
    baselines.drop('a');
    expect(baselines.get('a')).toBeUndefined();
  });

  it('is kept for a bounded number of objects', () => {
    const baselines = new Baselines();
    for (let n = 0; n < 600; n++) baselines.recordRead(`x/${n}`, opened('1'), false);
    expect(baselines.idsBelow('x/')).toHaveLength(500);
    expect(baselines.get('x/0')).toBeUndefined();
  });

  it('is compared without byte order mark and line ends', () => {
    expect(normaliseText('\uFEFFa\r\nb\rc')).toBe('a\nb\nc');
  });
});
