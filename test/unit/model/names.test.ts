import { describe, expect, it } from 'vitest';
import { bucketNameProblem } from '../../../src/model/bucketName';
import { endpointOfLocation, locationOfHost, locations, parseProvisioningCode } from '../../../src/model/location';

describe('bucket names', () => {
  it.each([
    ['abc', undefined],
    ['a.b-c.9', undefined],
    ['x'.repeat(63), undefined],
    ['ab', 'length'],
    ['x'.repeat(64), 'length'],
    ['Abc', 'characters'],
    ['a_b', 'characters'],
    ['-ab', 'ends'],
    ['ab.', 'ends'],
    ['a..b', 'dots'],
    ['a--b', 'dots'],
    ['a.-b', 'dots'],
    ['a-.b', 'dots'],
    ['192.168.0.1', 'ipAddress'],
    ['1.2.3.4.5', undefined],
    ['cosv1-x', 'reservedPrefix'],
    ['account-x', 'reservedPrefix'],
  ])('%s: %s', (name, problem) => {
    expect(bucketNameProblem(name)).toBe(problem);
  });
});

describe('provisioning codes', () => {
  it.each([
    ['us-south-standard', { location: 'us-south', storageClass: 'standard' }],
    ['us-geo-smart', { location: 'us', storageClass: 'smart' }],
    ['eu-de-onerate_active', { location: 'eu-de', storageClass: 'onerate_active' }],
    ['ams03-flex', { location: 'ams03', storageClass: 'flex' }],
    ['us-south', { location: 'us-south' }],
    ['mars-north-glacial', { location: 'mars-north-glacial' }],
    [' ', {}],
  ])('%s is split at its class', (code, parts) => {
    expect(parseProvisioningCode(code)).toEqual(parts);
  });

  it('come back for every known location and class', () => {
    for (const { code } of locations) {
      expect(parseProvisioningCode(`${code}-cold`)).toEqual({ location: code, storageClass: 'cold' });
    }
  });
});

describe('endpoints', () => {
  it('name their location, over each network', () => {
    for (const { code } of locations) {
      for (const network of ['public', 'private', 'direct'] as const) {
        expect(locationOfHost(new URL(endpointOfLocation(code, network)).host)).toBe(code);
      }
    }
  });

  it('name none for anybody else', () => {
    for (const host of [
      's3.amazonaws.com',
      'localhost:9000',
      's3.us-south.cloud-object-storage.appdomain.cloud.evil.com',
    ]) {
      expect(locationOfHost(host)).toBeUndefined();
    }
  });
});
