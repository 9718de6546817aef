// Installs a VS Code server and web workbench into .vscode-host/ from package registries alone, for machines that
// cannot download VS Code itself. Quick when it is there. Usage: node scripts/installVscode.mjs [--minimum]
//
// The npm package `code-server` carries a built VS Code; we run that, never the wrapper around it. It cannot be a
// dependency of ours: its install script refuses every Node but one. So it gets a git-ignored folder and its own Node.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureSystemPackages } from './systemPackages.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The VS Codes that we run: the current one, and the oldest that `engines.vscode` admits. */
const legs = {
  current: { codeServer: '4.139.1', node: '24.21.0' },
  minimum: { codeServer: '4.103.2', node: '22' },
};

/** Below `lib/vscode`: 210 MB that no test and no user of ours reaches. */
const unused = ['extensions/copilot', 'node_modules/@github', 'node_modules/@microsoft/mxc-sdk'];

/** Raise when the steps below change, so that older installs are made again. */
const recipe = 1;

/** The npm packages behind the package `node`: the binary with the headers that native modules compile against. */
const nodePackage = `node-${process.platform}-${process.arch}`;

function run(cwd, env, command, ...args) {
  const options = { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 };
  const result = spawnSync(command, args, options);
  return { isDone: result.status === 0, output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}` };
}

function mustRun(cwd, env, command, ...args) {
  const { isDone, output } = run(cwd, env, command, ...args);
  if (!isDone) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${output.slice(-4000)}`);
}

function install(folder, { codeServer, node }) {
  const nodeHome = join(folder, 'node_modules', nodePackage);
  const vscode = join(folder, 'node_modules/code-server/lib/vscode');
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const plain = { ...process.env };
  // npm hands its settings to scripts as npm_config_*; what is left of them would steer the installs below.
  for (const name of Object.keys(plain))
    if (/^npm_config_(omit|include|only|production|prefix)/i.test(name)) delete plain[name];

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  mustRun(folder, plain, 'npm', ...npm, `${nodePackage}@${node}`);
  // A user-level `nodedir` would compile against the headers of another Node.
  const env = { ...plain, PATH: `${join(nodeHome, 'bin')}:${plain.PATH}`, npm_config_nodedir: nodeHome };
  mustRun(folder, env, 'npm', ...npm, `code-server@${codeServer}`);
  mustRun(vscode, env, 'npm', ...npm, '--omit=dev');
  mustRun(join(vscode, 'extensions'), env, 'npm', ...npm, '--omit=dev');

  const has = (path) => existsSync(join(vscode, path));
  // Without spdlog there are no log files; without the watchdog an extension host outlives a killed server.
  const watchdog = has('node_modules/@vscode/native-watchdog') ? '@vscode/native-watchdog' : 'native-watchdog';
  mustRun(vscode, env, 'npm', 'rebuild', '@vscode/spdlog', watchdog);
  if (!has('node_modules/node-pty/prebuilds')) {
    // Its post-install step may fail after the module is built; the module is what counts.
    const { output } = run(vscode, env, 'npm', 'rebuild', 'node-pty');
    if (!has('node_modules/node-pty/build/Release/pty.node')) throw new Error(`node-pty was not built:\n${output}`);
  }
  if (has('node_modules/@vscode/ripgrep') && !has('node_modules/@vscode/ripgrep/bin/rg')) {
    const rg = run(folder, env, 'sh', '-c', 'command -v rg').output.trim();
    if (rg === '') throw new Error('This VS Code needs ripgrep (`rg`) on PATH.');
    mkdirSync(join(vscode, 'node_modules/@vscode/ripgrep/bin'), { recursive: true });
    symlinkSync(rg, join(vscode, 'node_modules/@vscode/ripgrep/bin/rg'));
  }
  for (const path of unused) rmSync(join(vscode, path), { recursive: true, force: true });
}

/**
 * Installs a VS Code unless it is there already, and says where it is.
 * @param {'current' | 'minimum'} [name]
 * @returns {{ node: string, serverMain: string }} Absolute paths of the Node that runs it and of its entry.
 */
export function ensureVscode(name = 'current') {
  if (process.platform === 'win32') {
    throw new Error('The browser VS Code runs on Linux and macOS. On Windows, use a desktop VS Code.');
  }
  const leg = legs[name];
  const folder = join(root, '.vscode-host', leg.codeServer);
  const marker = join(folder, 'installed.json');
  const wanted = JSON.stringify({ recipe, ...leg, nodePackage });
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== wanted) {
    ensureSystemPackages('host');
    console.log(
      `Installing VS Code from code-server ${leg.codeServer} into .vscode-host (once, about a minute and a half) …`,
    );
    install(folder, leg);
    writeFileSync(marker, wanted); // last: an interrupted install has none and is made again
  }
  return {
    node: join(folder, 'node_modules', nodePackage, 'bin/node'),
    serverMain: join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    console.log(ensureVscode(process.argv.includes('--minimum') ? 'minimum' : 'current').serverMain);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
