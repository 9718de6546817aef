import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJsonHandler, ServiceError, type JsonService } from '../../../src/localServer/jsonService';
import { listen, type Listener } from '../../../src/localServer/listener';

const service: JsonService = {
  name: 'test',
  describeError: (error, { requestId }) => ({ code: error.code, message: error.message, requestId }),
  routes: [
    {
      method: 'POST',
      path: '/echo/:name',
      operation: 'echo',
      handle: ({ params, bodyText }) => ({ status: 200, json: [params, bodyText] }),
    },
    {
      method: 'POST',
      path: '/broken',
      operation: 'broken',
      handle: () => {
        throw new Error('a defect, with a secret in it');
      },
    },
    {
      method: 'GET',
      path: '/refused',
      operation: 'refused',
      handle: () => {
        throw new ServiceError(409, 'busy', 'Later.', { headers: { 'Retry-After': '3' } });
      },
    },
  ],
};

let listener: Listener;
const log: string[] = [];
beforeAll(async () => {
  const handler = createJsonHandler(service, { faults: { take: () => [] }, log: (line) => log.push(line) });
  listener = await listen(handler, { service: 'test', port: 0, transport: { kind: 'http' } });
});
afterAll(() => listener.close(0));

it('decodes one segment of the path, its slashes too', async () => {
  const response = await fetch(`${listener.url}/echo/a%2Fb%20c`, { method: 'POST', body: 'text' });
  expect(await response.json()).toEqual([{ name: 'a/b c' }, 'text']);
  expect((await fetch(`${listener.url}/echo/%ff`, { method: 'POST' })).status).toBe(400);
  expect((await fetch(`${listener.url}/echo/`, { method: 'POST' })).status).toBe(404);
});

it('answers 500 to a defect without telling it, and logs it under the request id', async () => {
  const headers = { 'x-request-id': 'request-1' };
  const response = await fetch(`${listener.url}/broken`, { method: 'POST', body: 'x', headers });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: 'internal', requestId: 'request-1' });
  expect(log.join('\n')).toMatch(/^test request-1: Error: a defect/);
});

it('passes on the headers of a refusal', async () => {
  const response = await fetch(`${listener.url}/refused`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([409, '3']);
});

it('lets a client send its body after 100 Continue, and outlives one that goes away instead', async () => {
  const logged = log.length;
  const open = async () => {
    const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
    socket.write('POST /echo/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n');
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^HTTP\/1\.1 100 Continue/);
    return socket;
  };
  const gone = await open();
  gone.destroy();
  const patient = await open();
  patient.write('hello');
  const [answer] = (await once(patient, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK[^]*\[{"name":"x"},"hello"\]$/);
  patient.destroy();
  expect(log).toHaveLength(logged);
});
