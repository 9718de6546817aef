import { createHash, randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../model/connection';
import { isAmazonKey } from '../model/credentialSources';
import { connectionId, type TransferId } from '../model/ids';
import { locationOfHost } from '../model/location';
import { shownText } from '../model/shownText';
import type { TransferSnapshot } from '../model/transferState';
import type { EngineConfiguration } from '../protocol/requests';
import { protocolVersion } from '../protocol/version';
import { ThreadedChecksums } from '../engine/checksums/threadedChecksums';
import { systemClock } from '../engine/clock';
import type { BucketProtectionOperations } from '../engine/cos/bucketProtection';
import type { CosClient } from '../engine/cos/client';
import { createCosClient } from '../engine/cos/createCosClient';
import { createHttpClient } from '../engine/http/httpClient';
import { defaultRetryPolicy } from '../engine/http/retry';
import { createTransfers, type Transfers } from '../engine/transfers/createTransfers';
import type { Journal } from '../engine/transfers/journal';
import { JournalKeeper } from '../engine/transfers/journalKeeper';
import { Leases } from '../engine/transfers/leases';
import { openJournal } from '../engine/transfers/openJournal';
import { authChoice, type CommonOptions } from './commandLine';
import { findCredential, type FoundCredential } from './credentials';
import { UsageError } from './exitCode';
import { complain } from './output';

const mebibyte = 1024 * 1024;

/** The engine as the command line runs it: one connection, from arguments and environment. */
export interface Session {
  readonly client: CosClient & Pick<BucketProtectionOperations, 'getMechanism'>;
  readonly transfers: Transfers;
  readonly connection: Connection;
  readonly partBytes: number;
  readonly concurrency: number;
  close(): Promise<void>;
}

/** Finds credentials and endpoint and sets the engine up. Sends nothing. Throws `UsageError` for what is missing. */
export function openSession(
  options: CommonOptions,
  environment: NodeJS.ProcessEnv,
  progress: (transfers: readonly TransferSnapshot[]) => void,
  /** Whether what it moves is noted, so that a later run can go on with it. */
  isNoted = false,
): Session {
  const found: FoundCredential = options.isUnsigned
    ? { credential: { kind: 'anonymous' }, source: '--no-sign-request' }
    : findCredential(environment, { profile: options.profile, auth: options.auth ?? authOf(environment) });
  const connection = connectionOf(found, endpointOf(options, found, environment), environment);
  const configuration = configurationOf(options, environment);
  const http = createHttpClient({
    configuration,
    clock: systemClock,
    policy: defaultRetryPolicy,
    environment,
    random: Math.random,
    log: ({ level, text }) => {
      if (environment['COS_LOG'] === 'debug' || (environment['COS_LOG'] === 'info' && level !== 'debug')) {
        process.stderr.write(`${shownText(text)}\n`);
      }
    },
  });
  const checksums = new ThreadedChecksums(join(__dirname, 'checksumThread.js'));
  const client = createCosClient({
    connection,
    http,
    checksums,
    clock: systemClock,
    resolveCredential: () => Promise.resolve(found.credential),
  });
  const journal = isNoted ? journalOf(connection, found, environment) : undefined;
  const me = { ownerId: randomUUID(), pid: process.pid };
  const transfers = createTransfers({
    clientFor: () => Promise.resolve(client),
    host: {
      decideClashes: () => Promise.resolve('cancel'),
      notify: (name, params) => {
        if (name === 'transfers/progress' && 'transfers' in params) progress(params.transfers);
        if (name === 'engine/log' && 'text' in params && params.level === 'warn') complain(params.text);
      },
    },
    checksums,
    configuration: () => configuration,
    clock: systemClock,
    ids: () => randomUUID() as TransferId,
    ...(journal === undefined ? {} : { keeper: new JournalKeeper(journal, new Leases(journal, systemClock, me)) }),
  });
  return {
    client,
    transfers,
    connection,
    partBytes: options.partBytes,
    concurrency: options.concurrency,
    close: async () => {
      await transfers.close();
      journal?.close();
      await client.close();
      await http.close();
      checksums.close();
    },
  };
}

function configurationOf(options: CommonOptions, environment: NodeJS.ProcessEnv): EngineConfiguration {
  const caBundle = environment['AWS_CA_BUNDLE'];
  return {
    protocolVersion,
    strictTls: true,
    caFiles: caBundle === undefined || caBundle === '' ? [] : [caBundle],
    useSystemCertificates: true,
    requestTimeoutMs: 60_000,
    memoryBudgetBytes: Math.max(128 * mebibyte, options.partBytes),
    maxConnections: options.concurrency,
    preferredPartBytes: options.partBytes,
    skipSymlinks: options.skipSymlinks,
    ...(options.maxBytesPerSecond === undefined ? {} : { maxBytesPerSecond: options.maxBytesPerSecond }),
  };
}

/** One journal for each endpoint and identity: what was begun with another one cannot be gone on with. */
function journalOf(
  connection: Connection,
  found: FoundCredential,
  environment: NodeJS.ProcessEnv,
): Journal | undefined {
  const identity = found.credential.kind === 'hmac' ? found.credential.accessKeyId : (found.serviceInstanceId ?? '');
  const place = createHash('sha256').update(`${connection.endpoint}\n${identity}`).digest('hex').slice(0, 16);
  const folder = join(stateFolder(environment), place);
  try {
    const { journal, setAside, newer } = openJournal(folder, Date.now());
    if (setAside !== undefined) {
      complain(
        `the journal of transfers was damaged, and lies at "${setAside}" now: what earlier runs left cannot be gone on with`,
      );
    }
    if (newer !== undefined) {
      complain(
        `the journal of transfers "${newer}" was written by a newer version of cos and left as it is: what runs of that version left, only that version goes on with`,
      );
    }
    return journal;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : text;
    complain(
      `the folder "${folder}" cannot hold the journal of transfers (${code}), so that no later run can go on with this one; COS_STATE_FOLDER names another folder`,
    );
    return undefined;
  }
}

function stateFolder(environment: NodeJS.ProcessEnv): string {
  const chosen = environment['COS_STATE_FOLDER'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const home = environment['XDG_STATE_HOME'] ?? environment['LOCALAPPDATA'];
  return join(home === undefined || home === '' ? join(homedir(), '.local', 'state') : home, 'cos-explorer');
}

function authOf(environment: NodeJS.ProcessEnv): CommonOptions['auth'] {
  const text = environment['COS_AUTH'];
  return text === undefined || text === '' ? undefined : authChoice(text, 'COS_AUTH');
}

function endpointOf(options: CommonOptions, found: FoundCredential, environment: NodeJS.ProcessEnv): string {
  const isIgnored = environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
  const configured = [environment['AWS_ENDPOINT_URL_S3'], environment['AWS_ENDPOINT_URL'], found.endpoint];
  const endpoint = [options.endpoint, ...(isIgnored ? [] : configured)].find((url) => url !== undefined && url !== '');
  if (endpoint === undefined) {
    throw new UsageError(
      'no endpoint is known; add --endpoint, e.g. --endpoint https://s3.us-south.cloud-object-storage.appdomain.cloud',
    );
  }
  return endpoint;
}

function connectionOf(found: FoundCredential, endpoint: string, environment: NodeJS.ProcessEnv): Connection {
  const { locationEndpoints } = found;
  const isLocalServer = Object.values(locationEndpoints ?? {}).includes(endpoint.replace(/\/+$/, ''));
  const base = {
    id: connectionId('command-line'),
    name: 'command line',
    endpoint,
    ...(isLocalServer && locationEndpoints !== undefined ? { locationEndpoints } : {}),
  };
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint;
  const location = locationOfHost(host);
  switch (found.credential.kind) {
    case 'anonymous':
      return { ...base, kind: 'anonymous' };
    case 'apiKey':
      return {
        ...base,
        kind: 'iam',
        serviceInstanceId: found.serviceInstanceId ?? '',
        ...(found.iamEndpoint === undefined ? {} : { iamEndpoint: found.iamEndpoint }),
      };
    case 'hmac':
      if (location !== undefined && isAmazonKey(found.credential.accessKeyId)) {
        throw new UsageError(
          `the access key of ${found.source} is one of Amazon Web Services; it was not sent to "${host}"`,
        );
      }
      return {
        ...base,
        kind: 'hmac',
        region: found.region ?? location ?? 'us-east-1',
        addressingStyle: environment['COS_ADDRESSING_STYLE'] === 'virtualHost' ? 'virtualHost' : 'path',
      };
  }
}
