import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Role } from '../contracts';
import { writePrivateFile } from '../privateFile';
import type { CosInstance } from './accounts';

/** A trusted profile: who proves to be its compute resource may do what the profile may (control-plane §1.2). */
export interface TrustedProfile {
  /** `Profile-` and a UUID. */
  readonly id: string;
  readonly name: string;
  readonly crn: string;
  readonly iamId: string;
  readonly accountId: string;
  /** The only instance that it may use. */
  readonly instanceGuid: string;
  readonly role: Role;
  /** What the platform gives its compute resource; it is renewed from time to time. */
  readonly computeToken: string;
}

/** A new profile that may write in an instance. */
export function createTrustedProfile(instance: CosInstance): TrustedProfile {
  const id = `Profile-${randomUUID()}`;
  return {
    id,
    name: 'local-compute',
    crn: `crn:v1:bluemix:public:iam-identity::a/${instance.accountId}::profile:${id}`,
    iamId: `iam-${id}`,
    accountId: instance.accountId,
    instanceGuid: instance.guid,
    role: 'Writer',
    computeToken: newComputeToken(),
  };
}

/** A fresh token of a compute resource. */
export function newComputeToken(): string {
  return randomBytes(48).toString('base64url');
}

/** The file that a compute resource reads its token from. */
export function computeTokenFsPath(dataFolder: string): string {
  return join(dataFolder, 'compute-token');
}

/** Puts the token where the compute resource reads it, as a platform does. */
export function writeComputeToken(dataFolder: string, { computeToken }: TrustedProfile): void {
  writePrivateFile(computeTokenFsPath(dataFolder), `${computeToken}\n`);
}
