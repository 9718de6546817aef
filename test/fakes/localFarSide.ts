import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { startLocalServer, type LocalServer } from '../../src/localServer/server';
import type { Credential, HmacConnection, IamConnection } from '../../src/model/connection';
import { testConnectionId } from './servedEngine';

/** A local server in a folder of its own, with what it takes to connect to it. */
export interface LocalFarSide {
  readonly server: LocalServer;
  /** A folder for whatever else a test needs; gone after `close`. */
  readonly dataFolder: string;
  readonly iam: IamConnection;
  readonly hmac: HmacConnection;
  readonly apiKey: Credential;
  readonly hmacKey: Credential;
  /** Speaks to the server's admin endpoint. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Keys of multipart uploads that are open, asked past the engine. */
  openUploads(bucket: string): Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

/** Starts a local server on free ports. */
export async function startLocalFarSide(transport: 'http' | 'https' = 'http'): Promise<LocalFarSide> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'cos-far-side-'));
  const server = await startLocalServer({ dataFolder, port: 0, seed: 'none', transport, log: () => undefined });
  const { info } = server;
  return {
    server,
    dataFolder,
    iam: {
      kind: 'iam',
      id: testConnectionId,
      name: 'test',
      serviceInstanceId: info.serviceInstanceId,
      endpoint: info.endpoint,
      iamEndpoint: info.iamEndpoint,
      locationEndpoints: info.endpoints,
      controlEndpoints: {
        configuration: info.configEndpoint,
        keyProtect: info.kmsEndpoint,
        resourceController: info.resourceControllerEndpoint,
        endpointCatalogue: info.endpointsCatalogueUrl.replace(/\/endpoints$/, ''),
      },
    },
    hmac: {
      kind: 'hmac',
      id: testConnectionId,
      name: 'test',
      endpoint: info.endpoint,
      region: 'us-south',
      addressingStyle: 'path',
      locationEndpoints: info.endpoints,
    },
    apiKey: { kind: 'apiKey', apiKey: info.apiKey },
    hmacKey: { kind: 'hmac', accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey },
    async admin(method, path, body) {
      const answer = await fetch(`${info.adminEndpoint}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
    async openUploads(bucket) {
      const { endpoint, accessKeyId, secretAccessKey } = info;
      const credentials = { accessKeyId, secretAccessKey };
      const client = new S3Client({ endpoint, region: 'us-south', forcePathStyle: true, credentials, maxAttempts: 10 });
      try {
        const answer = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
        return (answer.Uploads ?? []).map(({ Key }) => Key ?? '');
      } finally {
        client.destroy();
      }
    },
    async close() {
      await server.close();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
