import type { BucketName } from '../../model/ids';
import type { CannedAcl } from '../../model/objectState';
import {
  grantPermissions,
  type BucketAcl,
  type Grant,
  type Grantee,
  type PublicAccessBlock,
} from '../../model/publicAccess';
import { CosFailure } from '../failure';
import { deleteBucketSetting, findBucketSetting, putBucketSetting } from './bucketSetting';
import { sendControl, type XmlNode } from './control';
import type { Wire } from './wire';
import { childElement, childElements, childText, otherChildren, type XmlElement } from './xml';

/** Who may use a bucket beside IAM: its access list, and the block of public ones (data-plane.md §14). */
export interface BucketAccessOperations {
  /** Undefined where the bucket has no configuration, which blocks nothing. Needs the Manager role. */
  getPublicAccessBlock(bucket: BucketName, signal: AbortSignal): Promise<PublicAccessBlock | undefined>;
  /** Sets the block; undefined deletes the configuration. Idempotent. */
  putPublicAccessBlock(bucket: BucketName, block: PublicAccessBlock | undefined, signal: AbortSignal): Promise<void>;
  getBucketAcl(bucket: BucketName, signal: AbortSignal): Promise<BucketAcl>;
  /** Sets a canned list, or grants. `denied` where the bucket blocks public ones; `invalid` for grants that the service does not know. Idempotent. */
  putBucketAcl(
    bucket: BucketName,
    acl: CannedAcl | Omit<BucketAcl, 'unknownElements'>,
    signal: AbortSignal,
  ): Promise<void>;
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
      return readAcl(root);
    },
    async putBucketAcl(bucket, acl, signal) {
      if (typeof acl !== 'string') {
        await putBucketSetting(wire, list, bucket, aclNodes(acl), signal);
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

function readAcl(root: XmlElement): BucketAcl {
  const elements = childElements(childElement(root, 'AccessControlList'), 'Grant');
  const read = elements.map(readGrant);
  return {
    ownerId: childText(childElement(root, 'Owner'), 'ID')?.trim() ?? '',
    grants: read.filter((grant): grant is Grant => typeof grant !== 'string'),
    unknownElements: [
      ...otherChildren(root, ['Owner', 'AccessControlList']),
      ...read.filter((grant): grant is string => typeof grant === 'string'),
    ],
  };
}

/** A grant, or the name of what is not known about it. */
function readGrant(element: XmlElement): Grant | string {
  const grantee = readGrantee(childElement(element, 'Grantee'));
  const text = childText(element, 'Permission')?.trim();
  const permission = grantPermissions.find((one) => one === text);
  if (grantee === undefined) return 'Grantee';
  return permission === undefined ? (text ?? 'Permission') : { grantee, permission };
}

function readGrantee(element: XmlElement | undefined): Grantee | undefined {
  const uri = childText(element, 'URI')?.trim();
  if (uri !== undefined && uri !== '') return { kind: 'group', uri };
  const id = childText(element, 'ID')?.trim();
  return id === undefined || id === '' ? undefined : { kind: 'account', id };
}

function aclNodes({ ownerId, grants }: Omit<BucketAcl, 'unknownElements'>): readonly XmlNode[] {
  return [
    ['Owner', [['ID', ownerId]]],
    ['AccessControlList', grants.map(({ grantee, permission }) => grantNode(grantee, permission))],
  ];
}

function grantNode(grantee: Grantee, permission: string): XmlNode {
  const [type, content]: readonly [string, XmlNode] =
    grantee.kind === 'group' ? ['Group', ['URI', grantee.uri]] : ['CanonicalUser', ['ID', grantee.id]];
  const attributes = { 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', 'xsi:type': type };
  return [
    'Grant',
    [
      ['Grantee', [content], attributes],
      ['Permission', permission],
    ],
  ];
}

function noList(bucket: BucketName): CosFailure {
  const detail = 'the service has no access list for the bucket';
  return new CosFailure({ kind: 'unsupported', op: 'GetBucketAcl', bucket, retry: 'never', detail });
}
