// A private, unlocked Secret Service, so that tests reach a real keychain and nobody's own keyring is touched.
// Usage: node scripts/withKeyring.mjs COMMAND ARGUMENT…
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

function isRunning(child) {
  return child.exitCode === null && child.signalCode === null;
}

async function stopped(child) {
  if (!isRunning(child)) return;
  const exit = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 2000);
  await exit;
  clearTimeout(killer);
}

/** First line of a program's output; fails when the program ends, or cannot be started, before it wrote one. */
function firstLine(child, program) {
  return new Promise((done, fail) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) done(text.slice(0, text.indexOf('\n')));
    });
    child.once('error', (error) => fail(new Error(`${program} could not be started: ${error.message}`)));
    child.once('exit', (code) => fail(new Error(`${program} ended with code ${code} before it was ready.`)));
  });
}

const send = ['--session', '--print-reply'];
const askForOwner = [...send, '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner'];
const askWhetherLocked = [
  ...[...send, '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets/collection/login'],
  ...['org.freedesktop.DBus.Properties.Get', 'string:org.freedesktop.Secret.Collection', 'string:Locked'],
];

/** Resolves when the login collection answers that it is open. */
async function unlocked(child, env) {
  const answers = (words, wanted) =>
    spawnSync('dbus-send', words, { env, encoding: 'utf8' }).stdout.includes(`boolean ${wanted}`);
  for (let tries = 0; tries < 100 && isRunning(child); tries++) {
    // Asked in this order: a question to a service that is not there would make the bus start a second, locked one.
    const isThere = answers([...askForOwner, 'string:org.freedesktop.secrets'], true);
    if (isThere && answers(askWhetherLocked, false)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('gnome-keyring-daemon did not open its keyring.');
}

/**
 * Starts a message bus with an unlocked, empty keyring behind it.
 * @returns {Promise<{ env: NodeJS.ProcessEnv, stop: () => Promise<void> }>} `env` lets a program reach it;
 * `stop` ends both daemons and deletes what they stored.
 */
export async function startKeyring() {
  const folder = mkdtempSync(join(tmpdir(), 'keyring-'));
  const env = { ...process.env, XDG_DATA_HOME: join(folder, 'data'), XDG_RUNTIME_DIR: folder };
  mkdirSync(env.XDG_DATA_HOME);
  delete env.DISPLAY; // a prompt must fail, not wait for somebody to see it
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address', `--address=unix:path=${folder}/bus`], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const children = [bus];
  const stop = async () => {
    for (const child of children.toReversed()) await stopped(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    env.DBUS_SESSION_BUS_ADDRESS = await firstLine(bus, 'dbus-daemon');
    const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    children.push(keyring);
    const started = new Promise((done, fail) => {
      keyring.once('spawn', done);
      keyring.once('error', (error) => fail(new Error(`gnome-keyring-daemon could not be started: ${error.message}`)));
    });
    await started;
    keyring.stdin.end('throw-away'); // the password of the keyring; a newline would be part of it
    await unlocked(keyring, env);
    return { env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined) {
    console.error('Usage: node scripts/withKeyring.mjs COMMAND ARGUMENT…');
    process.exit(2);
  }
  const keyring = await startKeyring();
  const child = spawn(command, args, { stdio: 'inherit', env: keyring.env });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const code = await new Promise((done) => {
    child.once('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      done(127);
    });
    child.once('exit', (status) => done(status ?? 1));
  });
  await keyring.stop();
  process.exit(code);
}
