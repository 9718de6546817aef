import { describe, expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import type { FolderTarget } from '../../../src/extension/command/targets';
import { bucketName, connectionId } from '../../../src/model/ids';
import type { BucketProtection, ObjectLockConfiguration } from '../../../src/model/retention';
import type { TransferRequest } from '../../../src/protocol/requests';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({
  l10n: { t: fill },
  workspace: { textDocuments: [] },
}));
const { uploadWithOptions } = await import('../../../src/extension/uploads/uploadWithOptions');

const folder: FolderTarget = { connectionId: connectionId('c'), bucket: bucketName('bucket'), prefix: 'p/' };
const daySeconds = 86_400;
const retained: BucketProtection = {
  kind: 'retention',
  policy: { minimumDays: 1, defaultDays: 2, maximumDays: 30, isPermanentAllowed: false },
};

/** A person who answers from a script: the beginning of a row, `<` for back, or `=` and a text for a question. */
async function upload(
  script: string[],
  bucket: { readonly protection?: BucketProtection; readonly lock?: ObjectLockConfiguration } = {},
  scheme = 'file',
  sources: 'files' | 'folders' = 'files',
) {
  const dialogs: object[] = [];
  const lists: string[][] = [];
  const problems: string[] = [];
  const confirmed: string[] = [];
  const requests: TransferRequest[] = [];
  const uri = { scheme, path: '/home/me/report.csv', fsPath: '/home/me/report.csv', toString: () => 'uri' };
  const services = {
    engine: {
      send: async (method: string) => {
        const protection = bucket.protection ?? { kind: 'none' };
        return { ok: true, value: method === 'objectLock/get' ? (bucket.lock ?? { kind: 'none' }) : protection };
      },
    },
    transfers: { run: async (request: TransferRequest) => (requests.push(request), { ok: true, value: {} }) },
    prompts: {
      openFiles: async (how: object) => (dialogs.push(how), [uri]),
      error: async (text: string) => void problems.push(text),
      confirm: async (question: string, detail: string, button: string) => (
        confirmed.push(`${question} ${detail}`),
        script.shift() === 'yes' ? button : undefined
      ),
      pickStep: async (items: readonly { label: string; description?: string }[]) => {
        lists.push(items.map(({ label, description }) => `${label}|${description ?? ''}`));
        const wanted = script.shift();
        if (wanted === '<') return { kind: 'back' };
        const value = items.find(({ label }) => wanted !== undefined && label.includes(wanted));
        return value === undefined ? { kind: 'cancel' } : { kind: 'value', value };
      },
      inputStep: async (options: { validateInput?: (text: string) => string | undefined }) => {
        for (;;) {
          const text = script.shift();
          if (text === '<') return { kind: 'back' };
          if (text?.startsWith('=') !== true) return { kind: 'cancel' };
          const problem = options.validateInput?.(text.slice(1));
          if (problem === undefined) return { kind: 'value', value: text.slice(1) };
          problems.push(problem);
        }
      },
    },
  };
  await uploadWithOptions(services as unknown as CommandServices, folder, sources);
  const [request] = requests;
  const options = request?.kind === 'upload' ? request.options : undefined;
  return { request, options, dialogs, problems, confirmed, lists, last: lists.at(-1) ?? [], rest: script };
}

describe('uploading with options', () => {
  it('shows what is chosen in a list, and sends it with the files', async () => {
    const { request, options, last, problems } = await upload([
      'Content-Type',
      '=text',
      '=text/x',
      'Cache-Control',
      '<',
      'Expires',
      '=Wed, 21 Oct 2026 07:28:00 GMT',
      'Add Metadata',
      '=nothing',
      '=Owner=me=you',
      'Add Tag',
      '=project=alpha',
      'Upload "report.csv"',
    ]);
    expect(problems).toEqual([
      'A Content-Type looks like "text/plain" or "text/html; charset=utf-8".',
      'Enter name=value.',
    ]);
    expect(request).toMatchObject({ kind: 'upload', bucket: 'bucket', prefix: 'p/', clash: 'ask' });
    expect(options).toEqual({
      headers: { contentType: 'text/x', expires: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      metadata: { owner: 'me=you' },
      tags: { project: 'alpha' },
    });
    expect(last).toContain('Metadata: owner|me=you');
    expect(last).toContain('Cache-Control|none');
    expect(last.some((row) => /Retention|Lock|Hold/.test(row))).toBe(false);
  });

  it('takes folders as well, whose objects all get them', async () => {
    const { request, options, dialogs } = await upload(
      ['Add Tag', '=project=alpha', 'Upload "report.csv"'],
      {},
      'file',
      'folders',
    );
    expect(dialogs).toMatchObject([{ canSelectFiles: false, canSelectFolders: true, canSelectMany: true }]);
    expect(request).toMatchObject({ kind: 'upload', sources: [{ fsPath: '/home/me/report.csv' }] });
    expect(options).toEqual({ tags: { project: 'alpha' } });
  });

  it('changes and removes entries, and checks them together', async () => {
    const eleven = Array.from({ length: 11 }, (_, at) => ['Add Tag', `=t${at}=`]).flat();
    const { problems, lists } = await upload([...eleven]);
    expect(problems).toEqual(['An object has at most 10 tags.']);
    expect(lists.at(-1)?.filter((row) => row.startsWith('Tag: '))).toHaveLength(10);
    const { options } = await upload(['Add Tag', '=a=1', 'Tag: a', '=b=2', 'Add Tag', '=c=3', 'Tag: c', '=', 'Upload']);
    expect(options?.tags).toEqual({ b: '2' });
  });

  it('uploads nothing where the person gives up, in the list or in a question', async () => {
    expect((await upload(['Content-Type', 'escape'])).request).toBeUndefined();
    expect((await upload([])).request).toBeUndefined();
  });

  it('offers retention and hold within the policy of the bucket, and asks before what cannot be undone', async () => {
    const script = ['Retention', 'For days', '=31', '=10', 'Legal Hold', "=it's", '=CASE-7', 'Upload', 'yes'];
    const { options, problems, confirmed, lists, last } = await upload(script, { protection: retained });
    expect(problems).toEqual([
      "The bucket's retention policy allows 1 to 30 days.",
      "''' cannot be in the id of a legal hold; use letters, digits and ! _ . * ( ) -",
    ]);
    expect(options?.protection).toEqual({ kind: 'retention', periodSeconds: 10 * daySeconds, holdId: 'CASE-7' });
    expect(last).toEqual(expect.arrayContaining(['Retention|10 days', 'Legal Hold|CASE-7']));
    expect(confirmed).toEqual([
      'Upload "report.csv" to "bucket/p/"? Nobody can delete or overwrite them for 10 days. This cannot be undone.',
    ]);
    const ways = lists.find((rows) => rows.some((row) => row.startsWith('For days')));
    expect(ways?.some((row) => row.startsWith('For ever'))).toBe(false);
    const refused = await upload(['Retention', 'Without end', 'Upload', 'no'], { protection: retained });
    expect(refused.request).toBeUndefined();
  });

  it('goes back to the bucket’s default, and keeps the hold', async () => {
    const script = ['Legal Hold', '=CASE', 'Retention', 'Until', '<', '<', 'Retention', 'default', 'Upload'];
    const { options, confirmed } = await upload(script, { protection: retained });
    expect(options?.protection).toEqual({ kind: 'retention', holdId: 'CASE' });
    expect(confirmed).toEqual([]);
    const { options: none } = await upload(['Legal Hold', '=A', 'Legal Hold', '=', 'Upload'], { protection: retained });
    expect(none).toEqual({});
  });

  it('offers a lock and its hold where the bucket has Object Lock, and asks before COMPLIANCE only', async () => {
    const lock: ObjectLockConfiguration = { kind: 'enabled' };
    const governance = ['Object Lock', 'GOVERNANCE', '=2020-01-01', '=2999-01-31', 'Legal Hold', 'Upload'];
    const { options, problems, confirmed } = await upload(governance, { lock });
    expect(problems).toEqual(['A lock ends in the future.']);
    expect(confirmed).toEqual([]);
    expect(options?.protection).toEqual({
      kind: 'objectLock',
      retention: { mode: 'GOVERNANCE', retainUntilMs: Date.UTC(2999, 0, 31) },
      hasLegalHold: true,
    });
    const compliance = await upload(['Object Lock', 'COMPLIANCE', '=2999-01-31', 'Upload', 'yes'], { lock });
    expect(compliance.confirmed[0]).toContain("Nobody, not even the account's owner");
    expect(compliance.request).toBeDefined();
  });

  it('says so where the files are not on this machine', async () => {
    const { request, problems } = await upload([], {}, 'vscode-vfs');
    expect(request).toBeUndefined();
    expect(problems).toEqual(['Only what is on the machine that runs the extension can be uploaded with options.']);
  });
});
