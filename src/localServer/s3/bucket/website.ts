import { invalidArgument, invalidRequest, malformedXml, S3Error } from '../message/errors';
import { currentBucket, readDocument, sendEmpty, sendXml, type BucketExchange } from '../wire/exchange';
import {
  allowOnly,
  childOf,
  childrenOf,
  requiredText,
  textOfChild,
  type XmlElement,
  type XmlNode,
} from '../message/xml';

export interface WebsiteRedirect {
  readonly hostName?: string;
  readonly httpRedirectCode?: number;
  readonly protocol?: 'http' | 'https';
  readonly replaceKeyPrefixWith?: string;
  readonly replaceKeyWith?: string;
}

/** A bucket's website configuration as stored (rule 104). */
export interface WebsiteSetting {
  readonly indexSuffix?: string;
  readonly errorKey?: string;
  readonly redirectAll?: { readonly hostName: string; readonly protocol?: 'http' | 'https' };
  readonly rules: readonly {
    readonly errorCode?: number;
    readonly keyPrefix?: string;
    readonly redirect: WebsiteRedirect;
  }[];
}

const maxRules = 50;

/** `GET ?website` (rule 104). */
export async function getBucketWebsite(exchange: BucketExchange): Promise<void> {
  const setting = exchange.store.buckets.getSetting(exchange.bucket.id, 'website') as WebsiteSetting | undefined;
  if (setting === undefined) {
    throw new S3Error('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration');
  }
  sendXml(exchange, ['WebsiteConfiguration', websiteNodes(setting)]);
}

/** `PUT ?website` (rule 104). */
export async function putBucketWebsite(exchange: BucketExchange): Promise<void> {
  const setting = readWebsite(await readDocument(exchange, 'WebsiteConfiguration', 'strict'));
  await exchange.store.write(() => exchange.store.buckets.setSetting(currentBucket(exchange).id, 'website', setting));
  sendEmpty(exchange, 200);
}

function readWebsite(root: XmlElement): WebsiteSetting {
  allowOnly(root, ['IndexDocument', 'ErrorDocument', 'RedirectAllRequestsTo', 'RoutingRules']);
  const all = childOf(root, 'RedirectAllRequestsTo');
  if (all !== undefined) {
    if (root.children.length > 1) {
      throw malformedXml('RedirectAllRequestsTo cannot be provided in conjunction with other elements.');
    }
    allowOnly(all, ['HostName', 'Protocol']);
    requiredText(all, 'HostName');
    return { redirectAll: { hostName: readHostName(all) ?? '', ...readProtocol(all) }, rules: [] };
  }
  const index = childOf(root, 'IndexDocument');
  const error = childOf(root, 'ErrorDocument');
  const routing = childOf(root, 'RoutingRules');
  if (index === undefined) {
    throw malformedXml('WebsiteConfiguration must hold IndexDocument or RedirectAllRequestsTo.');
  }
  const suffix = requiredText(index, 'Suffix');
  if (suffix === '' || suffix.includes('/')) {
    throw invalidArgument('The IndexDocument Suffix is not well formed: it must not be empty nor hold a slash.');
  }
  const errorKey = error && requiredText(error, 'Key');
  if (errorKey === '') {
    throw invalidArgument('The ErrorDocument Key is not well formed: it must not be empty.');
  }
  return {
    indexSuffix: suffix,
    ...(errorKey === undefined ? {} : { errorKey }),
    rules: routing === undefined ? [] : readRules(routing),
  };
}

function readRules(element: XmlElement): WebsiteSetting['rules'] {
  allowOnly(element, ['RoutingRule']);
  const rules = childrenOf(element, 'RoutingRule');
  if (rules.length === 0) {
    throw malformedXml('RoutingRules must hold RoutingRule.');
  }
  if (rules.length > maxRules) {
    throw invalidRequest(
      `${rules.length} routing rules provided, the number of routing rules in a website configuration is limited to ${maxRules}.`,
    );
  }
  return rules.map(readRule);
}

function readRule(element: XmlElement): WebsiteSetting['rules'][number] {
  allowOnly(element, ['Condition', 'Redirect']);
  const redirect = childOf(element, 'Redirect');
  if (redirect === undefined) {
    throw malformedXml('RoutingRule must hold Redirect.');
  }
  allowOnly(redirect, ['HostName', 'HttpRedirectCode', 'Protocol', 'ReplaceKeyPrefixWith', 'ReplaceKeyWith']);
  if (redirect.children.length === 0) {
    throw malformedXml('Redirect must hold at least one element.');
  }
  const condition = childOf(element, 'Condition');
  const errorCode = condition && textOfChild(condition, 'HttpErrorCodeReturnedEquals');
  const keyPrefix = condition && textOfChild(condition, 'KeyPrefixEquals');
  if (condition !== undefined && errorCode === undefined && keyPrefix === undefined) {
    throw malformedXml('Condition must hold HttpErrorCodeReturnedEquals or KeyPrefixEquals.');
  }
  if (errorCode !== undefined && !/^[45]\d\d$/.test(errorCode)) {
    throw invalidRequest(`The provided HTTP error code (${errorCode}) is not valid. Valid codes are 4XX or 5XX.`);
  }
  return {
    ...(errorCode === undefined ? {} : { errorCode: Number(errorCode) }),
    ...(keyPrefix === undefined ? {} : { keyPrefix }),
    redirect: readRedirect(redirect),
  };
}

function readRedirect(element: XmlElement): WebsiteRedirect {
  const code = textOfChild(element, 'HttpRedirectCode');
  const hostName = readHostName(element);
  const replaceKeyPrefixWith = textOfChild(element, 'ReplaceKeyPrefixWith');
  const replaceKeyWith = textOfChild(element, 'ReplaceKeyWith');
  // S3 says "3XX except 300", and takes those that say where to go.
  if (code !== undefined && !/^30[1234578]$/.test(code)) {
    throw invalidRequest(`The provided HTTP redirect code (${code}) is not valid. Valid codes are 3XX except 300.`);
  }
  if (replaceKeyPrefixWith !== undefined && replaceKeyWith !== undefined) {
    throw invalidRequest('You can only define ReplaceKeyPrefix or ReplaceKey but not both.');
  }
  return {
    ...(hostName === undefined ? {} : { hostName }),
    ...(code === undefined ? {} : { httpRedirectCode: Number(code) }),
    ...readProtocol(element),
    ...(replaceKeyPrefixWith === undefined ? {} : { replaceKeyPrefixWith }),
    ...(replaceKeyWith === undefined ? {} : { replaceKeyWith }),
  };
}

function readHostName(element: XmlElement): string | undefined {
  const hostName = textOfChild(element, 'HostName');
  if (hostName === '') {
    throw invalidRequest(
      'The HostName cannot be blank. To redirect within the same domain, the element should not be present.',
    );
  }
  return hostName;
}

function readProtocol(element: XmlElement): { protocol?: 'http' | 'https' } {
  const protocol = textOfChild(element, 'Protocol');
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'https') {
    throw invalidRequest('Invalid protocol, protocol can be http or https.');
  }
  return protocol === undefined ? {} : { protocol };
}

function websiteNodes(setting: WebsiteSetting): XmlNode[] {
  const { redirectAll: all } = setting;
  const optional = (name: string, value: string | number | undefined): XmlNode[] =>
    value === undefined ? [] : [[name, value]];
  return [
    ...(setting.indexSuffix === undefined ? [] : [['IndexDocument', [['Suffix', setting.indexSuffix]]] as const]),
    ...(setting.errorKey === undefined ? [] : [['ErrorDocument', [['Key', setting.errorKey]]] as const]),
    ...(all === undefined
      ? []
      : [['RedirectAllRequestsTo', [['HostName', all.hostName], ...optional('Protocol', all.protocol)]] as const]),
    ...(setting.rules.length === 0
      ? []
      : [
          [
            'RoutingRules',
            setting.rules.map((rule): XmlNode => [
              'RoutingRule',
              [
                rule.errorCode === undefined && rule.keyPrefix === undefined
                  ? undefined
                  : [
                      'Condition',
                      [
                        ...optional('HttpErrorCodeReturnedEquals', rule.errorCode),
                        ...optional('KeyPrefixEquals', rule.keyPrefix),
                      ],
                    ],
                [
                  'Redirect',
                  [
                    ...optional('HostName', rule.redirect.hostName),
                    ...optional('HttpRedirectCode', rule.redirect.httpRedirectCode),
                    ...optional('Protocol', rule.redirect.protocol),
                    ...optional('ReplaceKeyPrefixWith', rule.redirect.replaceKeyPrefixWith),
                    ...optional('ReplaceKeyWith', rule.redirect.replaceKeyWith),
                  ],
                ],
              ],
            ]),
          ] as const,
        ]),
  ];
}
