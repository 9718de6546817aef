// Runs the mocha suites of test/vscode inside a real extension host, against the packaged extension.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import * as esbuild from 'esbuild';
import { launchBrowser } from './browser.mjs';
import { ensureVscode } from './installVscode.mjs';
import { installExtension, startVscodeServer } from './vscodeServer.mjs';
import { watchWindow } from './windowWatch.mjs';
import { startKeyring } from './withKeyring.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const sessionTimeoutMs = 180_000;

/** One VS Code each: a folder of test/vscode and the settings it starts with. */
export const sessions = [
  { folder: 'suite', settings: {} },
  { folder: 'palette', settings: {} },
  { folder: 'engineInHost', settings: { 'ibmcos.engine.location': 'extensionHost' } },
];

/** Bundles one folder of suites; answers the path of what VS Code loads. */
export async function bundle(folder) {
  const source = join(root, 'test/vscode', folder);
  const target = join(root, 'out/test/vscode', folder);
  const tests = readdirSync(source).filter((name) => name.endsWith('.test.ts'));
  rmSync(target, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: [
      { in: join(root, 'test/vscode/runMocha.ts'), out: 'index' },
      ...tests.map((name) => ({ in: join(source, name), out: basename(name, '.ts') })),
    ],
    outdir: target,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['vscode', 'mocha', 'keytar'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(target, 'index.js');
}

/** The workspace of a session, and an empty extension under development: VS Code insists on one to run a suite for. */
export function prepare(folder) {
  const workspace = join(folder, 'workspace');
  const dummy = join(folder, 'dummy');
  mkdirSync(workspace);
  mkdirSync(dummy);
  writeFileSync(join(workspace, 'notes.txt'), 'A file of the workspace.\n');
  const manifest = { name: 'dummy', publisher: 'test', version: '0.0.1', engines: { vscode: '*' } };
  writeFileSync(join(dummy, 'package.json'), JSON.stringify(manifest));
  return { workspace, dummy };
}

/** Opens the workbench with a suite; answers how VS Code says it went. */
async function drive({ context, url, workspace, dummy, entry, screenshotFile }) {
  const host = new URL(url).host;
  const remote = (path) => `vscode-remote://${host}${path}`;
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const log = [];
    await page.exposeFunction('codeAutomationLog', (_type, args) => void log.push(format(...args)));
    const exit = new Promise((done) => void page.exposeFunction('codeAutomationExit', done));
    const payload = [
      ['extensionDevelopmentPath', remote(dummy)],
      ['extensionTestsPath', remote(entry)],
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
    ];
    const query = `folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    await page.goto(`${url}?${query}`, { waitUntil: 'commit' });
    let timer;
    const timeout = new Promise((done) => (timer = setTimeout(() => done('timeout'), sessionTimeoutMs)));
    const code = await Promise.race([exit, timeout]);
    clearTimeout(timer);
    if (code !== 0) await page.screenshot({ path: screenshotFile });
    return { code, log };
  } finally {
    await context.close();
  }
}

async function runSession({ folder: name, settings }, vscode, vsix, keyring) {
  const entry = await bundle(name);
  const folder = mkdtempSync(join(tmpdir(), 'vscode-test-'));
  const reports = join(root, 'out/test');
  mkdirSync(reports, { recursive: true });
  const resultFile = join(reports, `vscode-${name}.json`);
  rmSync(resultFile, { force: true });
  let server;
  let context;
  const watch = await watchWindow(() => context.pages()[0]);
  try {
    const { workspace, dummy } = prepare(folder);
    installExtension(vscode, folder, { kind: 'package', vsix });
    const env = { ...keyring.env, TEST_RESULT_FILE: resultFile, TEST_FOLDER: folder, TEST_WINDOW: watch.url };
    const all = { 'ibmcos.localServer.dataFolder': join(folder, 'storage'), ...settings };
    server = await startVscodeServer({ vscode, folder, settings: all, env, isDrivenBySuite: true });
    const screenshotFile = join(reports, `vscode-${name}.png`);
    context = await launchBrowser(join(folder, 'profile'));
    const { code, log } = await drive({ context, url: server.url, workspace, dummy, entry, screenshotFile });
    const results = readResults(resultFile);
    if (code !== 0 || results === undefined || results.failed.length > 0) {
      for (const { title, message } of results?.failed ?? []) console.log(`FAILED ${title}\n${message}\n`);
      writeFileSync(join(reports, `vscode-${name}.log`), `${log.join('\n')}\n\n--- server ---\n${server.output()}`);
      console.log(`Session '${name}' ended with ${code}; see out/test/vscode-${name}.log and .png`);
    }
    const failed =
      results === undefined ? 1 : results.failed.length + (code !== 0 && results.failed.length === 0 ? 1 : 0);
    const passed = results?.passed ?? [];
    for (const title of passed) console.log(`  ✓ ${title}`);
    for (const title of results?.skipped ?? []) console.log(`  - ${title}`);
    return {
      passed: passed.length,
      failed: passed.length === 0 && failed === 0 ? 1 : failed,
      skipped: results?.skipped.length ?? 0,
    };
  } finally {
    await server?.stop();
    watch.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined; // the suite never came to its end
  }
}

/**
 * Runs every session in one VS Code version, or those of some folders.
 * @param {{ vsix: string, leg?: 'current' | 'minimum', folders?: string[] }} options
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function runVscodeLayer({ vsix, leg = 'current', folders = [] }) {
  const vscode = ensureVscode(leg);
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const session of sessions) {
    if (folders.length > 0 && !folders.includes(session.folder)) continue;
    const keyring = await startKeyring();
    try {
      const { passed, failed, skipped } = await runSession(session, vscode, vsix, keyring);
      total.passed += passed;
      total.failed += failed;
      total.skipped += skipped;
    } finally {
      await keyring.stop();
    }
  }
  return total;
}
