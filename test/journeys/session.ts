import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchBrowser } from '../../scripts/browser.mjs';
import { ensureVscode } from '../../scripts/installVscode.mjs';
import { installExtension, startVscodeServer } from '../../scripts/vscodeServer.mjs';
import { startKeyring } from '../../scripts/withKeyring.mjs';
import { readStorageInfo, startStorage, type Storage, type StorageInfo } from '../fakes/objectStorage';
import { Workbench } from './workbench';

const maxScreenshotBytes = 200_000;

/** A VS Code with the packaged extension, a keychain and a browser, all of its own, as a user would have it. */
export interface Session {
  readonly workbench: Workbench;
  /** Holds everything that VS Code, the extension and the journey write. */
  readonly folder: string;
  /** The folder that is open in VS Code. */
  readonly workspace: string;
  /** Process id of the VS Code server; the extension host and the engine are below it. */
  readonly serverPid: number;
  /** Everything that the extension has in the keychain, secrets included. */
  readonly keychain: () => string;
  /** A picture for the README, kept only when screenshots are to be updated; always in out/journeys. */
  screenshot(name: string): Promise<void>;
  /** Keeps what tells why a journey failed, in out/journeys. */
  dump(name: string): Promise<void>;
  close(): Promise<void>;
}

interface SessionOptions {
  readonly settings?: Record<string, unknown>;
  /** Name → content of files in the workspace. */
  readonly files?: Record<string, string | Uint8Array>;
  /** Added to the environment that VS Code starts with. */
  readonly env?: Record<string, string>;
}

/** A session for all tests of the file that calls this. A test that fails leaves a picture and the logs. */
export function useSession(options: SessionOptions | (() => SessionOptions) = {}): () => Session {
  let session: Session | undefined;
  const current = () => {
    if (session === undefined) throw new Error('The session is open only while tests run.');
    return session;
  };
  beforeAll(async () => {
    session = await openSession(typeof options === 'function' ? options() : options);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await current().dump(task.name);
  });
  afterAll(() => session?.close());
  return current;
}

/**
 * Starts Local Object Storage from the welcome view, shows its buckets, and says how it is reached past the extension. Where
 * a journey before this one has started it, the window is put back to that point.
 */
export async function tryLocalStorage({ workbench, folder }: Session): Promise<StorageInfo> {
  await workbench.openObjectStorage();
  const isStarted = (await workbench.row('Local Object Storage').count()) > 0;
  if (isStarted) await workbench.tidy();
  else await workbench.page.getByRole('button', { name: 'Try Local Object Storage' }).click();
  await workbench.expand('Local Object Storage');
  return readStorageInfo(join(folder, 'storage'));
}

/** An object storage that the extension did not start, and the file with its service credential. */
interface OtherStorage extends Storage {
  readonly credentialFile: string;
}

/** An object storage for all tests of the file that calls this. */
export function useStorage(): () => OtherStorage {
  let folder: string | undefined;
  let storage: Storage | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'journey-'));
    storage = await startStorage(folder);
  });
  afterAll(async () => {
    await storage?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    if (folder === undefined || storage === undefined) throw new Error('The storage is there only while tests run.');
    return { ...storage, credentialFile: join(folder, 'credentials.json') };
  };
}

/** Settings with which signing in goes to an object storage of a test in place of IBM Cloud. */
export function signInSettings({ info }: Storage): Record<string, unknown> {
  const endpoints = {
    iam: info.signInEndpoint,
    accounts: info.accountsEndpoint,
    resourceController: info.resourceControllerEndpoint,
    configuration: info.configEndpoint,
  };
  return { 'ibmcos.signIn.endpoints': endpoints };
}

async function openSession(options: SessionOptions): Promise<Session> {
  const vsix = process.env['TEST_VSIX'];
  if (vsix === undefined) throw new Error('TEST_VSIX names no package; run the journeys with `npm run test:journeys`.');
  const vscode = ensureVscode();
  const folder = mkdtempSync(join(tmpdir(), 'journey-'));
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  for (const [name, content] of Object.entries(options.files ?? {})) writeFileSync(join(workspace, name), content);

  const undo: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })];
  const close = async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    installExtension(vscode, folder, { kind: 'package', vsix });
    const keyring = await startKeyring();
    undo.push(keyring.stop);
    const settings = { 'ibmcos.localServer.dataFolder': join(folder, 'storage'), ...options.settings };
    const env = { ...keyring.env, ...options.env };
    const server = await startVscodeServer({ vscode, folder, settings, env });
    undo.push(server.stop);
    const context: BrowserContext = await launchBrowser(join(folder, 'profile'));
    // Closed after the server: an extension host outlives a page that closes by some seconds, but not its server.
    undo.splice(-1, 0, () => context.close());
    const page = context.pages()[0] ?? (await context.newPage());
    const browserLog: string[] = [];
    page.on('console', (message) => browserLog.push(message.text()));
    await page.goto(`${server.url}?folder=${encodeURIComponent(workspace)}`);
    const workbench = new Workbench(page);
    await workbench.ready();
    const shoot = async (path: string) => {
      mkdirSync(join(path, '..'), { recursive: true });
      await page.mouse.move(800, 640); // off the rows, whose tooltips would be in the picture
      await page.screenshot({ path });
    };
    return {
      workbench,
      folder,
      workspace,
      serverPid: server.pid,
      keychain: () =>
        execFileSync('secret-tool', ['search', '--all', '--unlock', 'service', 'cos-explorer'], {
          env: keyring.env,
          encoding: 'utf8',
          stdio: 'pipe',
        }),
      screenshot: async (name) => {
        await shoot(join('out/journeys', `${name}.png`));
        if (process.env['UPDATE_SCREENSHOTS'] !== '1') return;
        const path = join('media/screenshots', `${name}.png`);
        await shoot(path);
        const { size } = statSync(path);
        if (size > maxScreenshotBytes) throw new Error(`${path} has ${size} bytes; at most ${maxScreenshotBytes}.`);
      },
      dump: async (name) => {
        const path = join('out/journeys', `FAILED ${name.replaceAll(/[^\w -]/g, '')}`);
        await shoot(`${path}.png`);
        writeFileSync(`${path}.log`, `${server.output()}\n--- browser ---\n${browserLog.join('\n')}`);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
