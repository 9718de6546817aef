import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCredential } from '../../../src/cli/credentials';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cos-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(name: string, text: string): void {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const found = (environment: Record<string, string> = {}, profile?: string) =>
  findCredential({ HOME: home, ...environment }, profile);

const hmacEnvironment = { AWS_ACCESS_KEY_ID: 'env-id', AWS_SECRET_ACCESS_KEY: 'env-secret' };
const cosFile = {
  apikey: 'file-key',
  resource_instance_id: 'crn:v1:x',
  cos_hmac_keys: { access_key_id: 'file-id', secret_access_key: 'file-secret' },
};

describe('the order of credentials', () => {
  beforeEach(() => {
    write('.bluemix/cos_credentials', JSON.stringify(cosFile));
    write('.aws/credentials', '[default]\naws_access_key_id = aws-id\naws_secret_access_key = aws-secret\n');
  });

  it('is: API key of the environment first', () => {
    const environment = { ...hmacEnvironment, IBM_API_KEY_ID: 'env-key', IBM_SERVICE_INSTANCE_ID: 'crn' };
    expect(found(environment)).toEqual({
      credential: { kind: 'apiKey', apiKey: 'env-key' },
      source: 'IBM_API_KEY_ID',
      serviceInstanceId: 'crn',
    });
  });

  it('then HMAC of the environment, AWS names before COS names', () => {
    const documented = { COS_HMAC_ACCESS_KEY_ID: 'c', COS_HMAC_SECRET_ACCESS_KEY: 's', IBMCLOUD_API_KEY: 'k' };
    expect(found({ ...hmacEnvironment, ...documented }).source).toBe('AWS_ACCESS_KEY_ID');
    expect(found(documented).source).toBe('COS_HMAC_ACCESS_KEY_ID');
    expect(found({ IBMCLOUD_API_KEY: 'k' }).credential).toEqual({ kind: 'apiKey', apiKey: 'k' });
  });

  it('then cos_credentials, its API key before its HMAC pair', () => {
    expect(found()).toEqual({
      credential: { kind: 'apiKey', apiKey: 'file-key' },
      source: join(home, '.bluemix/cos_credentials'),
      serviceInstanceId: 'crn:v1:x',
    });
  });

  it('then the AWS files', () => {
    rmSync(join(home, '.bluemix'), { recursive: true });
    expect(found().credential).toEqual({ kind: 'hmac', accessKeyId: 'aws-id', secretAccessKey: 'aws-secret' });
  });

  it('is only the AWS files for a profile that is named', () => {
    write(
      '.aws/config',
      '[profile cos]\nibm_api_key_id = conf-key\nibm_service_instance_id = crn\nendpoint_url = http://e\n',
    );
    expect(found(hmacEnvironment, 'cos')).toMatchObject({
      credential: { kind: 'apiKey', apiKey: 'conf-key' },
      serviceInstanceId: 'crn',
      endpoint: 'http://e',
    });
    expect(() => found(hmacEnvironment, 'other')).toThrow(/no credentials for profile "other"/);
  });
});

describe('cos_credentials', () => {
  it.each([
    ['the whole resource key', { credentials: cosFile, name: 'x' }],
    ['the array that the command line prints', [{ credentials: cosFile }]],
  ])('may be %s', (_what, content) => {
    write('.bluemix/cos_credentials', JSON.stringify(content));
    expect(found().credential).toEqual({ kind: 'apiKey', apiKey: 'file-key' });
  });

  it('may lie elsewhere', () => {
    write('elsewhere', JSON.stringify({ cos_hmac_keys: cosFile.cos_hmac_keys }));
    expect(found({ COS_CREDENTIALS_FILE: join(home, 'elsewhere') }).credential.kind).toBe('hmac');
  });

  it('is named with the position of what is wrong in it, without its content', () => {
    write('.bluemix/cos_credentials', '{\n  "apikey": "very-secret",,\n}');
    expect(() => found()).toThrow(/cos_credentials" is not valid JSON/);
    expect(() => found()).not.toThrow(/very-secret/);
  });

  it('must hold something to sign in with', () => {
    write('.bluemix/cos_credentials', '{"apikey": ""}');
    expect(() => found()).toThrow(/neither "apikey" nor a complete "cos_hmac_keys"/);
  });
});

describe('AWS files', () => {
  it('are read with comments, spaces, sub-sections and duplicate sections', () => {
    write(
      '.aws/credentials',
      '# comment\n[default]\n  s3 =\n    aws_access_key_id = nested\naws_access_key_id=id\n; more\n[other]\nx=y\n[default]\naws_secret_access_key = a=b\n',
    );
    expect(found().credential).toEqual({ kind: 'hmac', accessKeyId: 'id', secretAccessKey: 'a=b' });
  });

  it('with an API key under the wrong names are explained', () => {
    write('.aws/credentials', '[default]\naws_access_key_id = k\naws_secret_access_key = crn:v1:bluemix\n');
    expect(() => found()).toThrow(/rename them to ibm_api_key_id and ibm_service_instance_id/);
  });
});

describe('a token URL of IBM', () => {
  it.each(['https://iam.x/identity/token', 'https://iam.x/', 'https://iam.x'])('%s names the base of IAM', (url) => {
    expect(found({ IBM_API_KEY_ID: 'k', IBM_AUTH_ENDPOINT: url }).iamEndpoint).toBe('https://iam.x');
  });
});
