import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName, connectionId, type TransferId } from '../../../src/model/ids';
import type { LocalPlatform } from '../../../src/model/localNames';
import { isFinal, type TransferSnapshot } from '../../../src/model/transferState';
import type { EngineConfiguration, HostRequests, TransferRequest } from '../../../src/protocol/requests';
import { checksumsInPlace } from '../../../src/engine/checksums/checksums';
import type { EngineClock } from '../../../src/engine/clock';
import { createTransfers, type Transfers } from '../../../src/engine/transfers/createTransfers';
import type { JournalKeeper } from '../../../src/engine/transfers/journalKeeper';
import { MemoryCosClient } from '../../fakes/memoryCosClient';

export const connection = connectionId('test');
export const bucket = bucketName('bucket');
export const mebibyte = 1024 * 1024;

type ClashQuestion = HostRequests['transfer/decideClashes']['params'];
type ClashAnswer = HostRequests['transfer/decideClashes']['result'];

/** Everything around the transfers of one test: a service in memory, a folder on disk, and what the host was told. */
export interface World {
  readonly client: MemoryCosClient;
  /** Services behind other connections than `connection`. */
  readonly others: Map<string, MemoryCosClient>;
  readonly transfers: Transfers;
  readonly folder: string;
  readonly told: TransferSnapshot[][];
  /** What the log was told. */
  readonly log: string[];
  readonly questions: ClashQuestion[];
  answer: ClashAnswer;
  /** Starts a transfer and waits for its end. */
  run(request: TransferRequest): Promise<TransferSnapshot>;
  start(request: TransferRequest): Promise<TransferId>;
  end(transferId: TransferId): Promise<TransferSnapshot>;
  dispose(): Promise<void>;
}

const clock: EngineClock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, durationMs);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new Error('aborted'));
      });
    }),
};

export async function makeWorld(
  options: {
    configuration?: Partial<EngineConfiguration>;
    platform?: LocalPlatform;
    clock?: EngineClock;
    /** The service of another world, to go on there. */
    client?: MemoryCosClient;
    keeper?: JournalKeeper;
    /** Transfers of different worlds need different ids. */
    idPrefix?: string;
  } = {},
): Promise<World> {
  const client = options.client ?? new MemoryCosClient('bucket');
  const folder = await mkdtemp(join(tmpdir(), 'cos-transfers-'));
  const told: TransferSnapshot[][] = [];
  const questions: ClashQuestion[] = [];
  const log: string[] = [];
  let count = 0;
  const configuration: EngineConfiguration = {
    protocolVersion: 1,
    strictTls: true,
    caFiles: [],
    useSystemCertificates: false,
    requestTimeoutMs: 1000,
    memoryBudgetBytes: 32 * mebibyte,
    maxConnections: 8,
    preferredPartBytes: 5 * mebibyte,
    ...options.configuration,
  };
  const world: World = {
    client,
    others: new Map(),
    folder,
    told,
    log,
    questions,
    answer: 'cancel',
    transfers: createTransfers({
      clientFor: (id) => Promise.resolve(id === connection ? client : world.others.get(id)!),
      host: {
        decideClashes: (question) => {
          questions.push(question);
          return Promise.resolve(world.answer);
        },
        notify: (name, params) => {
          if (name === 'engine/log') log.push((params as { text: string }).text);
          if (name === 'transfers/progress') told.push([...(params as { transfers: TransferSnapshot[] }).transfers]);
        },
      },
      configuration: () => configuration,
      checksums: checksumsInPlace,
      clock: options.clock ?? clock,
      ids: () => `${options.idPrefix ?? 't'}${++count}` as TransferId,
      ...(options.keeper === undefined ? {} : { keeper: options.keeper }),
      ...(options.platform === undefined ? {} : { platform: options.platform }),
    }),
    start: async (request) => {
      const signal = new AbortController().signal;
      return (await world.transfers.handlers['transfers/start'](request, signal)).transferId;
    },
    end: async (transferId) => {
      await world.transfers.finished(transferId);
      const all = await world.transfers.handlers['transfers/list'](null, new AbortController().signal);
      const snapshot = all.find((one) => one.transferId === transferId)!;
      if (!isFinal(snapshot.state)) throw new Error(`ended as ${snapshot.state}`);
      return snapshot;
    },
    run: async (request) => world.end(await world.start(request)),
    dispose: async () => {
      await world.transfers.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** All files below a folder with their text, by relative path; folders end in `/` and have no text. */
export async function tree(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    if (entries.length === 0 && below !== '') found[below] = '';
    for (const entry of entries) {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory()) await walk(`${path}/`);
      else found[path] = await readFile(join(folder, path), 'utf8');
    }
  };
  await walk('');
  return found;
}

/** Bytes that differ everywhere and are the same for the same seed. */
export function patternBytes(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed >>> 0 || 1;
  for (let at = 0; at + 4 <= sizeBytes; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeInt32LE(state | 0, at);
  }
  return bytes;
}
