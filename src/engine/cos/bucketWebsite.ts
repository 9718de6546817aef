import type { BucketName } from '../../model/ids';
import {
  websiteProtocols,
  type BucketWebsite,
  type FoundWebsite,
  type RoutingRule,
  type WebsiteProtocol,
} from '../../model/website';
import { deleteBucketSetting, findBucketSetting, optional, putBucketSetting } from './bucketSetting';
import type { XmlNode } from './control';
import type { Wire } from './wire';
import { childElement, childElements, childText, otherChildren, type XmlElement } from './xml';

/** Websites of buckets (data-plane §13). */
export interface BucketWebsiteOperations {
  /** Without a website where the bucket has none. */
  getBucketWebsite(bucket: BucketName, signal: AbortSignal): Promise<FoundWebsite>;
  /** Replaces the configuration. `invalid` for one that the service refuses. Idempotent. */
  putBucketWebsite(bucket: BucketName, website: BucketWebsite, signal: AbortSignal): Promise<void>;
  /** The bucket is no website any more; its objects stay. Idempotent. */
  deleteBucketWebsite(bucket: BucketName, signal: AbortSignal): Promise<void>;
}

const setting = { name: 'BucketWebsite', query: { website: undefined }, root: 'WebsiteConfiguration' } as const;

/** Operations over a wire. */
export function createBucketWebsite(wire: Wire): BucketWebsiteOperations {
  return {
    async getBucketWebsite(bucket, signal) {
      const root = await findBucketSetting(wire, setting, bucket, signal);
      if (root === undefined) return { unknownElements: [] };
      return { website: readWebsite(root), unknownElements: unknownOf(root) };
    },
    async putBucketWebsite(bucket, website, signal) {
      await putBucketSetting(wire, setting, bucket, websiteNodes(website), signal);
    },
    async deleteBucketWebsite(bucket, signal) {
      await deleteBucketSetting(wire, setting, bucket, signal);
    },
  };
}

function readWebsite(root: XmlElement): BucketWebsite {
  const indexSuffix = childText(childElement(root, 'IndexDocument'), 'Suffix');
  const errorKey = childText(childElement(root, 'ErrorDocument'), 'Key');
  const all = childElement(root, 'RedirectAllRequestsTo');
  const routingRules = childElements(childElement(root, 'RoutingRules'), 'RoutingRule').map(readRule);
  return {
    ...(indexSuffix === undefined ? {} : { indexSuffix }),
    ...(errorKey === undefined ? {} : { errorKey }),
    ...(routingRules.length === 0 ? {} : { routingRules }),
    ...(all === undefined ? {} : { redirectAll: { host: childText(all, 'HostName') ?? '', ...readProtocol(all) } }),
  };
}

function readRule(element: XmlElement): RoutingRule {
  const condition = childElement(element, 'Condition');
  const redirect = childElement(element, 'Redirect');
  const when = {
    ...numberField('errorCode', condition, 'HttpErrorCodeReturnedEquals'),
    ...textField('keyPrefix', condition, 'KeyPrefixEquals'),
  };
  return {
    ...(Object.keys(when).length === 0 ? {} : { when }),
    redirect: {
      ...textField('host', redirect, 'HostName'),
      ...readProtocol(redirect),
      ...numberField('statusCode', redirect, 'HttpRedirectCode'),
      ...textField('keyPrefix', redirect, 'ReplaceKeyPrefixWith'),
      ...textField('key', redirect, 'ReplaceKeyWith'),
    },
  };
}

function readProtocol(element: XmlElement | undefined): { readonly protocol?: WebsiteProtocol } {
  const text = childText(element, 'Protocol')?.trim().toLowerCase();
  const protocol = websiteProtocols.find((one) => one === text);
  return protocol === undefined ? {} : { protocol };
}

function textField<Name extends string>(
  field: Name,
  element: XmlElement | undefined,
  name: string,
): { readonly [key in Name]?: string } {
  const text = childText(element, name);
  return text === undefined ? {} : ({ [field]: text } as { readonly [key in Name]?: string });
}

function numberField<Name extends string>(
  field: Name,
  element: XmlElement | undefined,
  name: string,
): { readonly [key in Name]?: number } {
  const text = childText(element, name)?.trim();
  return text === undefined || text === '' ? {} : ({ [field]: Number(text) } as { readonly [key in Name]?: number });
}

function unknownOf(root: XmlElement): readonly string[] {
  const rules = childElement(root, 'RoutingRules');
  const redirect = ['HostName', 'Protocol', 'HttpRedirectCode', 'ReplaceKeyPrefixWith', 'ReplaceKeyWith'];
  const condition = ['HttpErrorCodeReturnedEquals', 'KeyPrefixEquals'];
  return [
    ...otherChildren(root, ['IndexDocument', 'ErrorDocument', 'RedirectAllRequestsTo', 'RoutingRules']),
    ...otherChildren(childElement(root, 'IndexDocument'), ['Suffix']),
    ...otherChildren(childElement(root, 'ErrorDocument'), ['Key']),
    ...otherChildren(childElement(root, 'RedirectAllRequestsTo'), ['HostName', 'Protocol']),
    ...otherChildren(rules, [], ['RoutingRule']),
    ...childElements(rules, 'RoutingRule').flatMap((rule) => [
      ...otherChildren(rule, ['Condition', 'Redirect']),
      ...otherChildren(childElement(rule, 'Condition'), condition),
      ...otherChildren(childElement(rule, 'Redirect'), redirect),
    ]),
  ];
}

function websiteNodes({ indexSuffix, errorKey, redirectAll, routingRules = [] }: BucketWebsite): readonly XmlNode[] {
  return [
    ...group('IndexDocument', optional('Suffix', indexSuffix)),
    ...group('ErrorDocument', optional('Key', errorKey)),
    ...group('RedirectAllRequestsTo', [
      ...optional('HostName', redirectAll?.host),
      ...optional('Protocol', redirectAll?.protocol),
    ]),
    ...group('RoutingRules', routingRules.map(ruleNode)),
  ];
}

function ruleNode({ when = {}, redirect }: RoutingRule): XmlNode {
  const condition = [
    ...optional('HttpErrorCodeReturnedEquals', when.errorCode),
    ...optional('KeyPrefixEquals', when.keyPrefix),
  ];
  const target: XmlNode = [
    'Redirect',
    [
      ...optional('HostName', redirect.host),
      ...optional('HttpRedirectCode', redirect.statusCode),
      ...optional('Protocol', redirect.protocol),
      ...optional('ReplaceKeyPrefixWith', redirect.keyPrefix),
      ...optional('ReplaceKeyWith', redirect.key),
    ],
  ];
  return ['RoutingRule', [...group('Condition', condition), target]];
}

/** An element with children, or nothing where there are none. */
function group(name: string, children: readonly XmlNode[]): readonly XmlNode[] {
  return children.length === 0 ? [] : [[name, children]];
}
