import type { BucketName } from '../../model/ids';
import type { VersioningState } from '../../model/objectVersion';
import { sendControl } from './control';
import type { Wire } from './wire';
import { childText } from './xml';

/** Versioning of buckets (data-plane §10). */
export interface BucketVersioningOperations {
  getVersioning(bucket: BucketName, signal: AbortSignal): Promise<VersioningState>;
  /**
   * Enables or suspends versioning; the service may take minutes to act on the first time. `conflict` with a retention
   * policy, and when suspending with Object Lock or replication. Idempotent.
   */
  putVersioning(
    bucket: BucketName,
    state: Exclude<VersioningState, 'never'>,
    signal: AbortSignal,
  ): Promise<VersioningState>;
}

/** Operations over a wire. */
export function createBucketVersioning(wire: Wire): BucketVersioningOperations {
  async function getVersioning(bucket: BucketName, signal: AbortSignal): Promise<VersioningState> {
    const query = { versioning: undefined };
    const request = { op: 'GetBucketVersioning', method: 'GET', bucket, query, repeatable: 'always' } as const;
    const root = (await sendControl(wire, request, signal)).root('VersioningConfiguration');
    switch (childText(root, 'Status')?.trim().toLowerCase()) {
      case 'enabled':
        return 'enabled';
      case 'suspended':
        return 'suspended';
      default:
        return 'never';
    }
  }

  return {
    getVersioning,
    async putVersioning(bucket, state, signal) {
      const op = 'PutBucketVersioning';
      const status = state === 'enabled' ? 'Enabled' : 'Suspended';
      const body = ['VersioningConfiguration', [['Status', status] as const]] as const;
      const query = { versioning: undefined };
      await sendControl(wire, { op, method: 'PUT', bucket, query, body, repeatable: 'always' }, signal);
      return await getVersioning(bucket, signal);
    },
  };
}
