// Downloads over one of the ways that the engine could take, for sockets.ts. Usage:
//   client.mjs WAY ORIGIN COUNT SIZE-BYTES LANES
import { strict as assert } from 'node:assert';
import { Pool } from 'undici';
import { createAgents, type OriginRoute } from '../../src/engine/http/agents';
import { answerLimits } from '../../src/engine/http/answerLimits';
import { bodyExchange } from '../../src/engine/http/bodyExchange';
import { exchange, type WireAnswer, type WireRequest } from '../../src/engine/http/exchange';

const [way = '', origin = '', count = '0', size = '0', lanes = '1'] = process.argv.slice(2);
const sizeBytes = Number(size);
const limits = { ...answerLimits, connectTimeoutMs: 15_000, idleTimeoutMs: 60_000 };
const never = new AbortController().signal;

/** Downloads one object to where its bytes are wanted. */
type Download = (request: WireRequest, target: Buffer) => Promise<void>;

async function receive(answer: WireAnswer, target: Buffer): Promise<void> {
  let at = 0;
  await answer.pipe(
    (bytes) => {
      if (bytes.buffer !== target.buffer) target.set(bytes, at);
      at += bytes.byteLength;
    },
    () => target.subarray(at),
  );
  assert.equal(at, sizeBytes);
}

function overEngine(route: OriginRoute, isOwn: boolean): Download {
  return async (request, target) => {
    const { bodySockets } = route;
    const answer =
      isOwn && bodySockets !== undefined
        ? await bodyExchange('GetObject', route, bodySockets, request, limits, never)
        : await exchange('GetObject', route, request, limits, never);
    assert.ok(answer !== undefined);
    await receive(answer, target);
  };
}

/** By its lowest interface, which hands on what the parser has found. */
function overUndici(pool: Pool): Download {
  return async ({ path, headers }, target) => {
    let at = 0;
    await new Promise<void>((resolve, reject) => {
      pool.dispatch(
        { origin, path, method: 'GET', headers: { ...headers } },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_controller, bytes) => {
            target.set(bytes, at);
            at += bytes.byteLength;
          },
          onResponseEnd: () => resolve(),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
    assert.equal(at, sizeBytes);
  };
}

const agents = createAgents({
  environment: process.env,
  strictTls: true,
  useSystemCertificates: false,
  caFiles: [],
  maxSockets: 32,
});
const pool = new Pool(origin, { connections: Number(lanes), pipelining: 1 });
const ways: Readonly<Record<string, () => Download>> = {
  own: () => overEngine(agents.routeTo(origin), true),
  node: () => overEngine(agents.routeTo(origin), false),
  undici: () => overUndici(pool),
};

const download = ways[way]?.();
assert.ok(download !== undefined);
let left = Number(count);
const lane = async (): Promise<void> => {
  const target = Buffer.allocUnsafeSlow(sizeBytes);
  while (left > 0) {
    left -= 1;
    await download({ method: 'GET', path: '/bench/object', headers: { accept: '*/*' } }, target);
  }
};
await Promise.all(Array.from({ length: Number(lanes) }, lane));
agents.close();
await pool.close();
