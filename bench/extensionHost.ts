import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { launchBrowser } from '../scripts/browser.mjs';
import { ensureVscode } from '../scripts/installVscode.mjs';
import { installExtension, startVscodeServer } from '../scripts/vscodeServer.mjs';
import type { LocalServerInfo } from '../src/localServer/info';
import { bucketName } from '../src/model/ids';
import { readStorageInfo } from '../test/fakes/objectStorage';
import { Workbench } from '../test/journeys/workbench';
import { startBuiltServer } from '../test/soak/builtPrograms';
import { directClientOf, fillForListing } from './listing';
import { rounded } from './measure';

const phaseMs = 10_000;
const pagesToLoad = 8;
const largeBytes = 1024 ** 3;
const transferMs = 180_000;

/** One second of a timer that fires every 10 ms: how late it was each time. */
interface Second {
  readonly atMs: number;
  readonly delaysMs: readonly number[];
}

/**
 * How late the extension host's event loop is while nothing happens, and while somebody browses a folder of 100,000
 * objects and a bucket of 10,000 folders in a real VS Code, and while 1 GiB goes up and comes down; and how many requests each
 * page shown took.
 */
export async function benchExtensionHost(_info: LocalServerInfo, folder: string): Promise<unknown> {
  const storage = join(folder, 'storage');
  const filling = await startBuiltServer(storage);
  const direct = directClientOf(filling.info);
  try {
    await fillForListing(direct.client);
    await direct.client.createBucket(bucketName('bench-large'), {}, AbortSignal.timeout(10_000));
  } finally {
    await direct.close();
    await filling.stop();
  }

  const vscode = ensureVscode();
  const eventLoopFile = join(folder, 'event-loop.ndjson');
  installExtension(vscode, folder, { kind: 'workTree', path: resolve('.') });
  installExtension(vscode, folder, { kind: 'workTree', path: resolve('bench/eventLoopProbe') });
  const server = await startVscodeServer({
    vscode,
    folder,
    settings: { 'ibmcos.localServer.dataFolder': storage, 'ibmcos.localServer.autoStart': true },
    env: { ...process.env, EVENT_LOOP_FILE: eventLoopFile },
  });
  const context = await launchBrowser(join(folder, 'profile'));
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(server.url);
    const workbench = new Workbench(page);
    await workbench.ready();
    await workbench.openObjectStorage();
    await workbench.row('Local Object Storage').waitFor();
    await workbench.expand('Local Object Storage');
    await workbench.row('bench-folders').waitFor();
    await page.waitForTimeout(phaseMs); // VS Code's own start is over

    const idle = await during(eventLoopFile, () => page.waitForTimeout(phaseMs));
    const { adminEndpoint } = readStorageInfo(storage);
    await fetch(`${adminEndpoint}/requests`, { method: 'DELETE' });
    const browsing = await during(eventLoopFile, async () => {
      await workbench.expand('bench-folders');
      await loadMore(workbench, 'folder-');
      await workbench.row('bench-folders').locator('.monaco-tl-twistie').click();
      await workbench.expand('bench-flat');
      await workbench.expand('folder');
      await loadMore(workbench, 'object-');
    });
    const counted = (await (await fetch(`${adminEndpoint}/requests`)).json()) as { total: number };
    const large = join(folder, 'large');
    const target = join(folder, 'target');
    writeLarge(large);
    mkdirSync(target);
    await workbench.collapse('bench-flat');
    // Menus and the file dialog are VS Code's own work.
    await workbench.contextMenu(workbench.row('bench-large'), 'Upload Files…');
    await workbench.chooseFile(large);
    const uploading = await during(eventLoopFile, () => arrived(workbench));
    await workbench.command('Object Storage: Clear Finished Transfers');
    await workbench.contextMenu(workbench.row('bench-large'), 'Download Bucket…');
    await workbench.chooseFile(target);
    const downloading = await during(eventLoopFile, () => arrived(workbench));
    return {
      idle,
      browsing,
      uploadingOneGibibyte: uploading,
      downloadingOneGibibyte: downloading,
      ratiosOfP99: {
        browsing: rounded(browsing.p99Ms / idle.p99Ms),
        uploading: rounded(uploading.p99Ms / idle.p99Ms),
        downloading: rounded(downloading.p99Ms / idle.p99Ms),
      },
      pagesShown: 2 * (pagesToLoad + 1) + 1,
      requests: counted.total,
    };
  } finally {
    await server.stop();
    await context.close();
  }
}

/** A file with content: a hole would be filled with zeros by the system while it is read, without a pause for others. */
function writeLarge(fsPath: string): void {
  const block = randomBytes(8 * 1024 * 1024);
  const file = openSync(fsPath, 'w');
  for (let written = 0; written < largeBytes; written += block.length) writeSync(file, block);
  closeSync(file);
}

/** Waits until the one transfer of the Transfers view has arrived; looks seldom: a watch on every frame keeps the browser busy. */
async function arrived(workbench: Workbench): Promise<void> {
  const took = workbench.view('Transfers').getByText(/ · took /);
  for (const untilMs = Date.now() + transferMs; !(await took.isVisible());) {
    if (Date.now() > untilMs) throw new Error('the transfer did not arrive');
    await workbench.page.waitForTimeout(500);
  }
}

/** Presses *Load more…* until so many further pages are shown. */
async function loadMore({ page }: Workbench, prefix: string): Promise<void> {
  const rows = page.locator('.part.sidebar .monaco-list-row');
  await rows.filter({ hasText: prefix }).first().waitFor();
  await rows
    .filter({ hasText: prefix })
    .first()
    .click({ modifiers: ['Control'] });
  for (let pages = 0; pages < pagesToLoad; pages++) {
    const more = rows.filter({ hasText: 'Load more' }).first();
    for (let tries = 0; !(await more.isVisible()) && tries < 200; tries++) {
      await page.keyboard.press('PageDown');
      await page.waitForTimeout(20);
    }
    await more.click();
    await more.waitFor({ state: 'detached' });
  }
}

async function during(
  file: string,
  work: () => Promise<void>,
): Promise<{ p50Ms: number; p99Ms: number; worstMs: number }> {
  const fromMs = Date.now();
  await work();
  const toMs = Date.now();
  await new Promise((done) => setTimeout(done, 1500)); // the probe writes each second
  const delays = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Second)
    .filter(({ atMs }) => atMs - 1000 >= fromMs && atMs <= toMs)
    .flatMap(({ delaysMs }) => delaysMs)
    .toSorted((a, b) => a - b);
  const at = (share: number) => rounded(delays[Math.floor((delays.length - 1) * share)] ?? Number.NaN);
  return { p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) };
}
