import type { CannedAcl } from '../../store/buckets';
import { accessDenied, invalidArgument, malformedXml, S3Error } from '../message/errors';
import {
  carriesBody,
  currentBucket,
  ownerIdOf,
  readDocument,
  sendEmpty,
  sendXml,
  type BucketExchange,
  type Exchange,
  type ObjectExchange,
} from '../wire/exchange';
import { ownerNode } from './listing';
import { readCannedAcl, shownVersionId } from '../object/objectHeaders';
import { findRequestedVersion } from '../object/objects';
import { publicAccessBlockOf, type PublicAccessBlockSetting } from '../wire/publicAccess';
import {
  allowOnly,
  childOf,
  childrenOf,
  requiredText,
  textOfChild,
  type XmlElement,
  type XmlNode,
} from '../message/xml';

const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';

/** `GET ?acl` of a bucket. */
export async function getBucketAcl(exchange: BucketExchange): Promise<void> {
  sendXml(exchange, aclDocument(exchange.bucket.ownerId, exchange.bucket.acl));
}

/** `GET ?acl` of an object. */
export async function getObjectAcl(exchange: ObjectExchange): Promise<void> {
  const version = findRequestedVersion(exchange);
  sendXml(exchange, aclDocument(version.ownerId, version.acl), {
    'x-amz-version-id': shownVersionId(exchange, version),
  });
}

/** `PUT ?acl` of a bucket (rule 69). */
export async function putBucketAcl(exchange: BucketExchange): Promise<void> {
  const acl = await readAcl(exchange);
  await exchange.store.write(() => {
    const bucket = currentBucket(exchange);
    refuseBlocked(acl, publicAccessBlockOf(exchange, bucket));
    exchange.store.buckets.setAcl(bucket.id, acl);
  });
  sendEmpty(exchange, 200);
}

/** `PUT ?acl` of an object (rule 69). */
export async function putObjectAcl(exchange: ObjectExchange): Promise<void> {
  const acl = await readAcl(exchange);
  const version = await exchange.store.write(() => {
    const bucket = currentBucket(exchange);
    const found = findRequestedVersion(exchange);
    refuseBlocked(acl, publicAccessBlockOf(exchange, bucket));
    exchange.store.objects.update(found, { acl });
    return found;
  });
  sendEmpty(exchange, 200, { 'x-amz-version-id': shownVersionId(exchange, version) });
}

/** Reads `x-amz-acl`, or a document of grants if that says no more than one of the two canned ACLs. */
async function readAcl(exchange: Exchange): Promise<CannedAcl> {
  const acl = readCannedAcl(exchange.request);
  if (carriesBody(exchange)) {
    if (acl !== undefined) {
      throw new S3Error('UnexpectedContent', 'An ACL comes either as x-amz-acl or as a document.');
    }
    return readGrants(await readDocument(exchange, 'AccessControlPolicy', 'strict'), ownerIdOf(exchange.principal));
  }
  if (acl === undefined) {
    throw invalidArgument('x-amz-acl must be private or public-read.');
  }
  return acl;
}

/** The owner has full control, and everyone may read or may not: there are no other ACLs (data-plane §14). */
function readGrants(root: XmlElement, ownerId: string): CannedAcl {
  allowOnly(root, ['Owner', 'AccessControlList']);
  const list = childOf(root, 'AccessControlList');
  if (list === undefined) {
    throw malformedXml('AccessControlPolicy must hold AccessControlList.');
  }
  allowOnly(list, ['Grant']);
  let acl: CannedAcl = 'private';
  for (const grant of childrenOf(list, 'Grant')) {
    allowOnly(grant, ['Grantee', 'Permission']);
    const grantee = childOf(grant, 'Grantee');
    if (grantee === undefined) {
      throw malformedXml('Grant must hold Grantee.');
    }
    allowOnly(grantee, ['ID', 'DisplayName', 'URI']);
    const permission = requiredText(grant, 'Permission');
    if (textOfChild(grantee, 'URI') === allUsers && permission === 'READ') {
      acl = 'public-read';
    } else if (textOfChild(grantee, 'ID') !== ownerId || permission !== 'FULL_CONTROL') {
      throw invalidArgument('Grants can give the owner FULL_CONTROL and all users READ, nothing else.');
    }
  }
  return acl;
}

function refuseBlocked(acl: CannedAcl, block: PublicAccessBlockSetting | undefined): void {
  if (acl === 'public-read' && block?.blockPublicAcls === true) {
    throw accessDenied('Public ACLs are blocked by the public access block of the bucket.');
  }
}

function aclDocument(ownerId: string, acl: CannedAcl): XmlNode {
  const grant = (type: string, children: readonly XmlNode[], permission: string): XmlNode => [
    'Grant',
    [
      ['Grantee', children, ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}"`],
      ['Permission', permission],
    ],
  ];
  const grants = [
    grant(
      'CanonicalUser',
      [
        ['ID', ownerId],
        ['DisplayName', ownerId],
      ],
      'FULL_CONTROL',
    ),
    ...(acl === 'public-read' ? [grant('Group', [['URI', allUsers]], 'READ')] : []),
  ];
  return ['AccessControlPolicy', [ownerNode(ownerId), ['AccessControlList', grants]]];
}

/** `GET ?publicAccessBlock` (rule 70). */
export async function getPublicAccessBlock(exchange: BucketExchange): Promise<void> {
  const setting = publicAccessBlockOf(exchange, exchange.bucket);
  if (setting === undefined) {
    throw new S3Error('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found');
  }
  sendXml(exchange, [
    'PublicAccessBlockConfiguration',
    [
      ['BlockPublicAcls', String(setting.blockPublicAcls)],
      ['IgnorePublicAcls', String(setting.ignorePublicAcls)],
    ],
  ]);
}

/** `PUT ?publicAccessBlock` (rule 70). */
export async function putPublicAccessBlock(exchange: BucketExchange): Promise<void> {
  const root = await readDocument(exchange, 'PublicAccessBlockConfiguration', 'strict');
  allowOnly(root, ['BlockPublicAcls', 'IgnorePublicAcls']);
  const setting: PublicAccessBlockSetting = {
    blockPublicAcls: readFlag(root, 'BlockPublicAcls'),
    ignorePublicAcls: readFlag(root, 'IgnorePublicAcls'),
  };
  await exchange.store.write(() =>
    exchange.store.buckets.setSetting(currentBucket(exchange).id, 'publicAccessBlock', setting),
  );
  sendEmpty(exchange, 200);
}

function readFlag(root: XmlElement, name: string): boolean {
  const text = textOfChild(root, name)?.toLowerCase() ?? 'false';
  if (text !== 'true' && text !== 'false') {
    throw malformedXml(`${name} must be true or false.`);
  }
  return text === 'true';
}
