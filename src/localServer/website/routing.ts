/** A bucket's website configuration as stored under the setting `website`. */
export type WebsiteSetting =
  | { readonly kind: 'redirectAll'; readonly hostName: string; readonly protocol?: 'http' | 'https' }
  | {
      readonly kind: 'pages';
      /** Name of the page that stands for a folder, for example `index.html`. */
      readonly indexSuffix?: string;
      /** Key of the page that is shown in place of an error. */
      readonly errorKey?: string;
      readonly routingRules: readonly RoutingRule[];
    };

/** Sends some requests elsewhere: those with a key prefix, those that failed with a status, or both. */
export interface RoutingRule {
  readonly keyPrefix?: string;
  readonly errorStatus?: number;
  readonly redirect: {
    readonly hostName?: string;
    readonly protocol?: 'http' | 'https';
    readonly status?: number;
    /** Replaces the rule's `keyPrefix`. */
    readonly replacePrefix?: string;
    /** Replaces the whole key. */
    readonly replaceKey?: string;
  };
}

export interface Redirect {
  readonly status: number;
  readonly location: string;
}

/** The redirect of the first rule that fits: before the object is looked up without `errorStatus`, afterwards with it. */
export function findRedirect(
  rules: readonly RoutingRule[],
  key: string,
  errorStatus: number | undefined,
  base: { readonly protocol: string; readonly host: string },
): Redirect | undefined {
  const rule = rules.find((it) => it.errorStatus === errorStatus && key.startsWith(it.keyPrefix ?? ''));
  if (rule === undefined) return undefined;
  const { hostName, protocol, status, replacePrefix, replaceKey } = rule.redirect;
  const moved = replacePrefix === undefined ? key : replacePrefix + key.slice((rule.keyPrefix ?? '').length);
  return {
    status: status ?? 301,
    location: `${protocol ?? base.protocol}://${hostName ?? base.host}/${encodeKey(replaceKey ?? moved)}`,
  };
}

/** A key as a URL's path, its slashes kept. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
