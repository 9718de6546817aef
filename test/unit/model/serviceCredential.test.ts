import { describe, expect, it } from 'vitest';
import { readServiceCredential } from '../../../src/model/serviceCredential';

const crn = 'crn:v1:bluemix:public:cloud-object-storage:global:a/0123:8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e::';
const pair = { access_key_id: 'the-id', secret_access_key: 'the-secret' };
const fields = {
  apikey: ' the-key ',
  cos_hmac_keys: pair,
  endpoints: 'https://control.cloud-object-storage.cloud.ibm.com/v2/endpoints',
  iam_apikey_name: 'auto-generated',
  iam_role_crn: 'crn:v1:bluemix:public:iam::::serviceRole:Writer',
  resource_instance_id: crn,
};
const hmac = { accessKeyId: 'the-id', secretAccessKey: 'the-secret' };
const read = (value: unknown) => readServiceCredential(JSON.stringify(value, undefined, 2));

describe('a service credential', () => {
  it('is read from its credentials object, a whole resource key and the array of the command line', () => {
    const credential = { name: 'auto-generated', apiKey: 'the-key', hmac, serviceInstanceId: crn };
    expect(read(fields)).toEqual({ kind: 'found', credential });
    const named = { kind: 'found', credential: { ...credential, name: 'team' } };
    expect(read({ name: 'team', guid: 'g', credentials: fields })).toEqual(named);
    expect(read([{ name: 'team', credentials: fields }])).toEqual(named);
  });

  it('may have an API key alone, or an HMAC pair alone', () => {
    expect(read({ apikey: 'k' })).toEqual({ kind: 'found', credential: { apiKey: 'k' } });
    expect(read({ cos_hmac_keys: pair })).toEqual({ kind: 'found', credential: { hmac } });
  });

  it('is the first of several that has secrets', () => {
    const several = [
      { name: 'hidden', credentials: { REDACTED: 'REDACTED' } },
      { name: 'seen', credentials: fields },
    ];
    expect(read(several)).toMatchObject({ kind: 'found', credential: { name: 'seen' } });
  });

  it('keeps the host of an IAM of its own', () => {
    const own = { apikey: 'k', iam_auth_endpoint: 'https://iam.test.cloud.ibm.com/identity/token' };
    expect(read(own)).toMatchObject({ credential: { iamEndpoint: 'https://iam.test.cloud.ibm.com' } });
  });

  it('is read from what the command line prints as text', () => {
    const text = `Name:  team\nCredentials:\n   apikey:  the-key\n   cos_hmac_keys:\n      access_key_id:  the-id\n      secret_access_key:  the-secret\n   resource_instance_id:  ${crn}\n`;
    const credential = { apiKey: 'the-key', hmac, serviceInstanceId: crn };
    expect(readServiceCredential(text)).toEqual({ kind: 'found', credential });
  });
});

describe('a text without a usable credential', () => {
  it.each([
    [{ credentials: { REDACTED: 'REDACTED' } }, 'redacted'],
    [[{ credentials: { REDACTED: 'REDACTED_EXPLICIT' } }], 'redacted'],
    [{ apikey: 'REDACTED' }, 'redacted'],
    [{ cos_hmac_keys: { access_key_id: 'x' } }, 'halfPair'],
    [{ apikey: '' }, 'notACredential'],
    [{ name: 'package', version: '1.0.0' }, 'notACredential'],
    [[], 'notACredential'],
    [['text'], 'notACredential'],
  ])('%j is judged %s', (value, kind) => {
    expect(read(value)).toEqual({ kind });
  });

  it('says where its JSON breaks, and quotes nothing of it', () => {
    const broken = readServiceCredential('{"apikey": "secret-key" "x": 1}');
    expect(broken).toMatchObject({ kind: 'malformed', at: expect.stringMatching(/\d/) as string });
    expect(JSON.stringify(broken)).not.toContain('secret-key');
    expect(readServiceCredential('just some words')).toEqual({ kind: 'malformed' });
    expect(readServiceCredential('')).toEqual({ kind: 'malformed' });
  });
});
