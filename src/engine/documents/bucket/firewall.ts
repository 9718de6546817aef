import { BlockList, isIP } from 'node:net';
import {
  maxFirewallAddresses,
  networkTypes,
  type BucketConfig,
  type BucketFirewall,
} from '../../../model/bucketConfig';
import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import { getBucketConfig, updateBucketConfig } from '../../control/bucketConfig';
import { printedValue } from '../facts';
import type { DocumentKind } from '../kind';
import type { JsonPath, ParsedDocument } from '../parse';
import { notAnObject } from '../rules';
import { canonical, someOf } from '../settings';
import { shapeProblems, type Shape } from '../shape';

interface State {
  readonly etag?: string;
  readonly firewall?: BucketFirewall;
}

const addresses: Shape = { kind: 'list', of: { kind: 'text' }, max: maxFirewallAddresses };
const shape: Shape = {
  kind: 'object',
  required: ['allowedAddresses'],
  fields: {
    allowedAddresses: addresses,
    deniedAddresses: addresses,
    allowedNetworks: { kind: 'list', of: { kind: 'choice', of: networkTypes } },
  },
};
const none: BucketFirewall = { allowedAddresses: [], deniedAddresses: [], allowedNetworks: [] };
const lists = ['allowedAddresses', 'deniedAddresses', 'allowedNetworks'] as const;
const members = {
  allowedAddresses: 'allowed_ip',
  deniedAddresses: 'denied_ip',
  allowedNetworks: 'allowed_network_type',
} as const;

/** Firewall of a bucket (control-plane §3.2): a list is replaced as a whole, and an empty one filters nothing. */
export function firewallDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => pick(await getBucketConfig(client.control, bucket, signal)),
    print,
    summary: ({ firewall }) =>
      firewall === undefined ? 'none shown; only Managers would see one' : rulesText(firewall) || 'none',
    isSame: (read, now) => canonical(read.firewall ?? none) === canonical(now.firewall ?? none),
    check,
    plan: (document, { firewall = none, etag }) => {
      const wanted = wantedFirewall(document);
      const changed = lists.filter((list) => canonical(wanted[list]) !== canonical(firewall[list]));
      if (changed.length === 0) return [];
      const patch = Object.fromEntries(changed.map((list) => [members[list], wanted[list]]));
      return [
        {
          id: 'firewall',
          operation: 'UpdateBucketConfig',
          sentence: sentence(bucket, wanted),
          run: async ({ client }, signal) =>
            await updateBucketConfig(client.control, bucket, { firewall: patch }, etag, signal),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

function pick({ etag, firewall }: BucketConfig): State {
  return { ...(etag === undefined ? {} : { etag }), ...(firewall === undefined ? {} : { firewall }) };
}

function print({ firewall }: State): string {
  const { allowedAddresses, deniedAddresses, allowedNetworks } = firewall ?? none;
  const unseen = firewall === undefined ? '  // The service shows no firewall. Only Managers would see one.\n' : '';
  const further = [
    ...(deniedAddresses.length === 0 ? [] : [`,\n  "deniedAddresses": ${printedValue(deniedAddresses)}`]),
    ...(allowedNetworks.length === 0 ? [] : [`,\n  "allowedNetworks": ${printedValue(allowedNetworks)}`]),
  ];
  return `{
${unseen}  // IP addresses, and ranges such as "192.0.2.0/24", that reach the bucket; an empty list filters nothing.
  // Other IBM services, Aspera among them, are shut out; no backup is restored into the bucket.
  // Managers can change this list from everywhere.
  "allowedAddresses": ${printedValue(allowedAddresses)}${further.join('')}
}
`;
}

/** What a document without problems says; a list that is not there is empty. */
function wantedFirewall(document: ParsedDocument): BucketFirewall {
  const list = (name: string): readonly string[] => (document.valueAt([name]) ?? []) as readonly string[];
  return {
    allowedAddresses: list('allowedAddresses'),
    deniedAddresses: list('deniedAddresses'),
    allowedNetworks: list('allowedNetworks'),
  };
}

/** What a firewall does; empty where it filters nothing. */
function rulesText({ allowedAddresses, deniedAddresses, allowedNetworks }: BucketFirewall): string {
  const rules = [
    ...(allowedAddresses.length === 0 ? [] : [`let only ${someOf(allowedAddresses)} reach it`]),
    ...(deniedAddresses.length === 0 ? [] : [`refuse ${someOf(deniedAddresses)}`]),
    ...(allowedNetworks.length === 0 ? [] : [`serve ${allowedNetworks.join(' and ')} endpoints only`]),
  ];
  return rules.join(', ');
}

function sentence(bucket: string, firewall: BucketFirewall): string {
  const rules = rulesText(firewall);
  if (rules === '') return `Remove the firewall of '${bucket}': every address reaches it.`;
  const shutOut = firewall.allowedAddresses.length === 0 ? '' : ' Other IBM services, Aspera among them, are shut out.';
  return `Firewall of '${bucket}': ${rules}.${shutOut}`;
}

function check(document: ParsedDocument): readonly DocumentProblem[] {
  const notAMap = notAnObject(document);
  if (notAMap.length > 0) return notAMap;
  const wrong = shapeProblems(document, [], shape);
  if (wrong.length > 0) return wrong;
  const { allowedAddresses, deniedAddresses } = wantedFirewall(document);
  return [
    ...addressProblems(document, 'allowedAddresses', allowedAddresses),
    ...addressProblems(document, 'deniedAddresses', deniedAddresses),
    ...doubtfulPairs(document, allowedAddresses, deniedAddresses),
  ];
}

function addressProblems(
  document: ParsedDocument,
  list: 'allowedAddresses' | 'deniedAddresses',
  entries: readonly string[],
): readonly DocumentProblem[] {
  return entries.flatMap((entry, at) => {
    const path: JsonPath = [list, at];
    if (rangeOf(entry) === undefined) {
      const message = 'This is no IP address and no range of them, such as "192.0.2.7" or "2001:db8::/32".';
      return [document.problem(path, { severity: 'error', code: 'address', message } as const)];
    }
    if (entries.indexOf(entry) !== at) {
      return [
        document.problem(path, { severity: 'warning', code: 'doubleAddress', message: 'This stands here twice.' }),
      ];
    }
    if (list === 'allowedAddresses' && entry.endsWith('/0')) {
      const message = 'This lets every address of its kind through.';
      return [document.problem(path, { severity: 'warning', code: 'everybody', message } as const)];
    }
    return [];
  });
}

/** An address that is allowed and denied: the service does not say which counts. */
function doubtfulPairs(
  document: ParsedDocument,
  allowed: readonly string[],
  denied: readonly string[],
): readonly DocumentProblem[] {
  const ranges = denied.flatMap((entry) => rangeOf(entry) ?? []);
  return allowed.flatMap((entry, at) => {
    const range = rangeOf(entry);
    if (range === undefined || !ranges.some((one) => holds(one, range.address, range.family))) return [];
    const message = 'This is denied below, too. Say one of both.';
    return [document.problem(['allowedAddresses', at], { severity: 'warning', code: 'allowedAndDenied', message })];
  });
}

interface AddressRange {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefixBits: number;
}

function rangeOf(entry: string): AddressRange | undefined {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  // A zone, as in fe80::1%eth0, means something on one machine only.
  if (version === 0 || rest.length > 0 || address.includes('%')) return undefined;
  const maxBits = version === 4 ? 32 : 128;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > maxBits)) return undefined;
  return { address, family: version === 4 ? 'ipv4' : 'ipv6', prefixBits: bits === undefined ? maxBits : Number(bits) };
}

function holds(range: AddressRange, address: string, family: AddressRange['family']): boolean {
  if (range.family !== family) return false;
  const list = new BlockList();
  list.addSubnet(range.address, range.prefixBits, range.family);
  return list.check(address, family);
}
