import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { S3Client } from '@aws-sdk/client-s3';

/** What a journey needs to know of a local object storage: part of the line that it prints when it is ready. */
export interface StorageInfo {
  readonly endpoint: string;
  /** By location. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly iamEndpoint: string;
  readonly signInEndpoint: string;
  readonly adminEndpoint: string;
  readonly resourceControllerEndpoint: string;
  readonly accountsEndpoint: string;
  /** With its `/v1`. */
  readonly configEndpoint: string;
  /** A trusted profile, and the file with the token that takes it on. */
  readonly trustedProfileId: string;
  readonly computeTokenFile: string;
  readonly apiKey: string;
  readonly serviceInstanceId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A local object storage with sample buckets that the extension did not start. */
export interface Storage {
  readonly info: StorageInfo;
  /** What it wrote to stderr. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts `dist/localServer.js` on free ports with its data in a folder. */
export async function startStorage(dataFolder: string): Promise<Storage> {
  const args = ['dist/localServer.js', '--port', '0', '--data', dataFolder, '--seed', 'demo'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => Promise.reject(new Error(`The local server ended before it was ready: ${log}`))),
  ])) as [string];
  return {
    info: JSON.parse(line) as StorageInfo,
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** What the local server that the extension started is reached by: the file of its data folder that the extension reads. */
export function readStorageInfo(dataFolder: string): StorageInfo {
  const file = JSON.parse(readFileSync(`${dataFolder}/credentials.json`, 'utf8')) as {
    apikey: string;
    resource_instance_id: string;
    cos_hmac_keys: { access_key_id: string; secret_access_key: string };
    localServer: Omit<StorageInfo, 'apiKey' | 'serviceInstanceId' | 'accessKeyId' | 'secretAccessKey'>;
  };
  return {
    ...file.localServer,
    apiKey: file.apikey,
    serviceInstanceId: file.resource_instance_id,
    accessKeyId: file.cos_hmac_keys.access_key_id,
    secretAccessKey: file.cos_hmac_keys.secret_access_key,
  };
}

/** A client that nobody here wrote, for looking at and changing things behind the extension's back. */
export function rawClient({ endpoint, accessKeyId, secretAccessKey }: StorageInfo): S3Client {
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region: 'us-south', forcePathStyle: true, credentials });
}

/** Makes the server fail as told; `rule` is a body of `POST /faults`, see docs/local-server.md. */
export async function armFault({ adminEndpoint }: StorageInfo, rule: object): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${adminEndpoint}/faults`, { method: 'POST', headers, body: JSON.stringify(rule) });
  if (!answer.ok) throw new Error(`The fault was refused: ${await answer.text()}`);
}

/** Ends all faults; what they hold up at the moment, they go on holding up. */
export async function clearFaults({ adminEndpoint }: StorageInfo): Promise<void> {
  const answer = await fetch(`${adminEndpoint}/faults`, { method: 'DELETE' });
  if (!answer.ok) throw new Error(`The faults were not cleared: ${await answer.text()}`);
}
