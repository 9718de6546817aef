import { startLocalFarSide } from '../../fakes/localFarSide';
import { describeVersions } from './versionsSuite';

describeVersions('versions and locks of the local server', async () => {
  const { hmac, hmacKey, close } = await startLocalFarSide();
  return { connection: hmac, credential: hmacKey, close };
});
