import { describe, expect, it } from 'vitest';
import { connectionOf, credentialOf, draftOf, emptyDraft } from '../../../src/extension/connections/draft';
import { endpointProblem, normalisedEndpoint } from '../../../src/extension/connections/endpoint';
import { instanceIdProblem, normalisedInstanceId } from '../../../src/extension/connections/instanceId';
import { newConnectionId } from '../../../src/extension/connections/newConnectionId';
import { parseConnections } from '../../../src/extension/connections/parseConnections';
import { readSignInHosts } from '../../../src/extension/connections/signInHosts';
import type { Connection } from '../../../src/model/connection';
import { connectionId } from '../../../src/model/ids';

const iam: Connection = {
  kind: 'iam',
  id: connectionId('prod'),
  name: 'Production',
  serviceInstanceId: '8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e',
  endpoint: 'https://s3.eu-de.cloud-object-storage.appdomain.cloud',
};

describe('an endpoint', () => {
  it.each([
    ['https://s3.us-south.cloud-object-storage.appdomain.cloud', undefined],
    ['https://s3.example:9000/', undefined],
    ['http://127.0.0.1:9000', undefined],
    ['http://localhost', undefined],
    ['http://[::1]:80', undefined],
    ['http://s3.example', 'insecure'],
    ['http://127.0.0.1.example', 'insecure'],
    ['http://localhost.example', 'insecure'],
    ['s3.example', 'notAUrl'],
    ['https://', 'notAUrl'],
    ['https:s3.example', 'notAUrl'],
    ['', 'notAUrl'],
    ['ftp://s3.example', 'notHttp'],
    ['https://me:secret@s3.example', 'hasCredentials'],
    ['https://s3.example/bucket', 'hasPath'],
    ['https://s3.example/?x', 'hasQuery'],
  ])('%s is judged %s', (text, problem) => {
    expect(endpointProblem(text)).toBe(problem);
  });

  it('is saved without slash, in lower case', () => {
    expect(normalisedEndpoint(' https://S3.Example:9000/ ')).toBe('https://s3.example:9000');
  });
});

describe('a service instance', () => {
  const crn = 'crn:v1:bluemix:public:cloud-object-storage:global:a/0123:8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e::';

  it.each([
    [crn, undefined],
    [`${crn.slice(0, -1)}bucket:logs`, undefined],
    ['8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e', undefined],
    ['', 'empty'],
    [crn.replace('cloud-object-storage', 'kms'), 'otherService'],
    ['crn:v1:bluemix', 'malformed'],
    ['my-instance', 'malformed'],
  ])('%s is judged %s', (text, problem) => {
    expect(instanceIdProblem(text)).toBe(problem);
  });

  it('is the instance of a bucket whose CRN was pasted', () => {
    expect(normalisedInstanceId(`${crn.slice(0, -1)}bucket:logs`)).toBe(crn);
  });
});

describe('a new connection id', () => {
  it('is made of the name and differs from those taken', () => {
    expect(newConnectionId('Prod – Müller & Co.', [])).toBe('prod-mu-ller-co');
    expect(newConnectionId('Prod', [connectionId('prod'), connectionId('prod-2')])).toBe('prod-3');
    expect(newConnectionId('日本', [])).toBe('connection');
  });
});

describe('the setting ibmcos.connections', () => {
  it('is read entry by entry: a bad one costs itself only, and says what is wrong', () => {
    const parsed = parseConnections([
      iam,
      { ...iam, id: 'PROD' },
      { ...iam },
      { ...iam, id: 'b', endpoint: 'http://s3.example' },
      { ...iam, id: 'c', kind: 'ftp' },
      'text',
      { ...iam, id: 'd', iamEndpoint: 'javascript:alert(1)' },
      { ...iam, id: 'e', locationEndpoints: { us: 'http://evil.example' } },
    ]);
    expect(parsed.connections).toEqual([iam]);
    expect(parsed.problems.map(({ index, problem }) => `${index}: ${problem}`)).toEqual([
      '1: "id" must be 1 to 63 lower-case letters, digits and inner "-"',
      '2: "id" is taken by an entry before it',
      '3: "endpoint" must be an https URL of a host (http on this machine only)',
      '4: "kind" must be "iam", "hmac" or "anonymous"',
      '5: the entry must be an object',
      '6: "iamEndpoint" must be an https URL of a host (http on this machine only)',
      '7: "us" must be an https URL of a host (http on this machine only)',
    ]);
  });

  it('that is no array is one problem, and no setting is none', () => {
    expect(parseConnections({}).problems).toHaveLength(1);
    expect(parseConnections(undefined)).toEqual({ connections: [], problems: [] });
  });
});

describe('a draft of a connection', () => {
  it('gives back what it was made of, and keeps what it does not ask for', () => {
    const before: Connection = { ...iam, extraBuckets: ['x'], isReadOnly: true };
    expect(connectionOf(draftOf(before), before.id, before)).toEqual({ ...before, network: 'public' });
  });

  it('derives the endpoint from location and network', () => {
    const draft = { ...emptyDraft('iam'), name: ' N ', location: 'us-south', network: 'private' as const };
    expect(connectionOf(draft as never, connectionId('n'), undefined)).toMatchObject({
      name: 'N',
      endpoint: 'https://s3.private.us-south.cloud-object-storage.appdomain.cloud',
    });
  });

  it('leaves a secret alone that was not typed', () => {
    expect(credentialOf(draftOf(iam))).toBeUndefined();
    expect(credentialOf({ ...emptyDraft('iam'), apiKey: ' k ' } as never)).toEqual({ kind: 'apiKey', apiKey: 'k' });
  });
});

describe('where new connections sign in', () => {
  const hosts = readSignInHosts({
    iam: 'https://private.iam.cloud.ibm.com/',
    configuration: 'https://config.example/v1',
    keyProtect: 'http://keys.example',
    other: 'https://other.example',
  });

  it('is what the setting says, except hosts that keys may not be sent to', () => {
    const expected = { configuration: 'https://config.example/v1' };
    expect(hosts).toEqual({ iamEndpoint: 'https://private.iam.cloud.ibm.com', controlEndpoints: expected });
    expect(readSignInHosts('https://iam.example')).toEqual({});
  });

  it('goes into new connections and comes back from settings', () => {
    const draft = { ...emptyDraft('iam', hosts), serviceInstanceId: 'x', location: 'us-south', name: 'New' };
    const made = connectionOf(draft, connectionId('new'), undefined, hosts);
    expect(made).toMatchObject(hosts);
    expect(parseConnections([made])).toEqual({ connections: [made], problems: [] });
  });
});
