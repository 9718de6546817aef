import { systemClock } from '../../src/engine/clock';
import type { FullCosClient } from '../../src/engine/cos/fullClient';
import { createCosClient } from '../../src/engine/cos/createCosClient';
import { createHttpClient } from '../../src/engine/http/httpClient';
import type { Connection, Credential } from '../../src/model/connection';
import type { EngineConfiguration } from '../../src/protocol/requests';
import { impatient, plainConfiguration } from './servedEngine';

/** A client of the engine without the engine around it, for operations that only transfers use. */
export interface DirectClient {
  readonly client: FullCosClient;
  readonly log: string[];
  readonly close: () => Promise<void>;
}

/** Creates a client with its own HTTP room. */
export function createDirectClient(
  connection: Connection,
  credential: Credential,
  configuration: Partial<EngineConfiguration> = {},
): DirectClient {
  const log: string[] = [];
  const http = createHttpClient({
    configuration: { ...plainConfiguration, ...configuration },
    clock: systemClock,
    policy: impatient,
    environment: {},
    random: Math.random,
    log: (line) => log.push(line.text),
  });
  const client = createCosClient({ connection, resolveCredential: async () => credential, http, clock: systemClock });
  return {
    client,
    log,
    async close() {
      await client.close();
      await http.close();
    },
  };
}
