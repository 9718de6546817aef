import { startLocalFarSide } from '../fakes/localFarSide';
import { describeObjectStorage } from './objectStorageSuite';

describeObjectStorage('the engine against the local server, by API key', async () => {
  const { iam, apiKey, close } = await startLocalFarSide();
  return { connection: iam, credential: apiKey, close };
});

describeObjectStorage('the engine against the local server, by HMAC key', async () => {
  const { hmac, hmacKey, close } = await startLocalFarSide();
  return { connection: hmac, credential: hmacKey, close };
});

describeObjectStorage('the engine against the local server, by HMAC key over TLS', async () => {
  const { server, hmac, hmacKey, close } = await startLocalFarSide('https');
  return { connection: hmac, credential: hmacKey, configuration: { caFiles: [server.info.caFile!] }, close };
});
