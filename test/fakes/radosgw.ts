import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isSoWithin } from '../until';

/** A Ceph radosgw on loopback with its data in memory. */
export interface Radosgw {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly close: () => Promise<void>;
}

/** What installs the programs that `startRadosgw` needs on Debian. */
export const radosgwInstallation = 'apt-get install -y --no-install-recommends ceph-mon ceph-osd ceph-common radosgw';

const programs = ['monmaptool', 'ceph-mon', 'ceph-osd', 'ceph', 'radosgw-admin', 'radosgw'];

/** Programs that are not installed. */
export function missingRadosgwPrograms(): readonly string[] {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
  return programs.filter((program) => !folders.some((folder) => isExecutable(join(folder, program))));
}

/**
 * Starts a monitor, one object store in memory and the gateway, without authentication between them. Now and then the
 * store meets a monitor that is not ready and gives up, more often the busier the machine; then everything is started anew.
 */
export async function startRadosgw(): Promise<Radosgw> {
  for (let left = 3; left > 0; left -= 1) {
    try {
      return await startOnce();
    } catch {
      // The last failure is thrown as it is.
    }
  }
  return await startOnce();
}

async function startOnce(): Promise<Radosgw> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-radosgw-'));
  const [port, monitorPort] = [await freePort(), await freePort()];
  const daemons: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const daemon of daemons.reverse()) {
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      if (daemon.exitCode === null && daemon.signalCode === null && daemon.kill('SIGKILL')) await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start(folder, port, monitorPort, daemons);
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoint: `http://127.0.0.1:${port}`, accessKeyId: 'devkey', secretAccessKey: 'devsecret', close };
}

async function start(folder: string, port: number, monitorPort: number, daemons: ChildProcess[]): Promise<void> {
  for (const name of ['mon/a', 'osd/0', 'run', 'log', 'rgw']) mkdirSync(join(folder, name), { recursive: true });
  const [fsid, osdId] = [randomUUID(), randomUUID()];
  const configuration = join(folder, 'ceph.conf');
  const monitorMap = join(folder, 'monmap');
  writeFileSync(join(folder, 'keyring'), '');
  writeFileSync(configuration, settings(folder, port, monitorPort, fsid));
  const run = async (program: string, ...args: string[]) =>
    await promisify(execFile)(program, args, { timeout: 15_000, env: { ...process.env, CEPH_ARGS: '' } });
  const common = ['-c', configuration];
  const daemon = (program: string, ...args: string[]) => {
    daemons.push(spawn(program, [...common, ...args, '-f'], { stdio: 'ignore' }));
  };
  await run(
    'monmaptool',
    '--create',
    '--clobber',
    '--addv',
    'a',
    `[v1:127.0.0.1:${monitorPort}]`,
    '--fsid',
    fsid,
    monitorMap,
  );
  await run('ceph-mon', ...common, '-i', 'a', '--mkfs', '--monmap', monitorMap);
  daemon('ceph-mon', '-i', 'a', '--public-addr', `127.0.0.1:${monitorPort}`);
  await run('ceph', ...common, 'osd', 'new', osdId);
  await run('ceph-osd', ...common, '-i', '0', '--mkfs', '--osd-uuid', osdId);
  await run('ceph', ...common, 'osd', 'crush', 'add', 'osd.0', '1.0', 'root=default', 'host=localhost');
  daemon('ceph-osd', '-i', '0');
  const store = daemons.at(-1);
  await untilUp(async () => {
    if (store?.exitCode !== null) throw new Error('ceph-osd ended at its start');
    const { stdout } = await run('ceph', ...common, 'osd', 'stat');
    return / 1 up/.test(stdout);
  });
  const user = ['user', 'create', '--uid=dev', '--display-name=dev', '--access-key=devkey', '--secret=devsecret'];
  await run('radosgw-admin', ...common, ...user);
  daemon('radosgw', '-n', 'client.rgw');
  await untilListening(port, () => {
    const gateway = daemons.at(-1);
    return gateway?.exitCode === null
      ? undefined
      : readFileSync(join(folder, 'log', 'client.rgw.log'), 'utf8').slice(-2000);
  });
}

/** Settings, each with its reason in docs or where it is not obvious: fast elections, no authentication, all in memory. */
function settings(folder: string, port: number, monitorPort: number, fsid: string): string {
  return `[global]
fsid = ${fsid}
mon host = [v1:127.0.0.1:${monitorPort}]
ms bind msgr2 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 0
paxos propose interval = 0.02
paxos min wait = 0.01
mon osd report timeout = 900
osd heartbeat grace = 600
run dir = ${folder}/run
crash dir = ${folder}/crash
pid file = ${folder}/run/$name.pid
log file = ${folder}/log/$name.log
[mon]
mon data = ${folder}/mon/a
mon cluster log file = ${folder}/log/cluster.log
admin socket = ${folder}/run/$name.asok
[osd]
osd data = ${folder}/osd/0
osd objectstore = memstore
admin socket = ${folder}/run/$name.asok
memstore device bytes = 1G
osd memory target = 1073741824
[client]
keyring = ${folder}/keyring
admin socket =
[client.rgw]
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw enable apis = s3, admin
rgw crypt require ssl = false
rgw gc obj min wait = 1
rgw gc processor period = 5
rgw gc processor max time = 5
`;
}

async function untilUp(isUp: () => Promise<boolean>): Promise<void> {
  if (!(await isSoWithin(5000, isUp))) throw new Error('ceph-osd did not come up');
}

async function untilListening(port: number, died: () => string | undefined): Promise<void> {
  const isOpen = (): Promise<boolean> => {
    const last = died();
    if (last !== undefined) throw new Error(`radosgw ended: ${last}`);
    return new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  };
  if (!(await isSoWithin(30_000, isOpen))) throw new Error('radosgw did not listen within 30 seconds');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isExecutable(fsPath: string): boolean {
  try {
    accessSync(fsPath, constants.X_OK);
    return true;
  } catch {
    return false; // not there is an answer
  }
}
