import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preparation } from './client';

/** Installs one npm package into a folder of its own, unless that version lies there already. */
export function installNpmPackage(folder: string, name: string, version: string): Preparation {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version === version) {
    return { state: 'ready', version };
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--fetch-retries=1'];
  const args = ['install', ...quietly, '--fetch-retry-mintimeout=1000', `${name}@${version}`];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: 180_000 });
  const code = /npm (?:error|ERR!) code (\S+)/.exec(stderr ?? '')?.[1] ?? 'no answer';
  return status === 0
    ? { state: 'ready', version }
    : { state: 'missing', reason: `npm could not install ${name}@${version} (${code})` };
}

/** Where the interpreter of a virtual environment lies. */
export function pythonOf(folder: string): string {
  return join(folder, 'venv/bin/python');
}

/** Makes a virtual environment in the folder and installs packages into it, unless those versions lie there already. */
export function installPythonPackages(folder: string, requirements: Readonly<Record<string, string>>): Preparation {
  const python = pythonOf(folder);
  const ready: Preparation = { state: 'ready', version: Object.values(requirements)[0] ?? '' };
  const installed = () => {
    const show = spawnSync(python, ['-m', 'pip', 'list', '--format=json'], { encoding: 'utf8' });
    if (show.status !== 0) return false;
    const list = JSON.parse(show.stdout) as { name: string; version: string }[];
    return Object.entries(requirements).every(([name, version]) =>
      list.some((entry) => entry.name.toLowerCase() === name.replace(/\[.*/, '') && entry.version === version),
    );
  };
  if (existsSync(python) && installed()) return ready;
  mkdirSync(folder, { recursive: true });
  const made = spawnSync('python3', ['-m', 'venv', '--clear', join(folder, 'venv')], { encoding: 'utf8' });
  if (made.status !== 0) {
    return {
      state: 'missing',
      reason: 'python3 -m venv does not run; install it with: apt-get install -y python3-venv',
    };
  }
  const pinned = Object.entries(requirements).map(([name, version]) => `${name}==${version}`);
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries=1', ...pinned];
  // IBM's source packages are built with pkg_resources, which later setuptools lack. pip has two names for the same wish.
  const constraints = join(folder, 'constraints.txt');
  writeFileSync(constraints, 'setuptools<81\n');
  const env = { ...process.env, PIP_CONSTRAINT: constraints, PIP_BUILD_CONSTRAINT: constraints };
  return spawnSync(python, args, { encoding: 'utf8', timeout: 300_000, env }).status === 0
    ? ready
    : { state: 'missing', reason: `pip could not install ${pinned.join(' ')}` };
}
