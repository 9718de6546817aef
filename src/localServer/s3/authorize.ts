import { BlockList, isIP } from 'node:net';
import type { Bucket } from '../store/buckets';
import { roleAllows, type Permission } from './auth/permissions';
import { accessDenied } from './message/errors';
import type { Exchange } from './wire/exchange';
import { publicAccessBlockOf } from './wire/publicAccess';

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
  // Whoever does not say who they are reads objects and lists them, and no more (rule 25).
  const isReading = permission === 'readObject' || permission === 'listObjects';
  if (role !== undefined && isReading && roleAllows(role, permission)) {
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

/** A bucket's firewall, as the configuration API stores it. */
interface Firewall {
  readonly allowed_ip?: readonly string[];
  readonly denied_ip?: readonly string[];
  readonly allowed_network_type?: readonly string[];
}

/** Refuses a context that the bucket's firewall does not allow (rule 27). This server stands for the public network. */
export function checkFirewall(exchange: Pick<Exchange, 'store' | 'request'>, bucket: Bucket): void {
  const firewall = exchange.store.buckets.getSetting(bucket.id, 'firewall') as Firewall | undefined;
  if (firewall === undefined) {
    return;
  }
  const address = (exchange.request.message.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const { allowed_ip: allowed = [], denied_ip: denied = [], allowed_network_type: networks = [] } = firewall;
  if (
    (allowed.length > 0 && !listHolds(allowed, address)) ||
    (denied.length > 0 && listHolds(denied, address)) ||
    (networks.length > 0 && !networks.includes('public'))
  ) {
    throw accessDenied('The firewall of the bucket does not allow this address.');
  }
}

function listHolds(addresses: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const item of addresses) {
    const [network = '', bits] = item.split('/');
    if (isIP(network) !== 0) {
      const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
      list.addSubnet(network, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
    }
  }
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
