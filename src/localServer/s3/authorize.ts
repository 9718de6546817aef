import { BlockList, isIP } from 'node:net';
import type { Bucket } from '../store/buckets.ts';
import { roleAllows, type Permission } from './auth/permissions.ts';
import { accessDenied } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { publicAccessBlockOf } from './publicAccess.ts';

/** Refuses what a principal's role does not allow at all (rule 26). */
export function authorizeRole(exchange: Exchange, permission: Permission): void {
  const { principal } = exchange;
  if (principal.kind === 'anonymous' || !roleAllows(principal.role, permission)) {
    throw accessDenied();
  }
}

/** Refuses what a principal may not do with a bucket, or with one of its objects (rules 25-27). */
export function authorizeBucket(
  exchange: Exchange,
  bucket: Bucket,
  operation: { readonly name: string; readonly permission?: Permission },
  key: string | undefined,
): void {
  const { principal } = exchange;
  checkFirewall(exchange, bucket);
  if (principal.kind === 'anonymous') {
    authorizeEveryone(exchange, bucket, operation, key);
    return;
  }
  const ownsInstance =
    principal.kind === 'iam'
      ? principal.instanceIds.includes(bucket.instanceGuid)
      : principal.instanceId === bucket.instanceGuid;
  if (ownsInstance && (operation.permission === undefined || roleAllows(principal.role, operation.permission))) {
    return;
  }
  // What everyone may, a stranger with an account may too.
  authorizeEveryone(exchange, bucket, operation, key);
}

function authorizeEveryone(
  exchange: Exchange,
  bucket: Bucket,
  operation: { readonly name: string; readonly permission?: Permission },
  key: string | undefined,
): void {
  const { permission } = operation;
  const role = exchange.options.identity.findPublicRole?.(bucket.name);
  if (role !== undefined && permission !== undefined && roleAllows(role, permission)) {
    return;
  }
  if (permission === 'readObject' && key !== undefined && !publicAccessBlockOf(exchange, bucket)?.ignorePublicAcls) {
    const versionId = exchange.request.query.get('versionId');
    const object =
      versionId === undefined
        ? exchange.store.objects.findLatest(bucket.id, key)
        : exchange.store.objects.findVersion(bucket.id, key, versionId);
    if (object?.acl === 'public-read' && !object.isMarker) {
      return;
    }
  }
  throw accessDenied();
}

/** The bucket's firewall, set through the configuration API (rule 27). */
function checkFirewall(exchange: Exchange, bucket: Bucket): void {
  const firewall = exchange.store.buckets.getSetting(bucket.id, 'firewall') as
    { allowedIp?: readonly string[] } | undefined;
  const allowed = firewall?.allowedIp;
  if (allowed === undefined || allowed.length === 0) {
    return;
  }
  const address = (exchange.request.message.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const list = new BlockList();
  for (const item of allowed) {
    const [network = '', bits] = item.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(network) !== 0) {
      list.addSubnet(network, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
    }
  }
  if (!list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) {
    throw accessDenied('The firewall of the bucket does not allow this address.');
  }
}
