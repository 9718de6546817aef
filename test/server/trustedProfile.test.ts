import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Credential } from '../../src/model/connection';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, testConnectionId as connectionId, type EngineUnderTest } from '../fakes/servedEngine';

const machineToken = 'token-of-this-machine';

/** An IAM that knows one compute resource, and takes its access tokens from the local server's. */
async function startProfileIam(farSide: LocalFarSide): Promise<{ server: Server; url: string; forms: string[] }> {
  const forms: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(pieces).toString('utf8'));
      forms.push(form.toString());
      const isKnown =
        request.url === '/identity/token' &&
        request.headers.authorization === undefined &&
        form.get('grant_type') === 'urn:ibm:params:oauth:grant-type:cr-token' &&
        form.get('cr_token') === machineToken &&
        form.get('profile_id') === 'Profile-1';
      if (!isKnown) {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ errorCode: 'BXNIM0407E', errorMessage: 'Provided cr_token failed to validate.' }),
        );
        return;
      }
      const { apiKey: apikey, iamEndpoint } = farSide.server.info;
      const body = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey });
      void fetch(`${iamEndpoint}/identity/token`, { method: 'POST', body })
        .then(async (answer) => await answer.text())
        .then((text) => response.writeHead(200, { 'content-type': 'application/json' }).end(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { server, url: `http://127.0.0.1:${port}`, forms };
}

describe('a trusted profile', () => {
  let farSide: LocalFarSide;
  let iam: Awaited<ReturnType<typeof startProfileIam>>;
  let tokenFsPath: string;
  let engine: EngineUnderTest;
  const start = async (profileId: string) => {
    const credential: Credential = { kind: 'profile', profileId, tokenFsPath };
    engine = await startServedEngine({
      connections: [{ ...farSide.iam, iamEndpoint: iam.url, signIn: 'profile' }],
      credentials: { [connectionId]: credential },
    });
  };

  beforeAll(async () => {
    farSide = await startLocalFarSide();
    iam = await startProfileIam(farSide);
    tokenFsPath = join(farSide.dataFolder, 'machine-token');
    writeFileSync(tokenFsPath, `${machineToken}\n`);
  });
  afterEach(async () => await engine.close());
  afterAll(async () => {
    iam.server.close();
    await farSide.close();
  });

  it('signs in with the token of the machine, read anew each time', async () => {
    await start('Profile-1');
    expect(await engine.ask('buckets/list', { connectionId })).toEqual([]);
    expect(iam.forms).toHaveLength(1);
    expect(engine.log.join('\n')).not.toContain(machineToken);
  });

  it('says that the profile does not take this machine', async () => {
    await start('Profile-2');
    expect(await engine.refuse('buckets/list', { connectionId })).toMatchObject({
      kind: 'signInNeeded',
      reason: 'profileRefused',
      code: 'BXNIM0407E',
    });
  });

  it('names the file that it cannot read, and goes on once it is there', async () => {
    rmSync(tokenFsPath);
    await start('Profile-1');
    expect(await engine.refuse('buckets/list', { connectionId })).toMatchObject({
      kind: 'localFile',
      reason: 'noSuchFile',
      fsPath: tokenFsPath,
    });
    writeFileSync(tokenFsPath, machineToken);
    expect(await engine.ask('buckets/list', { connectionId })).toEqual([]);
  });
});
