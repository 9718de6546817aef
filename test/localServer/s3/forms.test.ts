import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fixture, hmacKey, md5Base64, revocableKey, type Reply } from './fixture';
import { amzDate, signingKeyOf } from './signer';

let cos: Fixture;
beforeAll(async () => {
  cos = await Fixture.start();
  await cos.bucket('forms');
});
afterAll(() => cos.stop());

type Fields = Record<string, string>;
const boundary = '----form7MA4YWxk';

function encode(fields: Fields, file: string | Buffer | undefined, fileName = 'a b.txt'): Buffer {
  const pieces = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  if (file !== undefined) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: text/x\r\n\r\n`;
    pieces.push(Buffer.from(head), Buffer.from(file), Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

const post = (body: Buffer, headers: Fields = {}, path = '/forms'): Promise<Reply> =>
  cos.ask({
    method: 'POST',
    path,
    body,
    as: 'anonymous',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
  });

/** The fields of a form that a key signed, with their policy. */
function signed(
  fields: Fields,
  conditions: readonly unknown[] = [],
  expiresInMs = 60_000,
  bucket: readonly unknown[] = [{ bucket: 'forms' }],
): Fields {
  const date = amzDate(Date.now());
  const all: Fields = {
    ...fields,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${hmacKey.accessKeyId}/${date.slice(0, 8)}/us-south/s3/aws4_request`,
    'x-amz-date': date,
  };
  const document = {
    expiration: new Date(Date.now() + expiresInMs).toISOString(),
    conditions: [
      ...bucket,
      ...Object.entries(all)
        .filter(([name]) => name !== 'key')
        .map(([name, value]) => ({ [name]: value })),
      ['starts-with', '$key', ''],
      ...conditions,
    ],
  };
  const policy = Buffer.from(JSON.stringify(document)).toString('base64');
  const signature = createHmac('sha256', signingKeyOf(hmacKey, date)).update(policy).digest('hex');
  return { ...all, policy, 'x-amz-signature': signature };
}

describe('an HTML form', () => {
  test('stores its file under the key with the headers of its fields', async () => {
    const fields = { key: 'up/${filename}', acl: 'public-read', 'Content-Type': 'text/plain', 'x-amz-meta-a': '1' };
    const file = Buffer.from(`binary \r\n--${boundary.slice(0, -1)} not the end\r\n\u0000`.repeat(3000));
    const reply = await post(encode(signed(fields), file));
    expect([reply.status, reply.headers['location']]).toEqual([204, '/forms/up/a%20b.txt']);
    const get = await cos.ask({ path: '/forms/up/a%20b.txt', as: 'anonymous' });
    expect([get.status, get.body.equals(file), get.headers['content-type'], get.headers['x-amz-meta-a']]).toEqual([
      200,
      true,
      'text/plain',
      '1',
    ]);
  });

  test('answers as its fields ask: 200, 201 with a document, or a redirect', async () => {
    const ask = (more: Fields) => post(encode(signed({ key: 'k', ...more }), 'x'));
    expect((await ask({ success_action_status: '200' })).status).toBe(200);
    const created = await ask({ success_action_status: '201' });
    expect([created.status, created.xml('Bucket'), created.xml('Key')]).toEqual([201, 'forms', 'k']);
    const redirected = await ask({ success_action_redirect: 'https://example.com/done?a=b' });
    expect([redirected.status, redirected.headers['location']]).toEqual([
      303,
      expect.stringMatching(/^https:\/\/example\.com\/done\?a=b&bucket=forms&key=k&etag=/),
    ]);
  });

  test('is bound to its policy: signature, expiry, conditions, fields, size', async () => {
    const code = async (fields: Fields, file = 'x'): Promise<string> => {
      const reply = await post(encode(fields, file));
      return `${reply.status} ${reply.xml('Code') ?? ''}`.trim();
    };
    const good = signed({ key: 'refused' });
    expect(await code({ key: 'refused' })).toBe('403 AccessDenied');
    expect(await code({ ...good, 'x-amz-signature': '0'.repeat(64) })).toBe('403 SignatureDoesNotMatch');
    expect(await code({ ...good, policy: Buffer.from('{}').toString('base64') })).toBe('403 SignatureDoesNotMatch');
    expect(await code(signed({ key: 'refused' }, [], -1000))).toBe('403 AccessDenied');
    expect(await code({ ...good, acl: 'public-read' })).toBe('403 AccessDenied');
    expect(await code(signed({ key: 'refused' }, [['eq', '$key', 'other']]))).toBe('403 AccessDenied');
    expect(await code(signed({ key: 'refused' }, [['starts-with', '$key', 'home/']]))).toBe('403 AccessDenied');
    expect(await code(signed({ key: 'refused' }, ['nonsense']))).toBe('400 MalformedPOSTRequest');
    expect(await code(signed({ key: 'refused' }, [['content-length-range', 2, 10]]))).toBe('400 EntityTooSmall');
    expect(await code(signed({ key: 'refused' }, [['content-length-range', 2, 10]]), 'x'.repeat(11))).toBe(
      '400 EntityTooLarge',
    );
    expect(await code(signed({ key: 'refused', 'content-md5': md5Base64('other') }))).toBe('400 BadDigest');
    const unknown = good['x-amz-credential']!.replace(hmacKey.accessKeyId, 'f'.repeat(32));
    expect(await code({ ...good, 'x-amz-credential': unknown })).toBe('403 InvalidAccessKeyId');
    expect((await cos.ask({ path: '/forms/refused' })).status).toBe(404);
    expect(revocableKey.accessKeyId).not.toBe(hmacKey.accessKeyId);
  });

  test.each([
    ['no key', encode(signed({}), 'x'), 'UserKeyMustBeSpecified'],
    ['no file', encode(signed({ key: 'k' }), undefined), 'IncorrectNumberOfFilesInPostRequest'],
    [
      'two files',
      Buffer.concat([encode(signed({ key: 'two' }), 'x').subarray(0, -`--${boundary}--\r\n`.length), encode({}, 'y')]),
      'IncorrectNumberOfFilesInPostRequest',
    ],
    ['too much before the file', encode({ key: 'k'.repeat(21 * 1024) }, 'x'), 'MaxPostPreDataLengthExceededError'],
    ['no end', encode(signed({ key: 'two' }), 'x').subarray(0, -8), 'MalformedPOSTRequest'],
    ['no boundary', Buffer.from('x'.repeat(20_000)), 'MalformedPOSTRequest'],
    ['no name', Buffer.from(`--${boundary}\r\nContent-Type: a/b\r\n\r\nx\r\n--${boundary}--`), 'MalformedPOSTRequest'],
  ] as const)('with %s is refused and stores nothing', async (_what, body, code) => {
    const reply = await post(body);
    expect([reply.status, reply.xml('Code')]).toEqual([400, code]);
    expect((await cos.ask({ path: '/forms?prefix=two' })).all('Key')).toEqual([]);
  });

  test('is multipart/form-data, and its sender is not named in the request', async () => {
    const body = encode(signed({ key: 'k' }), 'x');
    expect((await post(body, { 'content-type': 'text/plain' })).xml('Code')).toBe('RequestIsNotMultiPartContent');
    expect((await post(body, { authorization: 'Bearer token-Manager' })).xml('Code')).toBe('CredentialsNotSupported');
    expect((await post(body, {}, '/absent-bucket')).xml('Code')).toBe('NoSuchBucket');
  });
});

test.each([
  ['no bucket condition', []],
  ['only a field that is called like it', [{ 'x-ignore-bucket': 'forms' }]],
  ['another bucket', [{ bucket: 'other' }]],
])('a policy with %s is refused and nothing is stored', async (_what, bucket) => {
  const fields = signed({ key: 'no-bucket' }, [], 60_000, bucket);
  const reply = await post(encode({ ...fields, 'x-ignore-bucket': 'forms' }, 'x'));
  expect([reply.status, reply.xml('Code')]).toEqual([403, 'AccessDenied']);
  expect((await cos.ask({ path: '/forms/no-bucket' })).status).toBe(404);
});

test('a policy may name its bucket by eq and by starts-with', async () => {
  for (const condition of [
    ['eq', '$bucket', 'forms'],
    ['starts-with', '$bucket', 'for'],
  ]) {
    const reply = await post(encode(signed({ key: 'named' }, [], 60_000, [condition]), 'x'));
    expect(reply.status).toBe(204);
  }
});
