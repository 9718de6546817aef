import { createHash } from 'node:crypto';
import type { StorageInfo } from './objectStorage';

/** Creates a bucket with a retention policy (days), past the extension. */
export async function createRetainedBucket(
  { endpoint, iamEndpoint, apiKey, serviceInstanceId }: StorageInfo,
  bucket: string,
  [minimum, standard, maximum]: readonly [number, number, number],
): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey });
  const answer = await fetch(`${iamEndpoint}/identity/token`, { method: 'POST', body: form });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const days = (name: string, count: number) => `<${name}><Days>${count}</Days></${name}>`;
  const policy = `<ProtectionConfiguration><Status>Retention</Status>${days('MinimumRetention', minimum)}${days('DefaultRetention', standard)}${days('MaximumRetention', maximum)}</ProtectionConfiguration>`;
  const put = async (path: string, body: string) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'ibm-service-instance-id': serviceInstanceId,
      'content-md5': createHash('md5').update(body).digest('base64'),
    };
    const stored = await fetch(`${endpoint}${path}`, { method: 'PUT', headers, body });
    if (!stored.ok) throw new Error(`PUT ${path}: ${stored.status} ${await stored.text()}`);
  };
  await put(`/${bucket}`, '');
  await put(`/${bucket}?protection`, policy);
}
