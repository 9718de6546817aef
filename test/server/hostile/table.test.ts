import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/engine/clock';
import { createCosClient } from '../../../src/engine/cos/createCosClient';
import { CosFailure } from '../../../src/engine/failure';
import { answerLimits } from '../../../src/engine/http/answerLimits';
import { createHttpClient } from '../../../src/engine/http/httpClient';
import { defaultRetryPolicy } from '../../../src/engine/http/retry';
import { startHostileServer, tell, type HostileServer } from '../../fakes/hostileServer';
import { lies, type Lie } from '../../fakes/lies';
import { plainConfiguration, testConnectionId as id } from '../../fakes/servedEngine';
import { clientOperations, serviceOperations, type Subject } from './operations';
import { renderReliability } from './reliabilityDoc';

const page = 'docs/reliability.md';
const longestSilenceMs = 50;
/** The real limits, made small: what differs is how long they take. */
const small = { ...answerLimits, headSilences: 2, documentSilences: 3, maxDocumentBytes: 256 * 1024 };
const patient = { requestTimeoutMs: 60_000, limits: answerLimits };
const impatient = { requestTimeoutMs: longestSilenceMs, limits: small };
/** Where no time limit has to fire, none may fire on a busy machine. */
const calm = { requestTimeoutMs: 10_000, limits: small };
const policy = { maxAttempts: 2, maxConnectAttempts: 2, baseDelayMs: 1, maxDelayMs: 2 };
/** More than any cell takes; a cell that hangs takes forever. */
const longestCellMs = 20_000;
const mostCellBytes = 32 * 1024 * 1024;
const lanes = 48;

type Run = (subject: Subject) => Promise<unknown>;

const operations = new Map<string, { readonly run: Run; readonly isService: boolean }>();
for (const [name, run] of Object.entries(clientOperations)) {
  if (typeof run === 'function') operations.set(name, { run, isService: false });
}
for (const [name, run] of Object.entries(serviceOperations)) operations.set(name, { run, isService: true });

interface Cell {
  readonly lie: Lie;
  readonly operation: string;
}

/** What came of a cell: a failure with a sentence, or what the operation answered. */
type Outcome =
  | { readonly kind: 'refused'; readonly failure: CosFailure }
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'lost'; readonly what: string };

let stranger: HostileServer;
const found = new Map<string, Outcome>();
const sent = new Map<string, number>();
const cancelMs = new Map<string, number>();
const nameOf = ({ lie, operation }: Cell): string => `${lie.name} × ${operation}`;

async function within<T>(work: Promise<T>, limitMs: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, limitMs, 'late')));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function runCell(
  { lie, operation }: Cell,
  { requestTimeoutMs, limits }: typeof patient,
  abortAfterMs?: number,
): Promise<Outcome> {
  const elsewhere = stranger.origin.replace('127.0.0.1', 'localhost');
  const { run, isService } = operations.get(operation)!;
  const token = JSON.stringify({ access_token: 'secret-token', expires_in: 3600, refresh_token: 'secret-refresh' });
  const server = await startHostileServer((request, socket) => {
    // A client by API key has its token already: the lie is about what comes after it.
    const isSignIn = isService && request.path === '/identity/token' && request.body.includes('sign-in-key');
    if (isSignIn) tell(socket, request, { status: 200, headers: {}, body: Buffer.from(token) });
    else lie.tell(request, socket, { stranger: elsewhere });
  });
  const http = createHttpClient({
    configuration: { ...plainConfiguration, requestTimeoutMs },
    clock: systemClock,
    policy,
    environment: {},
    random: Math.random,
    log: () => undefined,
    limits,
  });
  const { origin } = server;
  const common = { id, name: 'hostile', endpoint: origin } as const;
  const controlEndpoints = { configuration: origin, keyProtect: origin, resourceController: origin, accounts: origin };
  const client = createCosClient({
    connection: { ...common, kind: 'hmac', region: 'us-south', addressingStyle: 'path' },
    resolveCredential: async () => ({ kind: 'hmac', accessKeyId: 'id', secretAccessKey: 'secret' }),
    http,
    clock: systemClock,
  });
  const iamClient = createCosClient({
    connection: { ...common, kind: 'iam', serviceInstanceId: 'instance', iamEndpoint: origin, controlEndpoints },
    resolveCredential: async () => ({ kind: 'apiKey', apiKey: 'sign-in-key' }),
    http,
    clock: systemClock,
  });
  const abort = new AbortController();
  let abortedAtMs: number | undefined;
  const timer =
    abortAfterMs === undefined
      ? undefined
      : setTimeout(() => {
          abortedAtMs = performance.now();
          abort.abort();
        }, abortAfterMs);
  try {
    const work = run({ client, iamClient, http, origin, signal: abort.signal }).then(
      (value): Outcome => ({ kind: 'answered', value }),
      (error: unknown): Outcome =>
        error instanceof CosFailure ? { kind: 'refused', failure: error } : { kind: 'lost', what: String(error) },
    );
    const outcome = await within(work, longestCellMs);
    if (abortedAtMs !== undefined) cancelMs.set(nameOf({ lie, operation }), performance.now() - abortedAtMs);
    return outcome === 'late' ? { kind: 'lost', what: 'it does not end' } : outcome;
  } finally {
    clearTimeout(timer);
    sent.set(nameOf({ lie, operation }), server.sentBytes());
    await client.close();
    await iamClient.close();
    await http.close();
    await server.close();
  }
}

const cells = lies.flatMap((lie) => [...operations.keys()].map((operation): Cell => ({ lie, operation })));

async function runAll(some: readonly Cell[], work: (cell: Cell) => Promise<void>): Promise<void> {
  const left = [...some];
  const lane = async (): Promise<void> => {
    for (let cell = left.pop(); cell !== undefined; cell = left.pop()) await work(cell);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Numbers that nothing can be, anywhere in an answer. */
function impossibleIn(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is ${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => impossibleIn(inner, `${path}.${name}`));
}

describe('every operation, answered by every lie', () => {
  beforeAll(async () => {
    stranger = await startHostileServer((request, socket) =>
      tell(socket, request, { status: 200, headers: {}, body: Buffer.from('<x/>') }),
    );
    await runAll(
      cells,
      async (cell) => void found.set(nameOf(cell), await runCell(cell, cell.lie.kind === 'hangs' ? impatient : calm)),
    );
  }, 240_000);
  afterAll(async () => {
    await stranger.close();
  });

  it('has a row for everything that the client can do', () => {
    const http = { send: () => Promise.reject(new Error('unused')) } as never;
    const client = createCosClient({
      connection: { kind: 'iam', id, name: 'n', endpoint: 'https://h', serviceInstanceId: 'i' },
      resolveCredential: () => Promise.reject(new Error('unused')),
      http,
      clock: systemClock,
    });
    expect(Object.keys(client).filter((name) => !(name in clientOperations))).toEqual([]);
    expect(cells.filter((cell) => !found.has(nameOf(cell)))).toEqual([]);
  });

  it('has a row for everything that asks IAM or a service around the data plane', () => {
    const rooms = ['auth', 'control', 'backup'].map((room) => `src/engine/${room}`);
    const texts = rooms.flatMap((room) => readdirSync(room).map((file) => readFileSync(`${room}/${file}`, 'utf8')));
    const asking = texts.flatMap((text) =>
      [
        ...text.matchAll(/^export (?:async )?function (\w+)\(\s*(?:control|http): (?:ControlClient|HttpClient)\b/gm),
      ].map(([, name = '']) => name),
    );
    expect(asking).toContain('listInstances');
    expect(asking).toContain('requestToken');
    const elsewhere = new Map([
      ['requestToken', 'a row for each of its grants'],
      ['createLocationCatalogue', 'falls back to the catalogue of the package: test/server/locations.test.ts'],
    ]);
    expect(asking.filter((name) => !(name in serviceOperations) && !elsewhere.has(name))).toEqual([]);
  });

  it('ends in bounded time, with a failure that says what is wrong or an answer that can be', () => {
    const wrong = [...found].flatMap(([name, outcome]) => {
      switch (outcome.kind) {
        case 'lost':
          return [`${name}: ${outcome.what}`];
        case 'answered':
          return impossibleIn(outcome.value).map((what) => `${name}: ${what}`);
        case 'refused': {
          const { detail, kind } = outcome.failure.error;
          const isSentence = detail.length > 15 && !/TypeError|RangeError|undefined|\[object|\n\s+at /.test(detail);
          return isSentence && kind !== 'cancelled' ? [] : [`${name}: ${kind}: ${detail}`];
        }
      }
    });
    expect(wrong).toEqual([]);
  });

  it('reads no more than a bounded part of what never ends', () => {
    expect([...sent].filter(([, bytes]) => bytes > mostCellBytes)).toEqual([]);
  });

  it('tells nothing to a host that an answer names', () => {
    expect(stranger.seen).toEqual([]);
  });

  it('repeats no secret in a failure', () => {
    const told = [...found].filter(
      ([, outcome]) => outcome.kind === 'refused' && /secret-|sign-in-key/.test(JSON.stringify(outcome.failure.error)),
    );
    expect(told).toEqual([]);
  });

  it('can be cancelled within a second while it waits for what never ends', async () => {
    const hanging = cells.filter(({ lie }) => lie.kind === 'hangs');
    const outcomes = new Map<string, Outcome>();
    await runAll(hanging, async (cell) => void outcomes.set(nameOf(cell), await runCell(cell, patient, 15)));
    const lost = [...outcomes].filter(([, outcome]) => outcome.kind === 'lost').map(([name]) => name);
    expect(lost).toEqual([]);
    // Noise of a busy machine counts against all at once.
    const late = [...cancelMs].filter(([, ms]) => ms > 1000);
    expect(late.length).toBeLessThan(hanging.length / 100);
  }, 240_000);

  it('is written down in docs/reliability.md as it is', () => {
    const rendered = renderReliability({
      lies,
      operations: [...operations.keys()],
      without: Object.entries(clientOperations).flatMap(([name, row]) =>
        typeof row === 'function' ? [] : [{ name, because: row.because }],
      ),
      outcomeOf: (lie, operation) => (found.get(nameOf({ lie, operation }))?.kind === 'answered' ? 'done' : 'refused'),
      limits: answerLimits,
      shown: {
        silenceMs: longestSilenceMs,
        documentBytes: small.maxDocumentBytes,
        cellSeconds: longestCellMs / 1000,
        sentMiB: mostCellBytes / 1024 / 1024,
      },
      policy: defaultRetryPolicy,
    });
    if (process.env['UPDATE_RELIABILITY'] !== undefined) writeFileSync(page, rendered);
    expect(existsSync(page) ? readFileSync(page, 'utf8') : '').toBe(rendered);
  });
});
