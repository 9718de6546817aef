import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/engine/clock';
import { createControlClient } from '../../../src/engine/control/controlClient';
import type { Authorizer } from '../../../src/engine/cos/authorizer';
import { createHttpClient } from '../../../src/engine/http/httpClient';
import type { Connection } from '../../../src/model/connection';
import { impatient, plainConfiguration, testConnectionId } from '../../fakes/servedEngine';

const never = new AbortController().signal;
type Answer = 'lost' | number;

describe('a deletion at a service around the data plane', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** A service that answers so, one request after the other, and a client of it. */
  async function serviceOf(...answers: readonly Answer[]) {
    const methods: (string | undefined)[] = [];
    const listener: RequestListener = ({ method, socket }, response) => {
      const answer = answers[methods.push(method) - 1] ?? 500;
      if (answer === 'lost') socket.resetAndDestroy();
      else response.writeHead(answer, { 'content-type': 'application/json' }).end(answer === 204 ? '' : '{}');
    };
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const configuration = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const http = createHttpClient({
      configuration: plainConfiguration,
      clock: systemClock,
      policy: impatient,
      environment: {},
      random: Math.random,
      log: () => undefined,
    });
    closers.push(
      () => http.close(),
      () => new Promise((resolve) => server.close(resolve)),
    );
    const connection = { kind: 'iam', id: testConnectionId, name: 'test', controlEndpoints: { configuration } };
    const authorizer: Pick<Authorizer, 'ready' | 'authorize' | 'renewAfterRefusal'> = {
      ready: async () => undefined,
      authorize: async (_origin, request) => request,
      renewAfterRefusal: async () => true,
    };
    const client = createControlClient({
      connection: connection as unknown as Connection,
      http,
      authorizer: authorizer as Authorizer,
      guard: () => undefined,
    });
    const send = (method: 'DELETE' | 'GET' = 'DELETE') =>
      client.send({ op: 'DeleteBackupVault', service: 'configuration', method, path: ['vault'] }, never);
    return { send, methods };
  }

  it.each<readonly Answer[]>([
    ['lost', 404],
    [500, 404],
    ['lost', 'lost', 404],
    ['lost', 401, 404],
    ['lost', 204],
  ])('has succeeded where nothing is left after %j, %j', async (...answers) => {
    const { send, methods } = await serviceOf(...answers);
    expect(await send()).toEqual({ json: undefined });
    expect(methods).toHaveLength(answers.length);
  });

  it.each<[readonly Answer[]]>([[[404]], [[429, 404]], [[503, 404]], [[401, 404]]])(
    'of what was never there fails (%j)',
    async (answers) => {
      const { send } = await serviceOf(...answers);
      await expect(send()).rejects.toMatchObject({ error: { kind: 'notFound', httpStatus: 404 } });
    },
  );

  it('is the only request that a 404 is good news to', async () => {
    const { send } = await serviceOf('lost', 404);
    await expect(send('GET')).rejects.toMatchObject({ error: { kind: 'notFound' } });
  });
});
