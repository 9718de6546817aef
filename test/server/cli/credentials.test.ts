import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { useCos } from './cosFixture';

const world = useCos();
let server: Server;
let endpoint: string;
let asked: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers);
    response.setHeader('content-type', 'application/xml');
    response.end(
      '<ListBucketResult><Name>b</Name><Contents><Key>k</Key><Size>1</Size><LastModified>2024-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>',
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

const pair = 'aws_access_key_id = id\naws_secret_access_key = secret\n';

it('sends the session token of a profile or of the environment, signed, with each request', async () => {
  world.write('.aws/credentials', `[default]\n${pair}aws_session_token = of-the-file\n`);
  const environment = { HOME: world.folder, AWS_ENDPOINT_URL: endpoint };
  const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'of-the-environment' };
  expect(await world.cos(['ls', 'cos://b'], { environment })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await world.cos(['ls', 'cos://b'], { environment: { ...environment, ...keys } })).toMatchObject({
    exitCode: 0,
  });
  expect(asked.map((headers) => headers['x-amz-security-token'])).toEqual(['of-the-file', 'of-the-environment']);
  for (const { authorization } of asked) {
    expect(authorization).toMatch(/SignedHeaders=[^,]*x-amz-date;x-amz-security-token,/);
  }
});

it('signs in with the HMAC pair of cos_credentials, or with its API key where that is chosen', async () => {
  const { apiKey, serviceInstanceId, iamEndpoint, accessKeyId, secretAccessKey } = world.farSide.server.info;
  const file = {
    apikey: apiKey,
    resource_instance_id: serviceInstanceId,
    iam_auth_endpoint: `${iamEndpoint}/identity/token`,
    cos_hmac_keys: { access_key_id: accessKeyId, secret_access_key: secretAccessKey },
  };
  world.write('.bluemix/cos_credentials', JSON.stringify(file));
  const environment = { HOME: world.folder, AWS_ENDPOINT_URL: endpoint };
  const authorization = async (args: string[], more = {}) => {
    const end = await world.cos(['ls', 'cos://b', ...args], { environment: { ...environment, ...more } });
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    return asked.at(-1)?.authorization?.split(' ')[0];
  };
  expect(await authorization([])).toBe('AWS4-HMAC-SHA256');
  expect(await authorization(['--auth', 'iam'])).toBe('Bearer');
  expect(await authorization([], { COS_AUTH: 'iam' })).toBe('Bearer');
  expect(await authorization(['--auth', 'hmac'], { COS_AUTH: 'iam' })).toBe('AWS4-HMAC-SHA256');
  const wrong = await world.cos(['ls', '--auth', 'both'], { environment });
  expect(wrong).toMatchObject({ exitCode: 2 });
  expect(wrong.stderr).toContain('--auth takes iam or hmac, not "both"');
});

it('reads public buckets without signing in, whatever credentials there are', async () => {
  world.write('.aws/credentials', `[default]\n${pair}`);
  const environment = { HOME: world.folder, AWS_ENDPOINT_URL: endpoint };
  const listed = await world.cos(['ls', 'cos://b', '--no-sign-request'], { environment });
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(listed.stdout).toMatch(/ {2}k\n$/);
  expect(asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  const all = await world.cos(['ls', '--no-sign-request'], { environment });
  expect(all).toMatchObject({ exitCode: 2, stdout: '' });
  expect(all.stderr).toContain('without signing in nobody can list buckets');
});
