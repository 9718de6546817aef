import assert from 'node:assert/strict';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { extension, startStorage } from '../extensionHost';
import { walk, type Walk } from '../walk';
import { putAwayNotifications } from '../window';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: { readonly commandPalette: readonly { readonly command: string }[] };
  };
}

/** What the palette shows whatever is open: not what it hides, nor what depends on a document or on the local server. */
function paletteCommands(): readonly string[] {
  const { contributes } = extension().packageJSON as Manifest;
  const hidden = new Set(contributes.menus.commandPalette.map(({ command }) => command));
  return contributes.commands.map(({ command }) => command).filter((command) => !hidden.has(command));
}

/** Walks one command after the other, each to what it shows. */
async function walkAll(commands: readonly string[]): Promise<ReadonlyMap<string, Walk>> {
  const walks = new Map<string, Walk>();
  for (const command of commands) walks.set(command, await walk(command));
  return walks;
}

function problemsOf(walks: ReadonlyMap<string, Walk>): readonly string[] {
  return [...walks].flatMap(([command, { shown, problem }]) =>
    problem === undefined ? [] : [`${command} ${problem}, after: ${shown.join(' > ')}`],
  );
}

async function keysOf(client: S3Client): Promise<readonly (string | undefined)[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'getting-started' }));
  return Contents.map(({ Key }) => Key);
}

describe('the palette', () => {
  let needConnection: readonly string[] = [];

  before(putAwayNotifications);

  it('leads every command somewhere while nothing is connected, and Escape leaves nothing behind', async function () {
    this.timeout(60_000);
    const walks = await walkAll(paletteCommands());
    assert.deepEqual(problemsOf(walks), []);
    const saysSo = ({ shown: [first] }: Walk) => first?.includes('There is no connection yet') === true;
    needConnection = [...walks].flatMap(([command, walked]) => (saysSo(walked) ? [command] : []));
    assert.ok(needConnection.length > 80, `${needConnection.length} commands need a connection`);
  });

  it('leads every command somewhere with a connection, and Escape leaves nothing half-made', async function () {
    this.timeout(100_000);
    const { client } = await startStorage();
    await putAwayNotifications();
    const before = await keysOf(client);
    // Adding a folder to the workspace starts the extension host anew; duplicating asks nothing once it knows the object.
    const others = ['ibmcos.folder.addToWorkspace', 'ibmcos.object.duplicate'];
    const walks = await walkAll(needConnection.filter((command) => !others.includes(command)));
    assert.deepEqual(problemsOf(walks), []);
    assert.deepEqual(await keysOf(client), before);
  });
});
