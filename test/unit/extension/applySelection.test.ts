import { describe, expect, it, vi } from 'vitest';
import type { SelectionChange } from '../../../src/model/configDocument';
import { configUri } from '../../../src/model/configUri';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { ConfigurationServices } from '../../../src/extension/configuration/configurationServices';
import type * as vscode from 'vscode';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({
  l10n: { t: fill },
  ProgressLocation: { Notification: 15 },
  window: { withProgress: (_options: unknown, work: (...args: unknown[]) => unknown) => work() },
}));
const { applySelection } = await import('../../../src/extension/configuration/applySelection');

const subject = {
  kind: 'selection',
  connectionId: connectionId('c'),
  bucket: bucketName('bucket'),
  keys: [objectKey('a')],
  prefixes: ['f/'],
} as const;
const opened = { text: '{}', baseline: 'before' };
const wanted: SelectionChange = {
  change: { metadata: { case: '7', old: null } },
  seen: { a: { etag: 'e1', modifiedAtMs: 1000 } },
  count: { objects: 12, isComplete: true },
  lookedAt: 12,
  refused: [{ key: objectKey('f/held'), reason: 'protected' }],
};

const error = { kind: 'held', op: 'ChangeAttributes', retry: 'never', detail: '' } as const;
const held = { name: 'f/held', error };
const other = { name: 'f/other', error };

/** Saves, with a service that answers and a person who presses a button. */
async function save(
  answer: object,
  button: string,
  end: Partial<TransferSnapshot> = { state: 'done', itemsFailed: 0, failures: [] },
) {
  const asked: string[] = [];
  const requests: unknown[] = [];
  const services = {
    engine: {
      send: async (method: string) =>
        method === 'documents/change' ? answer : { ok: true, value: { text: 'now', baseline: 'after' } },
    },
    prompts: {
      confirm: async (...texts: string[]) => (asked.push(texts.join('\n')), button),
      info: async (text: string) => void asked.push(text),
    },
    transfers: { run: async (request: unknown) => (requests.push(request), { ok: true, value: end }) },
  };
  const uri = configUri(subject) as unknown as vscode.Uri;
  const result = await applySelection(services as unknown as ConfigurationServices, {
    uri,
    subject,
    text: '{ "edited": true }',
    opened,
  });
  return { result, asked, requests };
}

describe('saving the document of a selection', () => {
  it('says what changes on how many objects and what stays, and starts one transfer', async () => {
    const { result, asked, requests } = await save({ ok: true, value: wanted }, 'Change');
    expect(result.kind === 'started' && (await result.ended)).toMatchObject({
      kind: 'applied',
      document: { baseline: 'after' },
    });
    expect(asked).toEqual([
      [
        'Change 12 objects?',
        'Set metadata case to "7".',
        'Remove metadata old.',
        '',
        'Everything else stays. This takes about 108 requests.',
        '',
        'Each object is copied onto itself inside the service; in a bucket with versions that makes a new version.',
        '',
        '1 of 12 that were looked at stay as they are:',
        '"f/held": protected by retention or a legal hold',
        'Change',
        'Show Change',
      ].join('\n'),
      'Applied to the selection of 2 in "bucket".',
    ]);
    const { connectionId: connection, bucket, keys, prefixes } = subject;
    expect(requests).toEqual([
      {
        kind: 'change',
        connectionId: connection,
        bucket,
        keys,
        prefixes,
        seen: { a: { etag: 'e1', modifiedAtMs: 1000 } },
        change: wanted.change,
        method: 'copy',
      },
    ]);
  });

  it.each([
    ['what failed is what was said to stay', { state: 'failed', itemsFailed: 1, failures: [held] }, 'applied'],
    ['another failed', { state: 'failed', itemsFailed: 1, failures: [other] }, 'partly'],
    ['another failed as well', { state: 'failed', itemsFailed: 2, failures: [held, other] }, 'partly'],
    ['more failed than are listed', { state: 'failed', itemsFailed: 2, failures: [held] }, 'partly'],
    ['the transfer itself failed', { state: 'failed', itemsFailed: 0, failures: [] }, 'partly'],
    ['it was cancelled', { state: 'cancelled', itemsFailed: 0, failures: [] }, 'partly'],
  ] as const)('keeps a text that a save could go on with, and no other: %s', async (_case, end, kind) => {
    const { result } = await save({ ok: true, value: wanted }, 'Change', end);
    expect(result.kind === 'started' && (await result.ended).kind).toBe(kind);
  });

  it('starts nothing where nobody wants it, nothing changes, or looking at the objects was given up', async () => {
    const refusal = { op: 'documents/change', retry: 'never', detail: '' };
    for (const [answer, button, kind] of [
      [{ ok: true, value: wanted }, 'Cancel', 'notConfirmed'],
      [{ ok: true, value: { ...wanted, change: {} } }, 'Change', 'unchanged'],
      [{ ok: false, error: { ...refusal, kind: 'cancelled' } }, 'Change', 'notConfirmed'],
      [{ ok: false, error: { ...refusal, kind: 'network' } }, 'Change', 'failed'],
      [
        { ok: false, error: { ...refusal, kind: 'preconditionFailed', reason: 'changedMeanwhile' } },
        'Discard Mine',
        'discarded',
      ],
    ] as const) {
      const { result, requests } = await save(answer, button);
      expect(result.kind).toBe(kind);
      expect(requests).toEqual([]);
    }
  });
});
