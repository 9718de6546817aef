import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/localServer/options';
import { openStore } from '../../../src/localServer/store/store';
import { accessToken, startTestServer } from './testServer';

const many = { bucket: 'many', objectCount: 2500, folderCount: 5, sizeBytes: 100, location: 'eu-de' };

async function ask(
  url: string,
  token: string,
  method = 'GET',
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(url, { method, headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const keysIn = (text: string) => [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key!);

describe('--load', () => {
  it('is read with its defaults, and more than once', () => {
    const line = parseCommandLine([
      '--data',
      'd',
      '--load',
      'bucket=one,objects=5',
      '--load',
      'bucket=two,objects=1,folders=2,size=3,location=us',
    ]);
    expect(line).toMatchObject({
      kind: 'start',
      loads: [
        { bucket: 'one', objectCount: 5, folderCount: 0, sizeBytes: 64, location: 'us-south' },
        { bucket: 'two', objectCount: 1, folderCount: 2, sizeBytes: 3, location: 'us' },
      ],
    });
  });

  it.each([
    ['objects=5', /bucket=NAME must be there/],
    ['bucket=UP,objects=5', /bucket=NAME must be there/],
    ['bucket=one', /objects=N is missing/],
    ['bucket=one,objects=-1', /objects must be a whole number from 0 to 100000000, not "-1"/],
    ['bucket=one,objects=1,size=1e9', /size must be a whole number/],
    ['bucket=one,objects=1,location=mars', /location must be one of us-south/],
    ['bucket=one,objects=1,colour=red', /"colour=red" is none of bucket/],
    ['bucket=one,bucket=two,objects=1', /bucket is given twice/],
  ])('refuses %j with a sentence', (text, message) => {
    const line = parseCommandLine(['--data', 'd', '--load', text]);
    expect(line).toMatchObject({ kind: 'invalid', message: expect.stringMatching(message) as string });
  });

  it('fills a bucket before anything listens, adds what is missing at the next start, and touches nothing else', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'cos-load-'));
    try {
      const first = await startTestServer({ dataFolder, loads: [many] });
      const token = await accessToken(first);
      const url = `${first.info.endpoints['eu-de']!}/many`;
      const top = await ask(`${url}?list-type=2&delimiter=/`, token);
      expect(top.text.match(/<Prefix>folder-/g)).toHaveLength(5);
      const page = await ask(`${url}?list-type=2&prefix=folder-000004/`, token);
      expect(keysIn(page.text)).toHaveLength(500);
      expect(keysIn(page.text).at(-1)).toBe('folder-000004/object-00002499.txt');
      const object = await ask(`${url}/folder-000004/object-00002499.txt`, token);
      expect([object.status, object.text.length]).toEqual([200, 100]);
      for (const name of ['folder-000000/object-00000000.txt', 'folder-000004/object-00002499.txt']) {
        expect((await ask(`${url}/${name}`, token, 'DELETE')).status).toBe(204);
      }
      await first.close();
      const second = await startTestServer({ dataFolder, loads: [many] });
      expect(second.log[0]).toMatch(/^Added 2 objects to "many" in /);
      await second.close();
      const third = await startTestServer({ dataFolder, loads: [many] });
      expect(third.log[0]).toMatch(/^Added 0 objects to "many" in /);
      await third.close();
      const store = openStore(dataFolder);
      expect(store.buckets.find('many')).toMatchObject({ objectCount: 2500, sizeBytes: 250_000, location: 'eu-de' });
      await store.close();
    } finally {
      rmSync(dataFolder, { recursive: true, force: true });
    }
  });

  it('takes its bytes away with the last of its objects', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'cos-load-'));
    const server = await startTestServer({ dataFolder, loads: [{ ...many, objectCount: 3, sizeBytes: 100_000 }] });
    try {
      const token = await accessToken(server);
      const url = `${server.info.endpoints['eu-de']!}/many`;
      for (const key of keysIn((await ask(`${url}?list-type=2`, token)).text)) {
        expect((await ask(`${url}/${key}`, token)).text).toHaveLength(100_000);
        await ask(`${url}/${key}`, token, 'DELETE');
      }
    } finally {
      await server.close();
    }
    const files = readdirSync(join(dataFolder, 'blobs'), { recursive: true, withFileTypes: true });
    expect(files.filter((entry) => entry.isFile())).toEqual([]);
    rmSync(dataFolder, { recursive: true, force: true });
  });

  it('is refused for a bucket that exists elsewhere, and the server does not start', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'cos-load-'));
    const small = { ...many, objectCount: 1 };
    await (await startTestServer({ dataFolder, loads: [small] })).close();
    await expect(startTestServer({ dataFolder, loads: [{ ...small, location: 'us' }] })).rejects.toThrow(
      /--load cannot fill the bucket "many": it exists in eu-de/,
    );
    rmSync(dataFolder, { recursive: true, force: true });
  });
});
