import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../../../src/engine/http/httpClient';
import { proxyAuthorization, proxyForOrigin } from '../../../../src/engine/http/proxy';
import { backOffMs, defaultRetryPolicy, retryAfterMs } from '../../../../src/engine/http/retry';

const target = 'https://s3.us-south.example.com';

describe('the choice of a proxy', () => {
  const choose = (environment: Record<string, string>, settings: { proxyUrl?: string; noProxy?: string[] } = {}) =>
    proxyForOrigin(target, { ...settings, environment })?.href;

  it('prefers the settings to the environment, and the right variable for the scheme', () => {
    const environment = { HTTPS_PROXY: 'http://env:1', HTTP_PROXY: 'http://plain:2' };
    expect(choose(environment, { proxyUrl: 'http://settings:3' })).toBe('http://settings:3/');
    expect(choose(environment, { proxyUrl: ' ' })).toBe('http://env:1/');
    expect(choose({ http_proxy: 'http://plain:2' })).toBeUndefined();
    expect(choose({ https_proxy: 'host:8080' })).toBe('http://host:8080/');
    expect(proxyForOrigin('http://host', { environment })?.href).toBe('http://plain:2/');
  });

  it.each([
    ['*', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['S3.US-SOUTH.EXAMPLE.COM', true],
    ['example.com:443', true],
    ['example.com:8443', false],
    ['ample.com', false],
    ['us-south', false],
    ['other.org, example.com', true],
  ])('reads NO_PROXY=%s', (pattern, isExcepted) => {
    expect(choose({ HTTPS_PROXY: 'http://p:1', NO_PROXY: pattern }) === undefined).toBe(isExcepted);
  });

  it.each([
    'localhost',
    'LOCALHOST',
    'x.localhost',
    '127.0.0.1',
    '127.9.8.7',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost.',
  ])('leaves %s out whatever is set', (host) => {
    const environment = { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://p:1', ALL_PROXY: 'socks5://p:1' };
    for (const scheme of ['http', 'https']) {
      expect(proxyForOrigin(`${scheme}://${host}:8080`, { environment })).toBeUndefined();
      expect(proxyForOrigin(`${scheme}://${host}`, { environment, proxyUrl: 'http://p:1' })).toBeUndefined();
    }
  });

  it.each(['localhost.example.com', 'notlocalhost', '128.0.0.1', '[::2]', '[::ffff:128.0.0.1]', '127.example.com'])(
    'does not take %s for this machine',
    (host) => {
      expect(proxyForOrigin(`https://${host}`, { environment: { HTTPS_PROXY: 'http://p:1' } })).toBeDefined();
    },
  );

  it.each([
    ['10.0.0.0/8', '10.200.3.4', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.0/23', '10.1.3.255', true],
    ['fd00::/8', '[fd12::7]', true],
    ['fd00::/8', '[fe80::7]', false],
    ['10.0.0.0/8', '10.example.com', false],
    ['10.0.0.0/99', '10.0.0.1', false],
    ['0.0.0.0/0', 'example.com', false],
    ['other.org, 192.168.0.0/16', '192.168.77.1', true],
  ])('reads the network NO_PROXY=%s for %s', (pattern, host, isExcepted) => {
    const environment = { HTTPS_PROXY: 'http://p:1', NO_PROXY: pattern };
    expect(proxyForOrigin(`https://${host}`, { environment }) === undefined).toBe(isExcepted);
  });

  it.each(['socks5://p:1080', 'socks://u:secret@p', 'socks5h://p:1080', 'ftp://p'])(
    'refuses %s with a sentence',
    (proxyUrl) => {
      const choosing = () => proxyForOrigin('https://h', { environment: {}, proxyUrl });
      expect(choosing).toThrow(/is not an HTTP proxy/);
      expect(choosing).not.toThrow(/secret/);
    },
  );

  it('decodes user and password of the URL', () => {
    expect(proxyAuthorization(new URL('http://a%40b:c%3Ad@p:1'))).toBe(
      `Basic ${Buffer.from('a@b:c:d').toString('base64')}`,
    );
    expect(proxyAuthorization(new URL('http://p:1'))).toBeUndefined();
  });
});

describe('waiting before another attempt', () => {
  it('grows, stays under its ceiling, and is never the same for all', () => {
    const longest = [1, 2, 3, 20].map((attempt) => backOffMs(defaultRetryPolicy, attempt, () => 1));
    const shortest = [1, 2, 3, 20].map((attempt) => backOffMs(defaultRetryPolicy, attempt, () => 0));
    expect(longest).toEqual([400, 800, 1600, 10_000]);
    expect(shortest).toEqual([200, 400, 800, 5000]);
  });

  it('reads Retry-After in seconds and as a date, up to a minute', () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('3', nowMs)).toBe(3000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:07 GMT', nowMs)).toBe(7000);
    expect(retryAfterMs('86400', nowMs)).toBe(86_400_000);
    expect(retryAfterMs('-5', nowMs)).toBe(0);
    expect(retryAfterMs('soon', nowMs)).toBeUndefined();
    expect(retryAfterMs(undefined, nowMs)).toBeUndefined();
  });
});

describe('a path in the log', () => {
  it('keeps what is asked for and hides what signs it', () => {
    expect(withoutSecrets('/b/k?versionId=1&X-Amz-Signature=abc&X-Amz-Credential=id')).toBe(
      '/b/k?versionId=1&X-Amz-Signature=…&X-Amz-Credential=…',
    );
  });
});
