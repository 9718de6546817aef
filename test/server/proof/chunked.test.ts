import { execFile } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { putVouchedParts } from '../../fakes/vouchedObjects';
import { useCos } from '../cli/cosFixture';

const world = useCos();
const chunkedGets: string[] = [];
/** Passes everything on; answers of GETs of objects come in chunks, without a length. */
const relay = createServer((near, answer) => {
  const far = new URL(world.farSide.server.info.endpoint);
  const { method = '', url: path = '', headers } = near;
  const passed = request({ host: far.hostname, port: far.port, method, path, headers }, (from) => {
    const isObject = method === 'GET' && path.includes('/parts') && !path.includes('?');
    const { 'content-length': _length, ...rest } = from.headers;
    if (isObject) chunkedGets.push(String(from.statusCode));
    answer.writeHead(from.statusCode ?? 500, isObject ? rest : from.headers);
    from.pipe(answer);
  });
  passed.on('error', () => answer.destroy());
  near.pipe(passed);
});
beforeAll(async () => {
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
});
afterAll(() => {
  relay.closeAllConnections();
  relay.close();
});

it.each(['COMPOSITE', 'FULL_OBJECT'] as const)(
  'an object in parts (%s) that comes in chunks without a length is whole, in a file and on standard output',
  async (type) => {
    const { bucket, folder } = world;
    const { endpoint, accessKeyId, secretAccessKey } = world.farSide.server.info;
    const credentials = { accessKeyId, secretAccessKey };
    const raw = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16));
    const parts = [6, 3].map((mebibytes) => noise.update(Buffer.alloc(mebibytes * 1024 * 1024 + 5)));
    const { bytes } = await putVouchedParts(raw, bucket, 'parts', parts, 'CRC32C', type);
    raw.destroy();
    const environment = Object.fromEntries(
      Object.entries(world.environment).map(([name, value]) => [
        name,
        value.replace(endpoint, `http://127.0.0.1:${(relay.address() as AddressInfo).port}`),
      ]),
    );
    chunkedGets.length = 0;
    const toFile = await world.cos(['cp', `cos://${bucket}/parts`, join(folder, 'got')], { environment });
    expect(toFile).toMatchObject({ exitCode: 0, verdicts: [expect.stringContaining('CRC32C')] });
    expect(readFileSync(join(folder, 'got')).equals(bytes)).toBe(true);
    const toFileGets = chunkedGets.length;
    expect(toFileGets).toBeGreaterThan(0);
    const toOutput = join(folder, 'output');
    const line = `"${process.execPath}" "${world.bundle}" cp cos://${bucket}/parts - > "${toOutput}"`;
    const { stderr } = await promisify(execFile)('bash', ['-c', line], { env: environment });
    expect(stderr).toContain('CRC32C');
    expect(readFileSync(toOutput).equals(bytes)).toBe(true);
    expect(chunkedGets.length).toBeGreaterThan(toFileGets);
  },
);
