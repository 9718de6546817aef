import { describe, it } from 'vitest';
import { testConnectionId } from '../fakes/servedEngine';
import { describeObjectStorage } from './objectStorageSuite';

const {
  COS_TEST_ENDPOINT: endpoint,
  COS_TEST_ACCESS_KEY_ID: accessKeyId,
  COS_TEST_SECRET_ACCESS_KEY: secretAccessKey,
  COS_TEST_REGION: region = 'us-south',
} = process.env;

if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
  describe('the engine against an endpoint named in the environment', () => {
    it.skip('needs COS_TEST_ENDPOINT, COS_TEST_ACCESS_KEY_ID and COS_TEST_SECRET_ACCESS_KEY', () => undefined);
  });
} else {
  describeObjectStorage(`the engine against ${endpoint}`, async () => ({
    connection: { kind: 'hmac', id: testConnectionId, name: 'test', endpoint, region, addressingStyle: 'path' },
    credential: { kind: 'hmac', accessKeyId, secretAccessKey },
    close: async () => undefined,
  }));
}
