import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fixture, hmacKey } from './fixture';

let cos: Fixture;
beforeAll(async () => void (cos = await Fixture.start()));
afterAll(() => cos.stop());

test('a body comes back as it was put, listed with its size, and is gone after its delete', async () => {
  await cos.bucket('smoke');
  const put = await cos.ask({ method: 'PUT', path: '/smoke/a/b%20c', body: 'hello', as: hmacKey });
  expect(put.status).toBe(200);
  const big = Buffer.alloc(300_000, 7);
  await cos.put('/smoke/big', big);
  expect((await cos.ask({ path: '/smoke/a/b%20c', as: hmacKey })).text).toBe('hello');
  expect((await cos.ask({ path: '/smoke/big' })).body.equals(big)).toBe(true);
  const list = await cos.ask({ path: '/smoke?list-type=2', as: hmacKey });
  expect(list.all('Key')).toEqual(['a/b c', 'big']);
  expect(list.all('Size')).toEqual(['5', '300000']);
  expect((await cos.ask({ method: 'DELETE', path: '/smoke/a/b%20c' })).status).toBe(204);
  expect((await cos.ask({ path: '/smoke/a/b%20c' })).xml('Code')).toBe('NoSuchKey');
  expect((await cos.ask({ method: 'HEAD', path: '/smoke/big' })).headers['content-length']).toBe('300000');
});
