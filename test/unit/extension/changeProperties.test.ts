import { describe, expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import type { ObjectsTarget } from '../../../src/extension/command/targets';
import type { ChangePart } from '../../../src/extension/configuration/quick/changeDraft';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import type { TransferRequest } from '../../../src/protocol/requests';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({
  l10n: { t: fill },
  ProgressLocation: { Notification: 15 },
  window: { withProgress: (_options: unknown, work: (...args: unknown[]) => unknown) => work() },
  workspace: { textDocuments: [] },
}));
const { changeProperties } = await import('../../../src/extension/configuration/quick/changeProperties');

const bucket = { connectionId: connectionId('c'), bucket: bucketName('bucket') };
const one: ObjectsTarget = { ...bucket, keys: [objectKey('a.txt')], prefixes: [] };
const folder: ObjectsTarget = { ...bucket, keys: [], prefixes: ['f/'] };
const state = {
  info: {
    key: 'a.txt',
    etag: 'e1',
    modifiedAtMs: 1000,
    headers: { contentType: 'text/plain' },
    metadata: { owner: 'me' },
  },
  tags: { stage: 'old' },
};

/** A person who answers from a script: the beginning of a row, `=` and a text for a question, `yes` to what is asked last. */
async function change(part: ChangePart, target: ObjectsTarget, script: string[], isHeld = false) {
  const lists: string[][] = [];
  const problems: string[] = [];
  const confirmed: string[] = [];
  const requests: TransferRequest[] = [];
  const answers: Record<string, unknown> = {
    'attributes/get': state,
    'objects/count': { objects: 3, bytes: 9, isComplete: true },
    'bucketProtection/get': isHeld ? { kind: 'retention' } : { kind: 'none' },
    'objects/listPage': { objects: [{ key: 'f/1' }, { key: 'f/2' }, { key: 'f/3' }], folders: [] },
    'protection/get': { kind: 'retention', end: { kind: 'permanent' }, holds: [] },
  };
  const services = {
    engine: {
      send: async (method: string) => {
        if (!(method in answers)) throw new Error(`nobody answers ${method}`);
        return { ok: true, value: answers[method] };
      },
    },
    transfers: {
      run: async (request: TransferRequest) => (requests.push(request), { ok: true, value: { state: 'done' } }),
    },
    prompts: {
      confirm: async (question: string, detail: string, button: string) => (
        confirmed.push(`${question} ${detail}`),
        script.shift() === 'yes' ? button : undefined
      ),
      pickStep: async (items: readonly { label: string; description?: string }[]) => {
        lists.push(items.map(({ label, description }) => `${label}|${description ?? ''}`));
        const wanted = script.shift();
        const value = items.find(({ label }) => wanted !== undefined && label.includes(wanted));
        return value === undefined ? { kind: 'cancel' } : { kind: 'value', value };
      },
      inputStep: async (options: { validateInput?: (text: string) => string | undefined }) => {
        for (;;) {
          const text = script.shift();
          if (text?.startsWith('=') !== true) return { kind: 'cancel' };
          const problem = options.validateInput?.(text.slice(1));
          if (problem === undefined) return { kind: 'value', value: text.slice(1) };
          problems.push(problem);
        }
      },
    },
  };
  await changeProperties(services as unknown as CommandServices, [target], part);
  return { request: requests[0], problems, confirmed, lists };
}

describe('changing properties in a list', () => {
  it('shows what one object has, and changes it on the condition that it is still that one', async () => {
    const script = ['owner', 'Remove', 'Set a metadata', '=Case', '=Case=7', 'Change "a.txt"', 'yes'];
    const { request, lists, problems, confirmed } = await change('metadata', one, script);
    expect(lists[0]).toContain('owner|me');
    expect(lists.at(-1)).toContain('owner|will be removed');
    expect(lists.at(-1)).toContain('case|will be "7"');
    expect(problems).toEqual(['Enter name=value.']);
    expect(request).toEqual({
      kind: 'change',
      ...one,
      seen: { 'a.txt': { etag: 'e1', modifiedAtMs: 1000 } },
      change: { metadata: { owner: null, case: '7' } },
      method: 'copy',
    });
    expect(confirmed[0]).toContain('Remove metadata owner.\nSet metadata case to "7".');
    expect(confirmed[0]).toContain('about 9 requests');
  });

  it('counts objects, requests and what is protected below a folder before it changes anything', async () => {
    const script = ['Content-Type', 'Set', '=html', '=text/html', 'Way', 'Change 3 objects', 'yes'];
    const { request, confirmed, problems } = await change('headers', folder, script, true);
    expect(problems).toEqual(['A Content-Type looks like "text/plain" or "text/html; charset=utf-8".']);
    expect(confirmed[0]).toContain('about 27 requests');
    expect(confirmed[0]).toContain('3 of 3 that were looked at are protected and stay as they are.');
    expect(confirmed[0]).toContain('read and sent again');
    expect(request).toMatchObject({
      prefixes: ['f/'],
      change: { headers: { contentType: 'text/html' } },
      method: 'put',
    });
  });

  it('does not speak of protection for tags, which can be changed on protected objects', async () => {
    const script = ['Remove a tag', '=stage', 'Set a tag', '=a=1', 'Change 3 objects', 'yes'];
    const { request, confirmed } = await change('tags', folder, script, true);
    expect(confirmed[0]).not.toContain('protected');
    expect(request).toMatchObject({ change: { tags: { stage: null, a: '1' } } });
  });

  it('checks an entry together with those that the object has', async () => {
    const script = Array.from({ length: 10 }, (_, at) => ['Set a tag', `=t${at}=`]).flat();
    expect((await change('tags', one, script)).problems).toEqual(['An object has at most 10 tags.']);
  });

  it('sets an access list, and changes nothing where the person gives up', async () => {
    expect((await change('acl', folder, ['public-read', 'yes'])).request).toMatchObject({
      change: { acl: 'public-read' },
    });
    expect((await change('acl', folder, ['public-read', 'no'])).request).toBeUndefined();
    expect((await change('headers', one, ['Content-Type'])).request).toBeUndefined();
    const left = await change('headers', one, ['Content-Type', 'Remove', 'Content-Type', 'Leave']);
    expect(left.lists.at(-1)?.some((row) => row.includes('Change'))).toBe(false);
  });
});
