import { describe, expect, it } from 'vitest';
import type { OpenedDocument } from '../../../src/model/configDocument';
import { HeldDocuments, type DraftMemory } from '../../../src/extension/configuration/heldDocument';

const opened = (text: string): OpenedDocument => ({ text, baseline: `baseline of ${text}` });

function memory(): DraftMemory & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, { opened: OpenedDocument; draft?: string }>();
  return {
    kept,
    get: (id) => kept.get(id),
    set: (id, value) => void (value === undefined ? kept.delete(id) : kept.set(id, value)),
  };
}

describe('configuration documents that are open', () => {
  it('keep a draft and what it was made from across windows', () => {
    const shared = memory();
    const before = new HeldDocuments(shared);
    before.opened('a', opened('one'));
    before.keepDraft('a', 'two');
    const after = new HeldDocuments(shared);
    expect(after.get('a')).toMatchObject({ opened: opened('one'), draft: 'two' });
    after.closed('a');
    expect(new HeldDocuments(shared).get('a')).toMatchObject({ draft: 'two' });
  });

  it('keep what an edit was made from, so that a window that comes back notices changes of others', () => {
    const shared = memory();
    const before = new HeldDocuments(shared);
    before.opened('a', opened('one'));
    before.edited('a');
    expect(new HeldDocuments(shared).get('a')?.opened).toEqual(opened('one'));
    before.closed('a');
    expect(shared.kept.size).toBe(0);
  });

  it('are no drafts once they are as the service has them, or were applied', () => {
    const shared = memory();
    const held = new HeldDocuments(shared);
    held.opened('a', opened('one'));
    held.keepDraft('a', 'two');
    held.keepDraft('a', 'one');
    expect(held.get('a')?.draft).toBeUndefined();
    held.keepDraft('a', 'two');
    held.opened('a', opened('two'));
    expect(held.get('a')?.draft).toBeUndefined();
    expect(shared.kept.size).toBe(0);
  });

  it('keep the text and forget what it was made from when somebody else was faster', () => {
    const held = new HeldDocuments(memory());
    held.opened('a', opened('one'));
    held.keepDraft('a', 'mine');
    const { version } = held.get('a')!;
    held.rebase('a', opened('theirs'));
    expect(held.get('a')).toMatchObject({ opened: opened('theirs'), draft: 'mine' });
    expect(held.get('a')!.version).toBeGreaterThan(version);
  });
});
