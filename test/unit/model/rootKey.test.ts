import { expect, it } from 'vitest';
import { locations, type Location } from '../../../src/model/location';
import { parseKeyCrn, rootKeyProblem, takesRootKey } from '../../../src/model/rootKey';

const at = (code: string): Location => {
  const found = locations.find((location) => location.code === code);
  if (found === undefined) throw new Error(code);
  return found;
};
const instance = 'crn:v1:bluemix:public:kms:us-south:a/0123456789abcdef:8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e';
const key = `${instance}:key:11111111-2222-4333-8444-555555555555`;

it('reads the CRN of a key, and of an instance, of both services', () => {
  expect(parseKeyCrn(key)).toEqual({
    service: 'keyProtect',
    region: 'us-south',
    instanceGuid: '8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e',
    keyId: '11111111-2222-4333-8444-555555555555',
  });
  expect(parseKeyCrn(`${instance}::`)?.keyId).toBeUndefined();
  expect(parseKeyCrn(key.replace(':kms:', ':hs-crypto:'))?.service).toBe('hpcs');
});

it('takes nothing for a key that would name another host or service', () => {
  expect(parseKeyCrn(key.replace(':kms:', ':cloud-object-storage:'))).toBeUndefined();
  expect(parseKeyCrn(key.replace('us-south', 'evil.example/'))).toBeUndefined();
  expect(parseKeyCrn(`${instance}`)).toBeUndefined();
});

it('says what does not fit a location', () => {
  expect(rootKeyProblem(key, at('us-south'))).toBeUndefined();
  expect(rootKeyProblem(key, at('us'))).toBeUndefined();
  expect(rootKeyProblem(key, at('eu'))).toEqual({ kind: 'otherRegion', region: 'eu-de' });
  expect(rootKeyProblem(key, undefined)).toBeUndefined();
  expect(rootKeyProblem(`${instance}::`, at('us-south'))).toEqual({ kind: 'notAKey' });
  expect(takesRootKey(at('us'))).toBe(true);
  expect(takesRootKey(at('ams03'))).toBe(false);
});
