import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FullCosClient } from '../../../src/engine/cos/fullClient';
import { countObjects } from '../../../src/engine/requests/count';
import { listUploads } from '../../../src/engine/requests/uploads';
import { bucketName, objectKey, type UploadId } from '../../../src/model/ids';
import { createDirectClient } from '../../fakes/directClient';
import { startHostileServer, tell, type SeenRequest } from '../../fakes/hostileServer';
import { testConnectionId } from '../../fakes/servedEngine';

const { signal } = new AbortController();
const bucket = bucketName('bucket');
const address = { bucket, key: objectKey('k') };
const date = '2024-01-01T00:00:00Z';

/** One list of the data plane: a page of it that goes on, and who walks it. */
interface List {
  readonly page: (entry: number, next: number) => string;
  readonly walk: (client: FullCosClient) => Promise<unknown>;
}

const goesOn = (element: string, next: number) => `<IsTruncated>true</IsTruncated><${element}>${next}</${element}>`;
const object = (entry: number) => `<Key>k${entry}</Key><Size>1</Size><LastModified>${date}</LastModified>`;
const lists: Readonly<Record<string, List>> = {
  objects: {
    page: (entry, next) =>
      `<ListBucketResult>${goesOn('NextContinuationToken', next)}<Contents>${object(entry)}</Contents></ListBucketResult>`,
    walk: async (client) => await countObjects(client, bucket, { keys: [], prefixes: [''], limit: 10_000 }, signal),
  },
  'open uploads': {
    page: (entry, next) =>
      `<ListMultipartUploadsResult>${goesOn('NextKeyMarker', next)}<NextUploadIdMarker>u</NextUploadIdMarker>` +
      `<Upload><Key>k${entry}</Key><UploadId>u</UploadId><Initiated>${date}</Initiated></Upload></ListMultipartUploadsResult>`,
    walk: async (client) => await listUploads(client, bucket, 10_000, signal),
  },
  parts: {
    page: (entry, next) =>
      `<ListPartsResult>${goesOn('NextPartNumberMarker', next)}<Part><PartNumber>${entry + 1}</PartNumber><ETag>"e"</ETag><Size>1</Size></Part></ListPartsResult>`,
    walk: async (client) => await client.listParts(address, 'u' as UploadId, signal),
  },
};
let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function clientOf(answer: (nth: number) => string) {
  const serve = (request: SeenRequest, socket: Socket, nth: number) =>
    tell(socket, request, { status: 200, headers: {}, body: Buffer.from(answer(nth - 1)) });
  const server = await startHostileServer(serve);
  closing.push(server.close);
  const connection = { kind: 'hmac', id: testConnectionId, name: 'hostile', endpoint: server.origin } as const;
  const region = { region: 'us-south', addressingStyle: 'path' } as const;
  const credential = { kind: 'hmac', accessKeyId: 'id', secretAccessKey: 'secret' } as const;
  const direct = createDirectClient({ ...connection, ...region }, credential, { requestTimeoutMs: 10_000 });
  closing.push(direct.close);
  return { client: direct.client, asked: () => server.seen.length };
}

describe.each(Object.entries(lists))('a list of %s', (_name, { page, walk }) => {
  it.each([1, 2, 3, 5])('whose pages and tokens come back in a circle of %i is refused soon', async (length) => {
    const { client, asked } = await clientOf((nth) => page(nth % length, (nth % length) + 1));
    await expect(walk(client)).rejects.toMatchObject({
      error: { kind: 'unsupported', retry: 'never', detail: expect.stringMatching(/circles|goes on|before/) as string },
    });
    expect(asked()).toBeLessThan(4 * length + 5);
  });

  it.each([1, 2, 3, 5])(
    'whose pages come back in a circle of %i under fresh tokens is refused soon',
    async (length) => {
      const { client, asked } = await clientOf((nth) => page(nth % length, nth + 1));
      await expect(walk(client)).rejects.toMatchObject({ error: { kind: 'unsupported', retry: 'never' } });
      expect(asked()).toBeLessThan(4 * length + 5);
    },
  );
});
