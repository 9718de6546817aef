import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConformanceClient, Preparation } from '../client';
import { runProgram } from '../program';

/** IBM's Go SDK, with an API key and with HMAC keys. */
export const goSdk: ConformanceClient = {
  name: 'go-sdk',
  title: 'IBM COS SDK for Go',
  isProven: true,
  prepare: async (packageFolder) => install(packageFolder),
  run: (context) => runProgram(context, { command: join(context.packageFolder, programName), args: [] }),
};

const programName = 'conformance';
const version = '1.14.1';
/** The Go that the SDK asks for, as a module: any Go can fetch it. */
const toolchain = 'golang.org/toolchain@v0.0.1-go1.25.5';

/** Builds the program with the modules that `go.mod` pins; nothing is fetched that lies in the module cache already. */
function install(folder: string): Preparation {
  const found = findGo();
  if (found.state === 'missing') return found;
  const args = ['build', '-o', resolve(folder, programName), '.'];
  const { status, stderr } = spawnSync(found.version, args, {
    cwd: resolve('test/conformance/goSdk'),
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly -buildvcs=false' },
  });
  if (status === 0) return { state: 'ready', version };
  if (/^\.?\/?\w+\.go:\d+/m.test(stderr)) throw new Error(stderr);
  const [line = 'no answer'] = stderr.trim().split('\n').slice(-1);
  return { state: 'missing', reason: `go could not build with ibm-cos-sdk-go ${version} (${line})` };
}

/** The machine's Go where it is new enough, otherwise the toolchain module's. Its path is what it answers as `version`. */
function findGo(): Preparation {
  const env = { ...process.env, GOTOOLCHAIN: 'local', GO111MODULE: 'on' };
  const own = ['go', '/usr/local/go/bin/go', '/usr/bin/go'].find(
    (command) => spawnSync(command, ['version'], { env, timeout: 60_000 }).status === 0,
  );
  if (own === undefined) {
    return { state: 'missing', reason: 'go does not run; install it with: apt-get install -y golang-go' };
  }
  const told = spawnSync(own, ['version'], { env, encoding: 'utf8' }).stdout;
  const [, minor = '0'] = /go1\.(\d+)/.exec(told) ?? [];
  if (Number(minor) >= 25) return { state: 'ready', version: own };
  const platform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-amd64';
  const args = ['mod', 'download', '-json', `${toolchain}.${platform}`];
  const download = spawnSync(own, args, { encoding: 'utf8', timeout: 300_000, env, cwd: '/' });
  if (download.status !== 0) {
    return { state: 'missing', reason: `${told.trim()} is too old, and its toolchain module could not be fetched` };
  }
  const { Dir } = JSON.parse(download.stdout) as { Dir: string };
  // Files of a module lie there without the right to be run.
  for (const tools of ['bin', `pkg/tool/${platform.replace('-', '_')}`]) {
    for (const name of readdirSync(join(Dir, tools))) chmodSync(join(Dir, tools, name), 0o755);
  }
  return { state: 'ready', version: join(Dir, 'bin/go') };
}
