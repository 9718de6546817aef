import { describe, expect, it } from 'vitest';
import { withLocalEndpoints } from '../../../src/extension/connections/localEndpoints';
import type { Connection } from '../../../src/model/connection';
import { connectionId } from '../../../src/model/ids';

const endpoints = { 'us-south': 'http://127.0.0.1:9730', 'eu-gb': 'http://127.0.0.1:9731' };
const to = (endpoint: string): Connection => ({
  kind: 'hmac',
  id: connectionId('c'),
  name: 'Mine',
  endpoint,
  region: 'us-south',
  addressingStyle: 'path',
});

describe('the endpoints of a new connection', () => {
  it.each(['http://127.0.0.1:9730', 'http://127.0.0.1:9731', 'http://localhost:9731'])(
    'are those of the local server for %s',
    (endpoint) => {
      expect(withLocalEndpoints(to(endpoint), endpoints)).toEqual({ ...to(endpoint), locationEndpoints: endpoints });
    },
  );

  it.each(['http://127.0.0.1:9000', 'https://127.0.0.1:9730', 'https://s3.example'])(
    'are its own for %s',
    (endpoint) => {
      expect(withLocalEndpoints(to(endpoint), endpoints)).toEqual(to(endpoint));
      expect(withLocalEndpoints(to(endpoint), undefined)).toEqual(to(endpoint));
    },
  );
});
