import { createHash } from 'node:crypto';
import type { StorageInfo } from './objectStorage';

/** A request by API key, past the extension. Throws for what is refused. */
async function send(
  { endpoint, iamEndpoint, apiKey, serviceInstanceId }: StorageInfo,
  method: 'PUT' | 'POST',
  path: string,
  body: string,
): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey });
  const issued = await fetch(`${iamEndpoint}/identity/token`, { method: 'POST', body: form });
  const { access_token: token } = (await issued.json()) as { access_token: string };
  const headers = {
    authorization: `Bearer ${token}`,
    'ibm-service-instance-id': serviceInstanceId,
    'content-md5': createHash('md5').update(body).digest('base64'),
  };
  const answer = await fetch(`${endpoint}${path}`, { method, headers, body });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** Creates a bucket with a retention policy (days). */
export async function createRetainedBucket(
  info: StorageInfo,
  bucket: string,
  [minimum, standard, maximum]: readonly [number, number, number],
): Promise<void> {
  const days = (name: string, count: number) => `<${name}><Days>${count}</Days></${name}>`;
  const periods = `${days('MinimumRetention', minimum)}${days('DefaultRetention', standard)}${days('MaximumRetention', maximum)}`;
  await send(info, 'PUT', `/${bucket}`, '');
  const policy = `<ProtectionConfiguration><Status>Retention</Status>${periods}</ProtectionConfiguration>`;
  await send(info, 'PUT', `/${bucket}?protection`, policy);
}

/** Adds a legal hold to an object. */
export async function addLegalHold(info: StorageInfo, bucket: string, key: string, holdId: string): Promise<void> {
  await send(info, 'POST', `/${bucket}/${key}?legalHold&add=${holdId}`, '');
}
