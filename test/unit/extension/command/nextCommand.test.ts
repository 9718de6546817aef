import { beforeEach, expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../../src/extension/command/command';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import { parseObjectUri, type UriParts } from '../../../../src/model/objectUri';

const ran: [string, ReturnType<typeof parseObjectUri>][] = [];
vi.mock('vscode', () => ({
  l10n: { t: (text: string) => text },
  Uri: { from: (parts: object) => parts },
  commands: {
    executeCommand: async (id: string, uri?: UriParts) => ran.push([id, uri && parseObjectUri(uri)]),
  },
}));
const { addHold } = await import('../../../../src/extension/protection/holds');
const { openWebsite } = await import('../../../../src/extension/website/openWebsite');

const place = { connectionId: connectionId('c'), bucket: bucketName('b') };

/** Services whose engine answers so, and a person who takes the offered button. */
function services(values: Readonly<Record<string, unknown>>): CommandServices {
  const made = {
    engine: { send: async (method: string) => ({ ok: true, value: values[method] }) },
    prompts: { info: async (_text: string, button: string) => button },
  };
  return made as unknown as CommandServices;
}

beforeEach(() => void ran.splice(0));

it('opens the configuration of the very bucket that cannot protect its objects', async () => {
  const answers = services({ 'protection/get': { kind: 'none', mechanism: 'none' } });
  await addHold(answers, [{ ...place, keys: [objectKey('k')], prefixes: [] }]);
  expect(ran).toEqual([['ibmcos.bucket.openConfiguration', { ...place, key: '' }]]);
});

it('deploys a website into the very bucket that has none', async () => {
  await openWebsite(services({ 'website/get': null }), place);
  expect(ran).toEqual([['ibmcos.website.deploy', { ...place, key: '' }]]);
});
