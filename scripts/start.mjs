// npm start: VS Code with the extension, signed in to a local object storage with sample buckets.
// Usage: node scripts/start.mjs [--browser] [--no-open] [--port N] [--data DIR]
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureVscode } from './installVscode.mjs';
import { installExtension, quietSettings, startVscodeServer } from './vscodeServer.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const startView = join(root, 'scripts/startView');
const usage = `Usage: npm start -- [--browser] [--no-open] [--port N] [--data DIR]
  --browser   a VS Code in the browser, also where there is a desktop one
  --no-open   print the address and leave opening it to you
  --port N    port of the browser VS Code (default: a free one)
  --data DIR  folder of the local object storage (default: .local/object-storage)`;

function parseCommandLine() {
  const options = {
    browser: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
    data: { type: 'string', default: join(root, '.local/object-storage') },
    help: { type: 'boolean', short: 'h', default: false },
  };
  const { values } = parseArgs({ options });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65535) {
    throw new Error(`--port takes a number from 0 to 65535, not '${values.port}'.`);
  }
  // A port or an unopened page only make sense for the browser VS Code.
  const isBrowser = values.browser || values['no-open'] || port !== 0;
  return { ...values, isBrowser, isOpened: !values['no-open'], port, dataFolder: resolve(values.data) };
}

/** The extension starts the local server itself; it ends with the window. */
function settingsFor({ dataFolder }) {
  return { 'ibmcos.localServer.autoStart': true, 'ibmcos.localServer.dataFolder': dataFolder };
}

function canShowWindows() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

/** Path of the command `code` of a desktop VS Code. The one of a remote terminal has the same name and cannot do this. */
function findDesktopCommand() {
  if (process.env.VSCODE_IPC_HOOK_CLI !== undefined || process.getuid?.() === 0) return undefined;
  const names = process.platform === 'win32' ? ['code.cmd', 'code-insiders.cmd'] : ['code', 'code-insiders', 'codium'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (process.platform === 'darwin') folders.push('/Applications/Visual Studio Code.app/Contents/Resources/app/bin');
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** A desktop VS Code fetched from the internet, or undefined where there is none to fetch. */
async function fetchDesktop() {
  if (process.getuid?.() === 0) return undefined;
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  try {
    return await downloadAndUnzipVSCode({ cachePath: join(root, '.vscode-host/desktop') });
  } catch (error) {
    console.log(`No desktop VS Code could be fetched (${error.message}); using one in the browser.`);
    return undefined;
  }
}

/** Opens a window of a desktop VS Code with folders of its own; resolves when it is closed. */
async function runDesktop(program, isCommand, options) {
  const folder = join(root, '.local/vscode-desktop');
  const settingsFile = join(folder, 'user/User/settings.json');
  mkdirSync(dirname(settingsFile), { recursive: true });
  const before = existsSync(settingsFile) ? JSON.parse(readFileSync(settingsFile, 'utf8')) : {};
  writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...before, ...settingsFor(options) }, null, 2));
  const args = [
    ...[`--extensionDevelopmentPath=${root}`, `--extensionDevelopmentPath=${startView}`],
    ...['--user-data-dir', join(folder, 'user'), '--extensions-dir', join(folder, 'extensions')],
    ...['--new-window', '--disable-workspace-trust', '--skip-welcome', ...(isCommand ? ['--wait'] : [])],
  ];
  const child = spawn(program, args, { stdio: 'ignore', shell: process.platform === 'win32' });
  console.log('VS Code opens with the sample buckets in the Object Storage view. Close its window to end.');
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  return new Promise((done, fail) => {
    child.once('exit', (code) => done(code ?? 0));
    child.once('error', fail);
  });
}

function openPage(url) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['explorer', url]
        : ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => console.log('No browser could be opened; open the address above yourself.'));
  child.unref();
}

/** Serves a VS Code to the browser until Ctrl-C. */
async function runBrowser(options) {
  const vscode = ensureVscode();
  const folder = join(root, '.local/vscode');
  rmSync(join(folder, 'extensions'), { recursive: true, force: true });
  for (const path of [root, startView]) installExtension(vscode, folder, { kind: 'workTree', path });
  const settings = settingsFor(options);
  const server = await startVscodeServer({ vscode, folder, port: options.port, settings });
  // No folder is opened: what there is to see is in the Object Storage view.
  console.log(`\n  VS Code with COS Explorer: ${server.url}\n\nPress Ctrl-C to stop it.`);
  if (options.isOpened && canShowWindows()) openPage(server.url);
  const told = new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, done);
  });
  const isStopped = await Promise.race([told.then(() => true), server.exited.then(() => false)]);
  await server.stop();
  if (isStopped) return 0;
  console.error(`VS Code ended by itself:\n${server.output().slice(-2000)}`);
  return 1;
}

async function main() {
  const options = parseCommandLine();
  if (options.help) {
    console.log(usage);
    return 0;
  }
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
  mkdirSync(options.dataFolder, { recursive: true });
  if (!options.isBrowser && canShowWindows()) {
    const command = findDesktopCommand();
    if (command !== undefined) return runDesktop(command, true, options);
    const program = await fetchDesktop();
    if (program !== undefined) return runDesktop(program, false, options);
  }
  return runBrowser(options);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
