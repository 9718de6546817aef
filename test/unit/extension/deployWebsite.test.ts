import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import { bucketName, connectionId } from '../../../src/model/ids';
import type { SitePlan } from '../../../src/model/website';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)])),
  },
  ProgressLocation: { Notification: 15 },
  window: { withProgress: (_options: object, work: (progress: object, token: object) => unknown) => work({}, {}) },
}));
const { deployWebsite } = await import('../../../src/extension/website/deploy');

const none = { count: 0, bytes: 0 };
const file = (name: string) => ({ name, fsPath: `/site/${name}` });
const plan = (uploads: readonly string[]): SitePlan => ({
  uploads: uploads.map((name) => ({ ...file(name), change: 'new' })),
  same: [],
  added: none,
  changed: none,
  unchanged: none,
  extraKeys: ['old.html'],
  extra: { count: 1, bytes: 1 },
});

/** Deploys with the first choice of each question; transfers end as told, in turn. Answers with what was done and said. */
async function deploy(plans: readonly SitePlan[], ends: readonly object[], answer: string | undefined) {
  const done: string[] = [];
  const [nextPlan, nextEnd] = [plans.values(), ends.values()];
  const valueOf = (method: string): unknown => {
    switch (method) {
      case 'website/plan':
        return nextPlan.next().value;
      case 'website/get':
        return null;
      case 'objects/url':
        return 'https://s3.example/b/x';
      default:
        done.push(method);
        return null;
    }
  };
  const say = async (text: string) => void done.push(text);
  const services = {
    engine: { send: async (method: string) => ({ ok: true, value: valueOf(method) }) },
    connections: { get: () => undefined },
    prompts: {
      openFiles: async () => [{ fsPath: '/site' }],
      pickStep: async ([item]: readonly object[]) => ({ kind: 'value', value: item }),
      confirm: async (_question: string, _detail: string, ...buttons: readonly string[]) => buttons.at(-1),
      info: say,
      warn: async (text: string) => (done.push(text), answer),
    },
    transfers: {
      run: async (request: { kind: string; sources?: readonly unknown[]; keys?: readonly unknown[] }) => {
        done.push(`${request.kind} ${(request.sources ?? request.keys ?? []).length}`);
        return { ok: true, value: nextEnd.next().value };
      },
    },
  };
  const target = { connectionId: connectionId('c'), bucket: bucketName('b'), prefix: '' };
  await deployWebsite(services as unknown as CommandServices, target);
  return done;
}

it('goes on with a deployment that was not whole, up to the extra objects', async () => {
  const plans = [plan(['a', 'b', 'c']), plan(['c'])];
  const ends = [{ state: 'failed', itemsDone: 2 }, { state: 'done', itemsDone: 1 }, { state: 'done' }];
  const done = await deploy(plans, ends, 'Deploy Again');
  expect(done.map((what) => what.split(/[ "]/, 6).join(' '))).toEqual([
    'upload 3',
    'The website is not deployed as',
    'upload 1',
    'website/put',
    'delete 1',
    expect.stringContaining('The website is deployed'),
  ]);
});

it('deletes nothing where files are missing or the upload was cancelled', async () => {
  const failed = [{ state: 'failed', itemsDone: 2 }];
  expect(await deploy([plan(['a', 'b', 'c'])], failed, undefined)).toEqual(['upload 3', expect.any(String)]);
  expect(await deploy([plan(['a'])], [{ state: 'cancelled', itemsDone: 0 }], undefined)).toEqual(['upload 1']);
});
