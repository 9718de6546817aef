import { randomUUID } from 'node:crypto';
import type { Connection, Credential } from '../model/connection';
import { bucketName, type TransferId } from '../model/ids';
import type { EngineConfiguration } from '../protocol/requests';
import { protocolVersion } from '../protocol/version';
import { defaultAccountsEndpoint, defaultIamEndpoint } from './auth/iam';
import { findPasscodePage, redeemPasscode } from './auth/passcode';
import { checksumsInPlace } from './checksums/checksums';
import { ThreadedChecksums } from './checksums/threadedChecksums';
import { createClients } from './clients';
import { systemClock, type EngineClock } from './clock';
import { createHmacKey } from './control/hmacKeys';
import { listInstances } from './control/instances';
import { createLocationCatalogue } from './control/locationCatalogue';
import { createCosClient } from './cos/createCosClient';
import type { FullCosClient } from './cos/fullClient';
import { diagnose } from './doctor/diagnose';
import { createWriteAllowances } from './cos/writeGuard';
import { createDocumentHandlers } from './documents/documents';
import type { Engine, EngineHost } from './engine';
import { CosFailure } from './failure';
import { connectionSettings, createHttpClient } from './http/httpClient';
import { defaultRetryPolicy, type RetryPolicy } from './http/retry';
import { createAnnouncementHandlers } from './requests/announcements';
import { createAttributeHandlers } from './requests/attributes';
import { createBackupHandlers } from './requests/backups';
import { createBucketConfigHandlers } from './requests/bucketConfig';
import { createBucketHandlers, testConnection, testPublicBucket, type ClientFor } from './requests/buckets';
import { createEmptyingHandlers } from './requests/emptying';
import { createLinkHandlers } from './requests/links';
import { createObjectHandlers } from './requests/objects';
import { createProtectionHandlers } from './requests/protection';
import { createVersionHandlers } from './requests/versions';
import { createWebsiteHandlers } from './requests/website';
import { createReplicationHandlers } from './requests/replication';
import { createUploadHandlers } from './requests/uploads';
import { createTransfers } from './transfers/createTransfers';
import { Deletions } from './transfers/deletions';
import type { Journal } from './transfers/journal';
import { JournalKeeper } from './transfers/journalKeeper';
import { openJournal as openJournalIn } from './transfers/openJournal';
import { Leases } from './transfers/leases';

/** What an engine is made of. */
export interface EngineOptions {
  readonly host: EngineHost;
  readonly configuration: EngineConfiguration;
  readonly clock?: EngineClock;
  readonly retryPolicy?: RetryPolicy;
  /** Where proxies and certificate files are looked up; the process's own by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The program of the thread that takes checksums; without it they are taken where they are needed. */
  readonly checksumThreadFile?: string;
}

/** Builds an engine. Sends nothing yet. Throws `CosFailure` for a configuration that cannot be used. */
export function createEngine(options: EngineOptions): Engine {
  const { host } = options;
  const clock = options.clock ?? systemClock;
  const environment = options.environment ?? process.env;
  let configuration = accepted(options.configuration);
  const http = createHttpClient({
    configuration,
    clock,
    policy: options.retryPolicy ?? defaultRetryPolicy,
    environment,
    random: Math.random,
    log: (line) => host.notify('engine/log', line),
  });
  const catalogue = createLocationCatalogue(http, clock);
  const allowances = createWriteAllowances(clock);
  const checksums =
    options.checksumThreadFile === undefined ? checksumsInPlace : new ThreadedChecksums(options.checksumThreadFile);
  const clients = createClients({ host, http, clock, checksums, allowances });
  const clientFor: ClientFor = (connectionId, signal) => clients.of(connectionId, signal);

  /** Works with settings that may not be saved, and keeps nothing of them. */
  async function withUnsaved<T>(
    connection: Connection,
    credential: Credential,
    work: (client: FullCosClient) => Promise<T>,
  ): Promise<T> {
    const client = createCosClient({ connection, resolveCredential: async () => credential, http, clock });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  const journal = openJournal(configuration, host);
  const me = { ownerId: randomUUID(), pid: process.pid };

  const deletions = new Deletions();
  const transfers = createTransfers({
    deletions,
    ...(journal === undefined ? {} : { keeper: new JournalKeeper(journal, new Leases(journal, clock, me)) }),
    clientFor,
    host,
    checksums,
    configuration: () => configuration,
    clock,
    ids: () => randomUUID() as TransferId,
  });

  return {
    handlers: {
      'engine/configure': async (wanted) => {
        accepted(wanted);
        http.configure(wanted);
        configuration = wanted;
        transfers.configured();
        return { protocolVersion, pid: process.pid };
      },
      'connection/test': async ({ connection, credential }, signal) =>
        await withUnsaved(connection, credential, async (client) => {
          const [bucket] = connection.kind === 'anonymous' ? (connection.extraBuckets ?? []) : [];
          return bucket === undefined
            ? await testConnection(client, clock, signal)
            : await testPublicBucket(client, bucketName(bucket), clock, signal);
        }),
      'connection/allowChanges': async ({ connectionId, typedName }, signal) => {
        const { name } = await host.resolveConnection(connectionId, signal);
        if (typedName !== name) throw wrongName();
        allowances.allow(connectionId);
        return null;
      },
      'connection/diagnose': async ({ connectionId, ...place }, signal) => {
        const connection = await host.resolveConnection(connectionId, signal);
        const resolveCredential = async (waiting: AbortSignal) => await host.resolveCredential(connectionId, waiting);
        const network = connectionSettings(configuration, environment);
        const timeoutMs = Math.min(configuration.requestTimeoutMs, 15_000);
        const client = createCosClient({ connection, resolveCredential, http, clock });
        try {
          const options = { connection, resolveCredential, client, http, network, timeoutMs, clock };
          return await diagnose(options, place, signal);
        } finally {
          await client.close();
        }
      },
      'locations/list': async ({ catalogueEndpoint }, signal) => await catalogue.list(catalogueEndpoint, signal),
      'accounts/findPasscodePage': async ({ iamEndpoint = defaultIamEndpoint }, signal) =>
        await findPasscodePage(http, iamEndpoint, signal),
      'accounts/redeemPasscode': async ({ passcode, iamEndpoint, accountsEndpoint }, signal) => {
        const place = {
          iamEndpoint: iamEndpoint ?? defaultIamEndpoint,
          accountsEndpoint: accountsEndpoint ?? defaultAccountsEndpoint(iamEndpoint),
        };
        return await redeemPasscode(http, place, passcode, signal);
      },
      'accounts/listInstances': async ({ connection, credential }, signal) =>
        await withUnsaved(connection, credential, ({ control }) => listInstances(control, signal)),
      'accounts/createHmacKey': async ({ connectionId, ...wish }, signal) => {
        const { control, serviceInstanceId = '' } = await clientFor(connectionId, signal);
        return await createHmacKey(control, { ...wish, serviceInstanceId }, signal);
      },
      'connection/forget': async ({ connectionId }) => {
        allowances.forbid(connectionId);
        // What runs goes on as it began, and may need a token for that.
        clients.forget(connectionId, transfers.ended(connectionId));
        return null;
      },
      ...createBucketHandlers(clientFor),
      ...createEmptyingHandlers(clientFor, { runningUploads: () => transfers.runningUploads(), clock }),
      ...createObjectHandlers(clientFor),
      ...createLinkHandlers(clientFor),
      ...createWebsiteHandlers(clientFor),
      ...createAttributeHandlers(clientFor),
      ...createProtectionHandlers(clientFor),
      ...createVersionHandlers(clientFor, deletions),
      ...createDocumentHandlers(clientFor, clock),
      ...createAnnouncementHandlers(journal, clock),
      ...createBackupHandlers(clientFor),
      ...createBucketConfigHandlers(clientFor),
      ...createReplicationHandlers(clientFor),
      ...createUploadHandlers(clientFor, () => transfers.runningUploads()),
      ...transfers.handlers,
    },
    async close() {
      await transfers.close();
      catalogue.close();
      journal?.close();
      await clients.close();
      await http.close();
      checksums.close();
    },
  };
}

function wrongName(): CosFailure {
  const detail = 'What was typed is not the name of the connection.';
  return new CosFailure({
    kind: 'invalid',
    op: 'connection/allowChanges',
    reason: 'notConfirmed',
    retry: 'never',
    detail,
  });
}

/** A journal that cannot be opened costs transfers their survival, not the engine. */
function openJournal({ stateFolderFsPath }: EngineConfiguration, host: EngineHost): Journal | undefined {
  if (stateFolderFsPath === undefined) return undefined;
  try {
    const { journal, setAside, newer } = openJournalIn(stateFolderFsPath, Date.now());
    if (newer !== undefined) {
      const text = `the journal of transfers "${newer}" was written by a newer version and left as it is; transfers of this version have one of their own`;
      host.notify('engine/log', { level: 'warn', text });
    }
    if (setAside !== undefined) {
      host.notify('engine/log', { level: 'warn', text: `the journal of transfers was set aside as "${setAside}"` });
      host.notify('transfers/journalSetAside', { fsPath: setAside });
    }
    return journal;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    host.notify('engine/log', {
      level: 'warn',
      text: `transfers end with this window, since their journal cannot be opened: ${detail}`,
    });
    return undefined;
  }
}

/** Refuses a configuration of another version of the contract: extension and engine come in one package. */
function accepted(configuration: EngineConfiguration): EngineConfiguration {
  if (configuration.protocolVersion === protocolVersion) return configuration;
  throw new CosFailure({
    kind: 'unsupported',
    op: 'engine/configure',
    retry: 'never',
    detail: `The engine speaks version ${protocolVersion} of the protocol, the extension version ${configuration.protocolVersion}. Install the extension again.`,
  });
}
