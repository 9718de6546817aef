import type { Identity, Principal, Role, ServiceInstance } from '../../../src/localServer/contracts';
import type { SigningKey } from './signer';

export const instanceGuid = '3f2a1b0c-1111-4222-8333-444455556666';
export const instanceCrn = `crn:v1:bluemix:public:cloud-object-storage:global:a/acc1:${instanceGuid}::`;
export const otherInstanceGuid = '9f2a1b0c-1111-4222-8333-444455556666';
export const oneRateGuid = '5f2a1b0c-1111-4222-8333-444455556666';
export const rootKeyCrn = 'crn:v1:bluemix:public:kms:us-south:a/acc1:kp-guid:key:root-key';
export const publicBucket = 'everyone-reads';

const instances: ServiceInstance[] = [
  { guid: instanceGuid, crn: instanceCrn, name: 'one', accountId: 'acc1', plan: 'standard' },
  {
    guid: otherInstanceGuid,
    crn: instanceCrn.replace(instanceGuid, otherInstanceGuid),
    name: 'two',
    accountId: 'acc2',
    plan: 'standard',
  },
  {
    guid: oneRateGuid,
    crn: instanceCrn.replace(instanceGuid, oneRateGuid),
    name: 'three',
    accountId: 'acc1',
    plan: 'onerate',
  },
];

const roles: Role[] = ['ObjectReader', 'ContentReader', 'Reader', 'ObjectWriter', 'Writer', 'Manager'];

export const hmacKey: SigningKey = { accessKeyId: 'a'.repeat(32), secretAccessKey: 's'.repeat(48), region: 'us-south' };
export const foreignKey: SigningKey = { ...hmacKey, accessKeyId: 'b'.repeat(32) };
/** A key whose principal can be taken away. */
export const revocableKey: SigningKey = { ...hmacKey, accessKeyId: 'c'.repeat(32) };

/** Tokens are `token-<role>`, `token-foreign`, `token-expired`, `token-revoked`; anything else is malformed. */
export class FakeIdentity implements Identity {
  readonly revokedKeys = new Set<string>();

  verifyToken(token: string): ReturnType<Identity['verifyToken']> {
    const name = token.replace(/^token-/, '');
    const role = roles.find((item) => item === name);
    if (role !== undefined) {
      return {
        ok: true,
        principal: { kind: 'iam', id: `id-${role}`, accountId: 'acc1', role, instanceIds: [instanceGuid, oneRateGuid] },
      };
    }
    if (token === 'token-foreign') {
      const principal: Principal = {
        kind: 'iam',
        id: 'id-f',
        accountId: 'acc2',
        role: 'Manager',
        instanceIds: [otherInstanceGuid],
      };
      return { ok: true, principal };
    }
    return {
      ok: false,
      reason: token === 'token-expired' ? 'expired' : token === 'token-revoked' ? 'revoked' : 'malformed',
    };
  }

  findHmacKey(accessKeyId: string): ReturnType<Identity['findHmacKey']> {
    const base = { kind: 'hmac', id: accessKeyId, accountId: 'acc1', role: 'Manager' } as const;
    if (this.revokedKeys.has(accessKeyId)) {
      return undefined;
    }
    switch (accessKeyId) {
      case hmacKey.accessKeyId:
      case revocableKey.accessKeyId:
        return { secretAccessKey: hmacKey.secretAccessKey, principal: { ...base, instanceId: instanceGuid } };
      case foreignKey.accessKeyId:
        return { secretAccessKey: hmacKey.secretAccessKey, principal: { ...base, instanceId: otherInstanceGuid } };
      default:
        return undefined;
    }
  }

  findInstance(crnOrGuid: string): ServiceInstance | undefined {
    return instances.find((item) => item.guid === crnOrGuid || item.crn === crnOrGuid);
  }

  findPublicRole(bucketName: string): 'ObjectReader' | 'ContentReader' | undefined {
    return bucketName === publicBucket ? 'ContentReader' : undefined;
  }

  hasRootKey(crn: string): boolean {
    return crn === rootKeyCrn;
  }
}

export const withInstance = { 'ibm-service-instance-id': instanceCrn };
