import { createAdminHandler, type Switches } from './admin.ts';
import { AdjustableClock } from './clock.ts';
import { createJsonHandler, type JsonService } from './control/jsonService.ts';
import { createResourceController } from './control/resourceController.ts';
import type { Faults, RequestHandler } from './contracts.ts';
import { writeCredentialsFile } from './credentialsFile.ts';
import { holdDataFolder } from './dataFolder.ts';
import { FaultInjector } from './faults.ts';
import { createIamService } from './iam/iamService.ts';
import { Identities } from './iam/identities.ts';
import { Passcodes } from './iam/passcodes.ts';
import { defaultTokenSettings } from './iam/tokenEndpoint.ts';
import type { LocalServerInfo } from './info.ts';
import { listen, type Listener, type Transport } from './listener.ts';
import { locations } from './locations.ts';
import { RequestLog } from './requestLog.ts';

export interface LocalServerOptions {
  readonly dataFolder: string;
  /** The port of the default location; 0 for free ports everywhere. */
  readonly port: number;
  readonly seed: 'none' | 'demo';
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

const closeGraceMs = 1000;

/** Starts every service. Throws `StartError` for what the person who starts it can repair; nothing stays open then. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await start(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: LocalServerOptions,
  closers: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<LocalServer> {
  const folder = holdDataFolder(options.dataFolder);
  closers.push(() => folder.release());
  const clock = new AdjustableClock();
  const identities = new Identities(folder.fsPath, clock);
  const injector = new FaultInjector();
  const requests = new RequestLog(clock);
  const faults: Faults = {
    take: (request) => {
      requests.record(request);
      return injector.take(request);
    },
  };
  const passcodes = new Passcodes(clock);
  const tokenSettings = defaultTokenSettings();
  const switches: Switches = {};
  const { log } = options;
  const transport: Transport = { kind: 'http' };
  const json = (service: JsonService) => createJsonHandler(service, { faults, log });

  const urls = new Map<string, string>();
  const urlOf = (service: string) => urls.get(service) ?? '';
  const catalogueUrl = () => `${urlOf('config')}/v2/endpoints`;
  const services: [string, RequestHandler][] = [
    [
      'iam',
      json(createIamService({ identities, passcodes, settings: tokenSettings, clock, issuer: () => urlOf('iam') })),
    ],
    ['resource controller', json(createResourceController({ identities, clock, catalogueUrl }))],
    [
      'admin',
      createAdminHandler({ clock, faults: injector, requests, identities, passcodes, tokenSettings, switches, log }),
    ],
  ];

  const listeners: Listener[] = [];
  closers.push(async () => void (await Promise.all(listeners.map((listener) => listener.close(closeGraceMs)))));
  for (const [index, [service, handler]] of services.entries()) {
    const port = options.port === 0 ? 0 : options.port + index;
    const listener = await listen(handler, { service, port, transport });
    listeners.push(listener);
    urls.set(service, listener.url);
  }

  const key = identities.ownKey;
  const info: LocalServerInfo = {
    endpoint: urlOf(locations[0].code),
    endpoints: Object.fromEntries(locations.map(({ code }) => [code, urlOf(code)])),
    iamEndpoint: urlOf('iam'),
    accountsEndpoint: urlOf('iam'),
    configEndpoint: `${urlOf('config')}/v1`,
    kmsEndpoint: urlOf('key protect'),
    resourceControllerEndpoint: urlOf('resource controller'),
    endpointsCatalogueUrl: catalogueUrl(),
    websiteEndpoint: urlOf('website'),
    adminEndpoint: urlOf('admin'),
    apiKey: key.apiKey,
    serviceInstanceId: identities.findInstance(key.instanceGuid)?.crn ?? '',
    accessKeyId: key.hmac?.accessKeyId ?? '',
    secretAccessKey: key.hmac?.secretAccessKey ?? '',
  };
  writeCredentialsFile(folder.fsPath, key, info);
  return { info, clock, faults: injector, requests, close };
}
