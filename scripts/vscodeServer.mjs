// Runs the VS Code server of .vscode-host on this machine, with folders of its own.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** Settings that keep VS Code to the matter at hand: no assistants, no toasts, no saves that nobody asked for. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/** A TCP port of this machine that nothing listens on. */
export function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/**
 * Ids of all processes below one, the nearest first (Linux).
 * @param {number} pid
 * @returns {number[]}
 */
export function descendants(pid) {
  /** @type {number[]} */
  const found = [];
  const parents = [pid];
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parentOf = new Map();
  for (const name of all) {
    try {
      parentOf.set(
        Number(name),
        Number(
          readFileSync(`/proc/${name}/stat`, 'utf8')
            .replace(/^.*\) \S+ /s, '')
            .split(' ')[0],
        ),
      );
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error; // a process that has just ended
    }
  }
  while (parents.length > 0) {
    const parent = parents.shift();
    for (const [child, its] of parentOf) {
      if (its !== parent) continue;
      found.push(child);
      parents.push(child);
    }
  }
  return found;
}

/** Whether a process still does anything: one that has ended but was not yet waited for by its parent does not. */
function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error;
    return false;
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Puts an extension where a server finds it.
 * @param {{ node: string, serverMain: string }} vscode What `ensureVscode` answered.
 * @param {string} folder The server's folder.
 * @param {{ kind: 'package', vsix: string } | { kind: 'workTree', path: string }} source
 */
export function installExtension(vscode, folder, source) {
  const extensions = join(folder, 'extensions');
  mkdirSync(extensions, { recursive: true });
  if (source.kind === 'workTree') {
    const { publisher, name, version } = JSON.parse(readFileSync(join(source.path, 'package.json'), 'utf8'));
    symlinkSync(source.path, join(extensions, `${publisher}.${name}-${version}`));
    return;
  }
  const args = ['--server-data-dir', join(folder, 'data'), '--extensions-dir', extensions];
  const install = ['--accept-server-license-terms', '--install-extension', source.vsix];
  const result = spawnSync(vscode.node, [vscode.serverMain, ...args, ...install], { encoding: 'utf8' });
  if (result.status !== 0 || !/successfully installed/.test(result.stdout)) {
    throw new Error(`VS Code did not install ${source.vsix}:\n${result.stdout}${result.stderr}`);
  }
}

function addSettings(file, settings) {
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...quietSettings, ...before, ...settings }, null, 2));
}

/**
 * Starts a VS Code server on 127.0.0.1 with an extensions folder and user settings of its own. What is in the settings
 * of a folder that was used before stays, except for `settings`.
 * @param {{
 *   vscode: { node: string, serverMain: string },
 *   folder: string,
 *   port?: number,
 *   settings?: Record<string, unknown>,
 *   env?: NodeJS.ProcessEnv,
 *   isDrivenBySuite?: boolean,
 * }} options `folder` is created and holds everything; `port` 0 or absent picks one; `isDrivenBySuite` lets the page
 * name a test suite.
 * @returns {Promise<{ port: number, url: string, pid: number, dataFolder: string, output: () => string,
 *   exited: Promise<number | null>, stop: () => Promise<void> }>}
 */
export async function startVscodeServer({ vscode, folder, port, settings = {}, env = process.env, isDrivenBySuite }) {
  const dataFolder = join(folder, 'data');
  mkdirSync(join(folder, 'extensions'), { recursive: true });
  // A window with a remote extension host reads settings of scope `machine` from a file of their own.
  for (const scope of ['User', 'Machine']) addSettings(join(dataFolder, 'data', scope, 'settings.json'), settings);

  const listenPort = port === undefined || port === 0 ? await freePort() : port;
  const args = [
    ...[vscode.serverMain, '--host', '127.0.0.1', '--port', String(listenPort), '--without-connection-token'],
    ...['--accept-server-license-terms', '--disable-workspace-trust', '--telemetry-level', 'off'],
    ...[
      '--reconnection-grace-time',
      '5',
      '--server-data-dir',
      dataFolder,
      '--extensions-dir',
      join(folder, 'extensions'),
    ],
    ...(isDrivenBySuite === true ? ['--enable-smoke-test-driver'] : []),
  ];
  // A group of its own: Ctrl-C in the terminal reaches us alone, and we stop the server in order.
  const child = spawn(vscode.node, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let text = '';
  const exited = new Promise((done) => child.once('exit', done));
  await new Promise((done, fail) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        text += chunk;
        if (text.includes('Extension host agent listening')) done();
      });
    }
    child.once('error', (error) => fail(new Error(`VS Code could not be started: ${error.message}`)));
    child.once('exit', (code) => fail(new Error(`VS Code ended with code ${code} before it was ready:\n${text}`)));
  });

  const stop = async () => {
    // Extension hosts and what they forked get the chance to end by themselves when the server goes.
    const below = process.platform === 'linux' ? descendants(child.pid) : [];
    signal(child.pid, 'SIGTERM');
    const killer = setTimeout(() => signal(child.pid, 'SIGKILL'), 5000);
    await exited;
    clearTimeout(killer);
    for (let waits = 0; waits < 100 && below.some(isAlive); waits++) {
      await new Promise((done) => setTimeout(done, 50));
    }
    for (const pid of below.filter(isAlive)) signal(pid, 'SIGKILL');
  };
  return {
    port: listenPort,
    url: `http://127.0.0.1:${listenPort}/`,
    pid: child.pid,
    dataFolder,
    output: () => text,
    exited,
    stop,
  };
}
