import { expect, it } from 'vitest';
import { missingRadosgwPrograms, radosgwInstallation, startRadosgw } from '../fakes/radosgw';
import { testConnectionId } from '../fakes/servedEngine';
import { describeObjectStorage } from './objectStorageSuite';

const missing = missingRadosgwPrograms();

if (missing.length > 0) {
  it('finds the programs of radosgw, an S3 server that nobody here wrote', () => {
    expect(missing, `install them: apt-get update && ${radosgwInstallation}`).toEqual([]);
  });
} else {
  const start = async () => {
    const { endpoint, accessKeyId, secretAccessKey, close } = await startRadosgw();
    return {
      connection: {
        kind: 'hmac',
        id: testConnectionId,
        name: 'test',
        endpoint,
        region: 'default',
        addressingStyle: 'path',
      },
      credential: { kind: 'hmac', accessKeyId, secretAccessKey },
      close,
    } as const;
  };
  describeObjectStorage('the engine against radosgw', start, { hasGrants: true });
}
