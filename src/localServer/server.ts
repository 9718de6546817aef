import { randomBytes } from 'node:crypto';
import { createAdminHandler } from './admin';
import { Backups } from './backup/backups';
import { AdjustableClock } from './clock';
import { catalogueRoute } from './control/endpointCatalogue';
import { createJsonHandler, type JsonService } from './jsonService';
import { createKeyProtect } from './control/keyProtect';
import { createResourceConfiguration } from './control/resourceConfiguration';
import { createResourceController } from './control/resourceController';
import { storedBuckets } from './control/storedBuckets';
import type { Faults, RequestHandler } from './contracts';
import { writeCredentialsFile } from './credentialsFile';
import { holdDataFolder } from './dataFolder';
import { FaultInjector } from './faults';
import { createIamService } from './iam/iamService';
import { Identities } from './iam/identities';
import { Passcodes } from './iam/passcodes';
import { computeTokenFsPath } from './iam/trustedProfile';
import { defaultTokenSettings } from './iam/tokenEndpoint';
import type { LocalServerInfo } from './info';
import { startLifecycleSchedule, type LifecycleSchedule } from './lifecycleSchedule';
import { listen, type Listener, type Transport } from './listener';
import { locations } from './locations';
import { Replicator } from './replication/replicator';
import { RequestLog } from './requestLog';
import { answerClientErrors } from './s3/wire/clientError';
import { createS3Handler } from './s3/handler';
import { defaultSwitches } from './s3/message/options';
import { startSchedule } from './schedule';
import { loadObjects, type BulkLoad } from './seed/bulkLoad';
import { demoBuckets } from './seed/demoBuckets';
import { seedStore } from './seed/seedStore';
import { StartError } from './startError';
import { openStore, type Store } from './store/store';
import { openTlsFiles } from './tls';
import { createWebsiteHandler } from './website/websiteHandler';

export interface LocalServerOptions {
  readonly dataFolder: string;
  /** The port of the default location; 0 for free ports everywhere. */
  readonly port: number;
  readonly seed: 'none' | 'demo';
  /** Buckets to fill before anything listens. */
  readonly loads?: readonly BulkLoad[];
  readonly transport: 'http' | 'https';
  /** Takes one line of log, without a newline. */
  readonly log: (line: string) => void;
}

/** A running server. */
export interface LocalServer {
  readonly info: LocalServerInfo;
  readonly clock: AdjustableClock;
  readonly faults: FaultInjector;
  readonly requests: RequestLog;
  /** Finishes what is in flight for a second, then closes connections, store and data folder. */
  close(): Promise<void>;
}

/** Undone in reverse order when the server closes or cannot start. */
type Closers = (() => Promise<void> | void)[];

const closeGraceMs = 1000;

/** Starts every service. Throws `StartError` for what the person who starts it can repair; nothing stays open then. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const closers: Closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await start(options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(options: LocalServerOptions, closers: Closers): Promise<Omit<LocalServer, 'close'>> {
  const folder = holdDataFolder(options.dataFolder);
  closers.push(() => folder.release());
  const clock = new AdjustableClock();
  const identities = new Identities(folder.fsPath, clock);
  const store = openStoreOf(folder.fsPath);
  closers.push(() => store.close());
  const key = identities.ownKey;
  if (options.seed === 'demo') {
    const { instanceGuid, accountId: ownerId } = key;
    const added = await seedStore(store, { buckets: demoBuckets, clock, instanceGuid, ownerId });
    if (added.length > 0) options.log(`Added sample buckets: ${added.join(', ')}`);
  }
  for (const load of options.loads ?? []) {
    const startedAtMs = Date.now();
    const count = await loadObjects(store, load, { clock, instanceGuid: key.instanceGuid, ownerId: key.accountId });
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
    options.log(`Added ${count} objects to "${load.bucket}" in ${seconds} s`);
  }
  const tls = options.transport === 'https' ? openTlsFiles(folder.fsPath, Date.now()) : undefined;
  const transport: Transport = tls === undefined ? { kind: 'http' } : { kind: 'https', ...tls };

  const urls = new Map<string, string>();
  const urlOf = (service: string) => urls.get(service) ?? '';
  const faults = new FaultInjector();
  const requests = new RequestLog(clock);
  const { transport: protocol, log } = options;
  const instanceGuids = () => identities.cosInstances.map(({ guid }) => guid);
  const lifecycle = startLifecycleSchedule({ store, clock, instanceGuids, log });
  closers.push(() => lifecycle.stop());
  const backups = new Backups(store, clock);
  const replicator = new Replicator(store, clock);
  for (const [name, work] of [['backups', backups] as const, ['replication', replicator] as const]) {
    const schedule = startSchedule(name, work, log);
    closers.push(() => schedule.stop());
  }
  const pathSecret = randomBytes(24).toString('base64url');
  const services = createServices({
    pathSecret,
    identities,
    store,
    lifecycle,
    backups,
    replicator,
    clock,
    faults,
    requests,
    protocol,
    urlOf,
    log,
  });
  const listeners: Listener[] = [];
  closers.push(async () => void (await Promise.all(listeners.map((listener) => listener.close(closeGraceMs)))));
  for (const [index, [service, handler]] of services.entries()) {
    const port = options.port === 0 ? 0 : options.port + index;
    const isDataPlane = locations.some(({ code }) => code === service);
    const prepare = isDataPlane ? { prepare: answerClientErrors } : {};
    const listener = await listen(handler, { service, port, transport, ...prepare });
    listeners.push(listener);
    urls.set(service, listener.url);
  }

  const info: LocalServerInfo = {
    endpoint: urlOf(locations[0].code),
    endpoints: Object.fromEntries(locations.map(({ code }) => [code, urlOf(code)])),
    iamEndpoint: urlOf('iam'),
    signInEndpoint: `${urlOf('iam')}/${pathSecret}`,
    accountsEndpoint: urlOf('iam'),
    configEndpoint: `${urlOf('configuration')}/v1`,
    kmsEndpoint: urlOf('key protect'),
    resourceControllerEndpoint: urlOf('resource controller'),
    endpointsCatalogueUrl: `${urlOf('configuration')}/v2/endpoints`,
    websiteEndpoint: urlOf('website'),
    adminEndpoint: `${urlOf('admin')}/${pathSecret}`,
    ...(tls === undefined ? {} : { caFile: tls.caFile }),
    apiKey: key.apiKey,
    trustedProfileId: identities.profile.id,
    computeTokenFile: computeTokenFsPath(folder.fsPath),
    serviceInstanceId: identities.findInstance(key.instanceGuid)?.crn ?? '',
    accessKeyId: key.hmac?.accessKeyId ?? '',
    secretAccessKey: key.hmac?.secretAccessKey ?? '',
  };
  writeCredentialsFile(folder.fsPath, key, info);
  return { info, clock, faults, requests };
}

/** Every service with its name, in the order of their ports. */
function createServices(parts: {
  pathSecret: string;
  identities: Identities;
  store: Store;
  lifecycle: LifecycleSchedule;
  backups: Backups;
  replicator: Replicator;
  clock: AdjustableClock;
  faults: FaultInjector;
  requests: RequestLog;
  protocol: 'http' | 'https';
  urlOf: (service: string) => string;
  log: (line: string) => void;
}): [string, RequestHandler][] {
  const { identities, store, backups, clock, requests, protocol, urlOf, log } = parts;
  const faults: Faults = {
    take: (request) => {
      requests.record(request);
      return parts.faults.take(request);
    },
  };
  const passcodes = new Passcodes(clock);
  const tokenSettings = defaultTokenSettings();
  const switches = { ...defaultSwitches };
  const json = (service: JsonService) => createJsonHandler(service, { faults, log });
  const iam = createIamService({
    identities,
    passcodes,
    settings: tokenSettings,
    clock,
    issuer: () => urlOf('iam'),
    pathSecret: parts.pathSecret,
  });
  const resourceController = createResourceController({
    identities,
    catalogueUrl: () => `${urlOf('configuration')}/v2/endpoints`,
  });
  const catalogue = catalogueRoute({
    locations,
    endpointOf: urlOf,
    iamEndpoint: () => urlOf('iam'),
    configEndpoint: () => `${urlOf('configuration')}/v1`,
  });
  const configuration = createResourceConfiguration(
    { identities, store, backups, buckets: storedBuckets(store), nowMs: () => clock.nowMs() },
    [catalogue],
  );
  const admin = createAdminHandler({
    pathSecret: parts.pathSecret,
    clock,
    faults: parts.faults,
    requests,
    identities,
    passcodes,
    tokenSettings,
    switches,
    lifecycle: parts.lifecycle,
    store,
    backups,
    replicator: parts.replicator,
    log,
  });
  const s3 = (location: string) =>
    createS3Handler({ store, identity: identities, clock, faults, location, hostnames: ['localhost'], switches, log });
  return [
    ...locations.map(({ code }): [string, RequestHandler] => [code, s3(code)]),
    ['iam', json(iam)],
    ['resource controller', json(resourceController)],
    ['configuration', json(configuration)],
    ['key protect', json(createKeyProtect(identities))],
    ['website', createWebsiteHandler({ store, identity: identities, clock, faults, switches, protocol, log })],
    ['admin', admin],
  ];
}

function openStoreOf(dataFolder: string): Store {
  try {
    return openStore(dataFolder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`The store in "${dataFolder}" cannot be opened: ${why}`);
  }
}
