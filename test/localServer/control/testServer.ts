import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Body } from './body';
import { startLocalServer, type LocalServer, type LocalServerOptions } from '../../../src/localServer/server';

export interface TestServer extends LocalServer {
  readonly dataFolder: string;
  readonly log: string[];
}

/** A server of its own on free ports, in a new data folder unless one is given. */
export async function startTestServer(options: Partial<LocalServerOptions> = {}): Promise<TestServer> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'cos-control-'));
  const log: string[] = [];
  const server = await startLocalServer({
    port: 0,
    seed: 'none',
    transport: 'http',
    log: (line) => log.push(line),
    ...options,
    dataFolder,
  });
  const close = async () => {
    await server.close();
    if (options.dataFolder === undefined) rmSync(dataFolder, { recursive: true, force: true });
  };
  return { ...server, close, dataFolder, log };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; an empty object for an empty body. */
  readonly json: Body;
}

/** Sends JSON (or nothing) and reads JSON (or nothing). */
export async function call(
  method: string,
  url: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: JSON.parse(text === '' ? '{}' : text) as Body };
}

export const apiKeyGrant = 'urn:ibm:params:oauth:grant-type:apikey';
export const passcodeGrant = 'urn:ibm:params:oauth:grant-type:passcode';
/** `bx:bx`, the client of IBM's command line. */
export const bxClient = { authorization: 'Basic Yng6Yng=' };

/** Posts a form to the token endpoint. */
export async function postToken(
  server: Pick<LocalServer, 'info'>,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${server.info.iamEndpoint}/identity/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(form),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as Body };
}

/** An access token for an API key, the person's own unless one is given. */
export async function accessToken(server: Pick<LocalServer, 'info'>, apiKey = server.info.apiKey): Promise<string> {
  const { status, json } = await postToken(server, { grant_type: apiKeyGrant, apikey: apiKey });
  if (status !== 200) throw new Error(`no token: ${status} ${JSON.stringify(json)}`);
  return json.access_token;
}

/** The API key of the service credential that every new data folder has for a role. */
export async function apiKeyOfRole(server: LocalServer, role: string): Promise<string> {
  const { json } = await call('GET', `${server.info.adminEndpoint}/keys`);
  const key = json.keys.find(({ name }) => name === `local-${role}`);
  if (key === undefined) throw new Error(`no key of role ${role}`);
  return key.apiKey;
}
