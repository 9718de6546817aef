import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { ControlService } from '../../model/connection';
import type { HmacPair } from '../../model/serviceCredential';
import { makeFolderSync } from '../../system/makeFolder';
import { childEnvironment } from '../engine/childEnvironment';
import { yieldToEditor } from '../engine/childPriority';

/** What the extension uses of the line that the server prints when it is ready (docs/local-server.md). */
export interface ServerInfo {
  readonly endpoint: string;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly iamEndpoint: string;
  /** Static websites, at `http://<bucket>.localhost:<port>/`. */
  readonly websiteEndpoint?: string;
  /** Base URLs of the services around the data plane. */
  readonly controlEndpoints: Readonly<Record<ControlService, string>>;
  readonly apiKey: string;
  readonly serviceInstanceId: string;
  /** Signs links; the API key does everything else. */
  readonly hmac: HmacPair;
}

/** How to start the server. */
export interface ServerStart {
  readonly scriptFsPath: string;
  readonly dataFolderFsPath: string;
  readonly logFsPath: string;
  /** The port of the default location, whose followers serve the rest. 0: those of the last start, or any free ones. */
  readonly port: number;
  /** `window`: it stops with the process that started it. */
  readonly lifetime: 'window' | 'own';
  readonly environment: NodeJS.ProcessEnv;
}

/** A server that was started, or the sentence it left when it would not start. */
export type StartedServer =
  | {
      readonly kind: 'running';
      readonly child: ChildProcess;
      readonly info: ServerInfo;
      readonly ended: Promise<string>;
    }
  | { readonly kind: 'failed'; readonly message: string };

const startTimeoutMs = 30_000;
/** The server takes the ports that follow, too. */
const highestPort = 65_535 - 12;

/**
 * Starts the server and waits for its line. Sample buckets go into an empty data folder only; its log goes to a file.
 * Unless a port is asked for, the server gets those of its last start, so that copied URLs and saved connections stay
 * valid, and free ones when they are taken.
 */
export async function startServer(start: ServerStart): Promise<StartedServer> {
  if (start.port !== 0) return startAt(start);
  const again = await startAt({ ...start, port: lastPort(start.dataFolderFsPath) ?? randomPort() });
  return again.kind === 'running' ? again : startAt(start);
}

/** The port of the default location at the last start from a data folder. */
function lastPort(dataFolderFsPath: string): number | undefined {
  const info = toServerInfo(readJson(join(dataFolderFsPath, 'credentials.json'))?.['localServer']);
  if (info === undefined || !URL.canParse(info.endpoint)) return undefined;
  const port = Number(new URL(info.endpoint).port);
  return port > 0 && port <= highestPort ? port : undefined;
}

/** Below the ports that operating systems hand out by themselves, so that it is still free at the next start. */
function randomPort(): number {
  return randomInt(20_000, 30_000);
}

async function startAt(start: ServerStart): Promise<StartedServer> {
  const isFirstStart = !existsSync(join(start.dataFolderFsPath, 'cos.db'));
  makeFolderSync(dirname(start.logFsPath));
  const logOffset = existsSync(start.logFsPath) ? statSync(start.logFsPath).size : 0;
  const log = openSync(start.logFsPath, 'a', 0o600);
  const child = spawn(process.execPath, serverArguments(start, isFirstStart), {
    env: childEnvironment(start.environment),
    detached: start.lifetime === 'own',
    stdio: [start.lifetime === 'own' ? 'ignore' : 'pipe', 'pipe', log],
    windowsHide: true,
  });
  yieldToEditor(child);
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`),
    );
    child.once('error', (error) => resolve(error.message));
  });
  const line = await firstLine(child, ended);
  const info = line === undefined ? undefined : parseServerInfo(line);
  if (info !== undefined) {
    if (start.lifetime === 'own') child.unref();
    return { kind: 'running', child, info, ended };
  }
  child.kill('SIGKILL');
  const reason = await ended;
  const complaint = readFileSync(start.logFsPath).subarray(logOffset).toString('utf8').trim().split('\n').at(-1);
  return { kind: 'failed', message: complaint === undefined || complaint === '' ? reason : complaint };
}

/** Asks the server to stop, and ends it when it has not stopped after two seconds. */
export async function stopServer(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
  await ended;
  clearTimeout(timer);
}

/** The server that already serves a data folder, e.g. for another window, with the process that runs it. */
export async function findRunningServer(
  dataFolderFsPath: string,
): Promise<{ readonly info: ServerInfo; readonly pid: number } | undefined> {
  const pid = numberAt(readJson(join(dataFolderFsPath, 'server.lock')), 'pid');
  const credentials = readJson(join(dataFolderFsPath, 'credentials.json'));
  const info = toServerInfo(credentials?.['localServer']);
  if (pid === undefined || info === undefined || !(await answers(info.endpoint))) return undefined;
  return { info, pid };
}

/**
 * Asks a server to stop that was found running. Not if it does not run any more: since then the system may have given the
 * number of its process to another one.
 */
export async function stopFoundServer(dataFolderFsPath: string, pid: number): Promise<void> {
  const running = await findRunningServer(dataFolderFsPath);
  if (running?.pid !== pid) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    // One that is gone already is what was wanted.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
  }
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function serverArguments(start: ServerStart, isFirstStart: boolean): readonly string[] {
  return [
    start.scriptFsPath,
    '--data',
    start.dataFolderFsPath,
    '--port',
    String(start.port),
    ...(isFirstStart ? ['--seed', 'demo'] : []),
    ...(start.lifetime === 'window' ? ['--exit-with-parent'] : []),
  ];
}

function firstLine(child: ChildProcess, ended: Promise<string>): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => resolve(undefined), startTimeoutMs);
    const finish = (line: string | undefined): void => {
      clearTimeout(timer);
      resolve(line);
    };
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) finish(text.slice(0, end));
    });
    void ended.then(() => finish(undefined));
  });
}

/** Reads the server's line. Anything else, e.g. of a server of another version, is undefined. */
export function parseServerInfo(line: string): ServerInfo | undefined {
  try {
    return toServerInfo(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function toServerInfo(value: unknown): ServerInfo | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const { endpoint, endpoints, iamEndpoint, apiKey, serviceInstanceId, accessKeyId, secretAccessKey } = fields;
  const isComplete =
    typeof endpoint === 'string' &&
    typeof iamEndpoint === 'string' &&
    typeof apiKey === 'string' &&
    typeof serviceInstanceId === 'string' &&
    typeof accessKeyId === 'string' &&
    typeof secretAccessKey === 'string' &&
    typeof endpoints === 'object' &&
    endpoints !== null &&
    Object.values(endpoints).every((url) => typeof url === 'string');
  if (!isComplete) return undefined;
  const { configEndpoint, kmsEndpoint, resourceControllerEndpoint, endpointsCatalogueUrl } = fields;
  if (typeof configEndpoint !== 'string' || typeof kmsEndpoint !== 'string') return undefined;
  if (typeof resourceControllerEndpoint !== 'string' || typeof endpointsCatalogueUrl !== 'string') return undefined;
  return {
    endpoint,
    endpoints: endpoints as Record<string, string>,
    iamEndpoint,
    ...(typeof fields['websiteEndpoint'] === 'string' ? { websiteEndpoint: fields['websiteEndpoint'] } : {}),
    controlEndpoints: {
      configuration: configEndpoint,
      accounts: iamEndpoint,
      keyProtect: kmsEndpoint,
      resourceController: resourceControllerEndpoint,
      endpointCatalogue: endpointsCatalogueUrl.replace(/\/endpoints$/, ''),
    },
    apiKey,
    serviceInstanceId,
    hmac: { accessKeyId, secretAccessKey },
  };
}

function readJson(fsPath: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(fsPath, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined; // no server, or one that is just writing the file: then a start tells what is wrong
  }
}

function numberAt(fields: Readonly<Record<string, unknown>> | undefined, name: string): number | undefined {
  const value = fields?.[name];
  return typeof value === 'number' ? value : undefined;
}

/** Whether something takes connections at an endpoint of this machine. */
function answers(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 1000 });
    const finish = (doesAnswer: boolean): void => {
      socket.destroy();
      resolve(doesAnswer);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
  });
}
