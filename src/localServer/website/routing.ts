import type { WebsiteSetting } from '../s3/bucket/website';

export interface Redirect {
  readonly status: number;
  readonly location: string;
}

/** The redirect of the first rule that fits: before the object is looked up without an error, afterwards with its status. */
export function findRedirect(
  rules: WebsiteSetting['rules'],
  key: string,
  errorStatus: number | undefined,
  base: { readonly protocol: string; readonly host: string },
): Redirect | undefined {
  const rule = rules.find((it) => it.errorCode === errorStatus && key.startsWith(it.keyPrefix ?? ''));
  if (rule === undefined) return undefined;
  const { hostName, protocol, httpRedirectCode, replaceKeyPrefixWith, replaceKeyWith } = rule.redirect;
  const moved =
    replaceKeyPrefixWith === undefined ? key : replaceKeyPrefixWith + key.slice((rule.keyPrefix ?? '').length);
  return {
    status: httpRedirectCode ?? 301,
    location: `${protocol ?? base.protocol}://${hostName ?? base.host}/${encodeKey(replaceKeyWith ?? moved)}`,
  };
}

/** A key as a URL's path, its slashes kept. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
