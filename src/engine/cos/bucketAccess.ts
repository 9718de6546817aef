import type { BucketName } from '../../model/ids';
import type { CannedAcl } from '../../model/objectState';
import type { AccessList, BucketAcl, PublicAccessBlock } from '../../model/publicAccess';
import { CosFailure } from '../failure';
import { accessListNodes, readAccessList } from './accessList';
import { deleteBucketSetting, findBucketSetting, putBucketSetting } from './bucketSetting';
import { sendControl, type XmlNode } from './control';
import type { Wire } from './wire';
import { childText, otherChildren, type XmlElement } from './xml';

/** Who may use a bucket beside IAM: its access list, and the block of public ones (data-plane §14). */
export interface BucketAccessOperations {
  /** Undefined where the bucket has no configuration, which blocks nothing. Needs the Manager role. */
  getPublicAccessBlock(bucket: BucketName, signal: AbortSignal): Promise<PublicAccessBlock | undefined>;
  /** Sets the block; undefined deletes the configuration. Idempotent. */
  putPublicAccessBlock(bucket: BucketName, block: PublicAccessBlock | undefined, signal: AbortSignal): Promise<void>;
  getBucketAcl(bucket: BucketName, signal: AbortSignal): Promise<BucketAcl>;
  /** Sets a canned list, or grants. `denied` where the bucket blocks public ones; `invalid` for grants that the service does not know. Idempotent. */
  putBucketAcl(bucket: BucketName, acl: CannedAcl | AccessList, signal: AbortSignal): Promise<void>;
}

const block = {
  name: 'PublicAccessBlock',
  query: { publicAccessBlock: undefined },
  root: 'PublicAccessBlockConfiguration',
} as const;
const list = { name: 'BucketAcl', query: { acl: undefined }, root: 'AccessControlPolicy' } as const;

/** Operations over a wire. */
export function createBucketAccess(wire: Wire): BucketAccessOperations {
  return {
    async getPublicAccessBlock(bucket, signal) {
      const root = await findBucketSetting(wire, block, bucket, signal);
      if (root === undefined) return undefined;
      return { blocksPublicAcls: flagOf(root, 'BlockPublicAcls'), ignoresPublicAcls: flagOf(root, 'IgnorePublicAcls') };
    },
    async putPublicAccessBlock(bucket, wanted, signal) {
      if (wanted === undefined) return await deleteBucketSetting(wire, block, bucket, signal);
      const content: readonly XmlNode[] = [
        ['BlockPublicAcls', String(wanted.blocksPublicAcls)],
        ['IgnorePublicAcls', String(wanted.ignoresPublicAcls)],
      ];
      await putBucketSetting(wire, block, bucket, content, signal);
    },
    async getBucketAcl(bucket, signal) {
      const root = await findBucketSetting(wire, list, bucket, signal);
      if (root === undefined) throw noList(bucket);
      const { unknownGrants, ...read } = readAccessList(root);
      return { ...read, unknownElements: [...otherChildren(root, ['Owner', 'AccessControlList']), ...unknownGrants] };
    },
    async putBucketAcl(bucket, acl, signal) {
      if (typeof acl !== 'string') {
        await putBucketSetting(wire, list, bucket, accessListNodes(acl), signal);
        return;
      }
      const headers = { 'x-amz-acl': acl };
      const request = { op: 'PutBucketAcl', method: 'PUT', bucket, query: list.query, headers } as const;
      await sendControl(wire, { ...request, repeatable: 'always' }, signal);
    },
  };
}

function flagOf(root: XmlElement, name: string): boolean {
  // Requests of IBM's pages say `True`, answers `true`.
  return childText(root, name)?.trim().toLowerCase() === 'true';
}

function noList(bucket: BucketName): CosFailure {
  const detail = 'the service has no access list for the bucket';
  return new CosFailure({ kind: 'unsupported', op: 'GetBucketAcl', bucket, retry: 'never', detail });
}
