// Debian packages that the browser VS Code and the tests need. As root on Debian the missing ones are installed;
// elsewhere on Debian their absence ends the program with the line to run; other distributions are told the names. Usage: node scripts/systemPackages.mjs [host|test]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Compiling VS Code's native modules, and the library that keytar talks to the Secret Service with. */
const host = ['g++', 'make', 'python3', 'libsecret-1-0', 'ripgrep', 'ca-certificates'];

/** What the test layers drive, and the servers and clients that nobody here wrote. */
const test = [
  ...host,
  ...['chromium', 'fonts-dejavu-core'],
  ...['gnome-keyring', 'dbus', 'dbus-bin', 'dbus-daemon', 'libsecret-tools'],
  ...['openssl', 'procps'],
  ...['rclone', 's3cmd', 'awscli', 'restic'],
  ...['ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw'],
];

const sets = { host, test };

function missingOf(names) {
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${Status}\n', ...names], { encoding: 'utf8' });
  const installed = new Set(
    answer.stdout
      .split('\n')
      .filter((line) => line.endsWith(' install ok installed'))
      .map((line) => line.split(' ')[0]),
  );
  return names.filter((name) => !installed.has(name));
}

function apt(...args) {
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  return spawnSync('apt-get', ['-qq', ...args], options).status === 0;
}

/**
 * Makes sure that a set of packages is there. Throws one sentence with the line to run when it cannot.
 * @param {'host' | 'test'} set
 * @returns {void}
 */
export function ensureSystemPackages(set) {
  if (process.platform !== 'linux') return;
  const wanted = sets[set];
  if (!existsSync('/usr/bin/dpkg-query')) {
    const told = `Debian calls them ${wanted.join(' ')}; their names here may differ.`;
    console.warn(`Which system packages are there can be told on Debian and its relatives only. ${told}`);
    return;
  }
  const missing = missingOf(wanted);
  if (missing.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) {
    throw new Error(`System packages are missing. Install them with\n  sudo ${line}`);
  }
  console.log(`Installing system packages: ${missing.join(' ')}`);
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  const isInstalled = apt('update') && (apt(...install) || apt(...install));
  if (!isInstalled || missingOf(wanted).length > 0) {
    throw new Error(`System packages could not be installed. Try\n  ${line}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const set = process.argv[2] ?? 'test';
  try {
    if (!(set in sets))
      throw new Error(`Unknown set of packages '${set}'; there are ${Object.keys(sets).join(' and ')}.`);
    ensureSystemPackages(set);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
