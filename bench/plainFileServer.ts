// A file server without any of what makes a COS, to measure the local server against. Prints its port.
// Usage: node bench/plainFileServer.ts FOLDER careful|careless
// `careful` does what durable, checked storage has to do: MD5, CRC-32 and fsync. `careless` does none of it.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';

/** As the local server reads. */
const readBytes = 256 * 1024;

const [folder = '', kind = 'careful'] = process.argv.slice(2);

async function store(request: IncomingMessage, fsPath: string): Promise<Record<string, string>> {
  if (kind === 'careless') {
    await pipeline(request, createWriteStream(fsPath));
    return {};
  }
  const md5 = createHash('md5');
  let checksum = 0;
  await pipeline(
    request,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        md5.update(chunk);
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    },
    createWriteStream(fsPath, { flush: true }),
  );
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
  return { etag: md5.digest('hex'), 'x-amz-checksum-crc32': checksum.toString(16) };
}

const server = createServer((request, response) => {
  const fsPath = join(folder, basename(request.url ?? ''));
  const answered =
    request.method === 'PUT'
      ? store(request, fsPath).then((headers) => response.writeHead(200, headers).end())
      : pipeline(
          createReadStream(fsPath, { highWaterMark: readBytes }),
          response.writeHead(200, { 'Content-Length': String(statSync(fsPath).size) }),
        );
  answered.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
// Ends with the benchmark.
process.stdin.on('end', () => process.exit(0)).resume();
