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

function write(name: string, text: string | Buffer): void {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const found = (environment: Record<string, string> = {}, profile?: string, auth?: 'iam' | 'hmac') =>
  findCredential({ HOME: home, ...environment }, { profile, auth });

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

  it('then cos_credentials, its HMAC pair before its API key unless the other is chosen', () => {
    const source = join(home, '.bluemix/cos_credentials');
    const pair = { kind: 'hmac', accessKeyId: 'file-id', secretAccessKey: 'file-secret' };
    expect(found()).toEqual({ credential: pair, source });
    expect(found({}, undefined, 'hmac')).toEqual({ credential: pair, source });
    expect(found({}, undefined, 'iam')).toEqual({
      credential: { kind: 'apiKey', apiKey: 'file-key' },
      source,
      serviceInstanceId: 'crn:v1:x',
    });
    write('.bluemix/cos_credentials', JSON.stringify({ apikey: 'file-key' }));
    expect(found().credential).toEqual({ kind: 'apiKey', apiKey: 'file-key' });
  });

  it('passes over what has not the key that was chosen, and says so where nothing has', () => {
    expect(found({ IBM_API_KEY_ID: 'env-key' }, undefined, 'hmac').source).toBe(join(home, '.bluemix/cos_credentials'));
    rmSync(join(home, '.bluemix'), { recursive: true });
    expect(() => found({}, undefined, 'iam')).toThrow(
      /--auth iam needs an API key, and profile "default" of .* holds none/,
    );
  });

  it('puts a profile that AWS_PROFILE names before cos_credentials, and never falls back where there is none', () => {
    write('.aws/credentials', '[work]\naws_access_key_id = work-id\naws_secret_access_key = s\n[home]\n');
    expect(found({ AWS_PROFILE: 'work' }).credential).toMatchObject({ accessKeyId: 'work-id' });
    expect(() => found({ AWS_PROFILE: 'nope' })).toThrow(
      'there is no profile "nope" in the AWS files; there are "work", "home"',
    );
    expect(() => found({ AWS_PROFILE: 'home' })).toThrow('the AWS files hold no credentials for profile "home"');
    expect(found({ ...hmacEnvironment, AWS_PROFILE: 'nope' }).source).toBe('AWS_ACCESS_KEY_ID');
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
    expect(() => found(hmacEnvironment, 'other')).toThrow(/there is no profile "other".*"default", "cos"/);
  });
});

describe('cos_credentials', () => {
  it.each([
    ['the whole resource key', { credentials: cosFile, name: 'x' }],
    ['the array that the command line prints', [{ credentials: cosFile }]],
  ])('may be %s', (_what, content) => {
    write('.bluemix/cos_credentials', JSON.stringify(content));
    expect(found({}, undefined, 'iam').credential).toEqual({ kind: 'apiKey', apiKey: 'file-key' });
  });

  it('may lie elsewhere', () => {
    write('elsewhere', JSON.stringify({ cos_hmac_keys: cosFile.cos_hmac_keys }));
    expect(found({ COS_CREDENTIALS_FILE: join(home, 'elsewhere') }).credential.kind).toBe('hmac');
  });

  it('that is named and not there is told, and nothing else is taken in its place', () => {
    write('.aws/credentials', '[default]\naws_access_key_id = id\naws_secret_access_key = s\n');
    expect(() => found({ COS_CREDENTIALS_FILE: join(home, 'nowhere') })).toThrow(
      /nowhere" cannot be read: COS_CREDENTIALS_FILE names it/,
    );
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

  const pair = { kind: 'hmac', accessKeyId: 'id', secretAccessKey: 'a:b/c=' };
  const utf16 = (text: string, isLittle: boolean) => {
    const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
    return isLittle ? bytes : bytes.swap16();
  };
  const plain = '[default]\naws_access_key_id = id\naws_secret_access_key = a:b/c=\n';
  it.each([
    ['a byte order mark', `\uFEFF${plain}`],
    ['UTF-16 of a Windows shell', utf16(plain, true)],
    ['UTF-16 the other way round', utf16(plain, false)],
    ['lines that end as on Windows', plain.replaceAll('\n', '\r\n')],
    ['lines that are all indented', plain.replaceAll(/^/gm, '  ')],
    ['an indented line behind another', plain.replace('aws_secret', '\taws_secret')],
    ['colons', '[default]\naws_access_key_id: id\naws_secret_access_key:a:b/c=\n'],
    ['names in capitals', plain.replaceAll('aws_', 'AWS_')],
    ['comments behind values', plain.replaceAll(/$/gm, '   # mine')],
    ['blanks in the header', plain.replace('[default]', '[ default ]')],
    ['an empty option before', plain.replace('\n', '\n  region =\n  ')],
  ])('are read with %s', (_what, content) => {
    write('.aws/credentials', content);
    expect(found().credential).toEqual(pair);
  });

  it('are read with profiles of the config file, their names in quotes or not', () => {
    write(
      '.aws/config',
      `[profile a b]\n${plain.slice(10)}[profile "c d"]\n${plain.slice(10)}[services e]\n[sso-session f]\n`,
    );
    expect(found({}, 'a b').credential).toEqual(pair);
    expect(found({ AWS_PROFILE: 'c d' }).credential).toEqual(pair);
    expect(() => found({}, 'e')).toThrow('there are "a b", "c d"');
  });

  it('give a session token, and so does the environment', () => {
    write('.aws/credentials', `${plain}aws_session_token = tok==\n[old]\n${plain.slice(10)}aws_security_token = old\n`);
    expect(found().credential).toEqual({ ...pair, sessionToken: 'tok==' });
    expect(found({}, 'old').credential).toEqual({ ...pair, sessionToken: 'old' });
    expect(found({ ...hmacEnvironment, AWS_SESSION_TOKEN: 'env' }).credential).toMatchObject({ sessionToken: 'env' });
    const cos = { COS_HMAC_ACCESS_KEY_ID: 'c', COS_HMAC_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'of another' };
    expect(found(cos).credential).toEqual({ kind: 'hmac', accessKeyId: 'c', secretAccessKey: 's' });
  });

  it('give the endpoint of the services section before that of the profile', () => {
    write('.aws/credentials', plain);
    const config = '[default]\nservices = cos\nendpoint_url = http://general\n';
    write(
      '.aws/config',
      `${config}[services cos]\ns3 =\n  endpoint_url = http://s3\nsqs =\n  endpoint_url = http://no\n`,
    );
    expect(found().endpoint).toBe('http://s3');
    write('.aws/config', `${config}[services other]\ns3 =\n  endpoint_url = http://s3\n`);
    expect(found().endpoint).toBe('http://general');
    write('.aws/config', `${config}ignore_configured_endpoint_urls = true\n`);
    expect(found().endpoint).toBeUndefined();
  });

  it.each([
    ['[default]\naws_access_key_id id\n', /line 2 of ".*credentials" is neither/],
    ['aws_access_key_id = id\n', /line 1 of ".*credentials" is neither/],
    ['[default\naws_access_key_id = id\n', /line 1 of ".*credentials" is neither/],
    [
      '[default]\naws_access_key_id = id\n',
      /aws_access_key_id is set but aws_secret_access_key is not in profile "default"/,
    ],
    ['[default]\ncredential_process = x\n', /profile "default" of .* signs in by credential_process, which cos cannot/],
    ['[default]\nrole_arn = x\nsource_profile = y\n', /signs in by role_arn, which cos cannot/],
  ])('that cannot be read are named: %j', (content, said) => {
    write('.aws/credentials', content);
    expect(() => found()).toThrow(said);
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
