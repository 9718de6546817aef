import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fixture, hmacKey } from './fixture';
import { sendRaw, verdictOf } from './rawSocket';
import { signHeaders } from './signer';

const runs = 2000;
const seed = Number(process.env['COS_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('fuzzed');
  await cos.bucket('apart-from-it-all');
  await cos.put('/apart-from-it-all/control', 'untouched');
});
afterAll(() => cos.stop());

/** Mulberry32: numbers from 0 below `limit` that a seed repeats. */
function randomFrom(start: number): (limit: number) => number {
  let state = start;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function templates(): Buffer[] {
  const host = cos.endpoint().slice('http://'.length);
  const text = (line: string, headers: readonly string[] = [], body = ''): Buffer =>
    Buffer.from(
      [
        `${line} HTTP/1.1`,
        `Host: ${host}`,
        'Authorization: Bearer token-Manager',
        'Connection: close',
        ...(body === '' ? ['Content-Length: 0'] : [`Content-Length: ${Buffer.byteLength(body)}`]),
        ...headers,
        '',
        body,
      ].join('\r\n'),
    );
  const { headers } = signHeaders(hmacKey, Date.now(), {
    method: 'GET',
    path: '/fuzzed?list-type=2',
    headers: { host },
    payloadHash: 'UNSIGNED-PAYLOAD',
  });
  const form =
    '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n';
  const chunks = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n';
  return [
    text('GET /fuzzed?list-type=2&prefix=a&delimiter=/&max-keys=5&encoding-type=url'),
    text('GET /fuzzed?versions&key-marker=k&version-id-marker=null'),
    text('GET /fuzzed?uploads&max-uploads=3'),
    text('GET /fuzzed/k', ['Range: bytes=0-3', 'If-None-Match: "x"']),
    text('HEAD /fuzzed/k?versionId=null'),
    text('PUT /fuzzed/k', ['x-amz-meta-a: b', 'x-amz-tagging: a=b', 'Content-MD5: XUFAKrxLKna5cZ2REBfFkg=='], 'hello'),
    text(
      'PUT /fuzzed/c',
      [
        'x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length: 5',
        'x-amz-trailer: x-amz-checksum-crc32',
        'Content-Encoding: aws-chunked',
      ],
      chunks,
    ),
    text('PUT /fuzzed/copy', ['x-amz-copy-source: /fuzzed/k', 'x-amz-metadata-directive: REPLACE']),
    text('DELETE /fuzzed/k'),
    text('POST /fuzzed/m?uploads', ['x-amz-checksum-algorithm: CRC32']),
    text('PUT /fuzzed/m?partNumber=1&uploadId=00000000-0000-0000-0000-000000000000', [], 'part'),
    text(
      'POST /fuzzed/m?uploadId=1',
      [],
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>',
    ),
    text('PUT /fuzzed?versioning', ['Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=='], '<VersioningConfiguration/>'),
    text('PUT /fuzzed/k?tagging', ['x-amz-checksum-crc32: AAAAAA=='], '<Tagging><TagSet/></Tagging>'),
    text('PUT /fuzzed?acl', ['x-amz-acl: private']),
    text('GET /fuzzed?faspConnectionInfo'),
    text('POST /fuzzed/k?legalHold&add=hold'),
    text('OPTIONS /fuzzed/k', ['Origin: https://a.example', 'Access-Control-Request-Method: GET']),
    Buffer.from(
      text('POST /fuzzed', ['Content-Type: multipart/form-data; boundary=b'], form)
        .toString()
        .replace(/Authorization.*\r\n/, ''),
    ),
    Buffer.from(
      `GET /fuzzed?list-type=2 HTTP/1.1\r\nConnection: close\r\n${Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    ),
  ];
}

const tokens = [
  '\r\n',
  '\n',
  '\0',
  '%',
  '%00',
  '%ff',
  '../',
  '<',
  '>',
  '&',
  '&x;',
  '<!DOCTYPE x>',
  '-',
  '--b',
  '99999999999',
  '=',
  '?',
  ':',
  ' ',
  '\xff',
  'chunked',
  '__proto__',
  ';',
  '"',
  "'",
];

/** One to four changes of a request: bytes changed, cut, doubled, or something nasty put in. */
function mutate(template: Buffer, random: (limit: number) => number): Buffer {
  let bytes = Buffer.from(template);
  for (let left = 1 + random(4); left > 0; left--) {
    const at = random(bytes.length + 1);
    const length = random(12);
    switch (random(5)) {
      case 0:
        if (at < bytes.length) bytes[at] = random(256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(tokens[random(tokens.length)]!.repeat(1 + random(3)), 'latin1'),
          bytes.subarray(at),
        ]);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
    }
  }
  return bytes;
}

test(`${runs} spoilt requests are all answered or cut off, and the server and its folder are as before`, async () => {
  console.log(`fuzz seed: ${seed} (repeat with COS_FUZZ_SEED=${seed})`);
  const random = randomFrom(seed);
  const whole = templates();
  const verdicts = new Map<string, number>();
  const failures: string[] = [];
  for (let done = 0; done < runs; done += 20) {
    const batch = Array.from({ length: 20 }, () => mutate(whole[random(whole.length)]!, random));
    const answers = await Promise.all(batch.map((bytes) => sendRaw(cos.endpoint(), bytes, { end: true })));
    for (const [index, answer] of answers.entries()) {
      const verdict = verdictOf(answer);
      verdicts.set(verdict.slice(0, 3), (verdicts.get(verdict.slice(0, 3)) ?? 0) + 1);
      if (/^5(?!01)/.test(verdict)) failures.push(`${verdict} for ${JSON.stringify(batch[index]!.toString('latin1'))}`);
    }
  }
  expect(failures).toEqual([]);
  expect(cos.logged).toEqual([]);
  // Changes that change nothing, and changes that break everything: both must have happened for the run to mean something.
  expect([...verdicts.keys()]).toEqual(expect.arrayContaining(['200', '400', '404']));
  expect((await cos.ask({ path: '/apart-from-it-all/control' })).text).toBe('untouched');
  expect(readdirSync(cos.folder)).toEqual(['data']);
  const files = readdirSync(join(cos.folder, 'data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(cos.folder, 'data').length + 1));
  expect(files.filter((name) => !/^(cos\.db(-wal|-shm)?|blobs\/\d+\/[0-9a-f]{2}\/[0-9a-f]{32})$/.test(name))).toEqual(
    [],
  );
});
