/** How a website is reached. */
export const websiteProtocols = ['http', 'https'] as const;
/** One of them. */
export type WebsiteProtocol = (typeof websiteProtocols)[number];

/** A bucket's website, as it stands in its document (data-plane §13). */
export interface BucketWebsite {
  /** Name that stands for a folder, such as `index.html`; absent where every request is redirected elsewhere. */
  readonly indexSuffix?: string;
  /** Key of the page for what is not there. */
  readonly errorKey?: string;
  readonly routingRules?: readonly RoutingRule[];
  /** Sends every visitor to another host. Excludes everything else. */
  readonly redirectAll?: { readonly host: string; readonly protocol?: WebsiteProtocol };
}

/** Sends visitors of some pages elsewhere (data-plane §13). */
export interface RoutingRule {
  /** For which requests, all conditions together; every request where absent. */
  readonly when?: { readonly errorCode?: number; readonly keyPrefix?: string };
  /** What changes in the address. `keyPrefix` replaces the condition's, `key` the whole key; not both. */
  readonly redirect: {
    readonly host?: string;
    readonly protocol?: WebsiteProtocol;
    readonly statusCode?: number;
    readonly keyPrefix?: string;
    readonly key?: string;
  };
}

/** What a bucket has: no website where it has no configuration. */
export interface FoundWebsite {
  readonly website?: BucketWebsite;
  /** Names of elements of the service's answer that no field stands for; writing the website would lose them. */
  readonly unknownElements: readonly string[];
}

/** What files of a website get besides their content type. */
export interface SiteAttributes {
  /** `cache-control` of HTML pages. */
  readonly pageCacheControl?: string;
  /** `cache-control` of everything else. */
  readonly assetCacheControl?: string;
  /** Lets everyone read the files, whatever IAM says (data-plane §14). */
  readonly acl?: 'public-read';
}

/** A file of a website to upload: its path and its name below the prefix. */
export interface SiteFile {
  readonly fsPath: string;
  readonly name: string;
}

/** A file whose object is absent, or differs from it. */
export interface ChangedSiteFile extends SiteFile {
  readonly change: 'new' | 'changed';
}

/** Files or objects with their bytes. */
export interface SiteCount {
  readonly count: number;
  readonly bytes: number;
}

/** What deploying a folder would do. */
export interface SitePlan {
  /** Files whose objects are absent or differ. */
  readonly uploads: readonly ChangedSiteFile[];
  /** Files whose objects are the same already. */
  readonly same: readonly SiteFile[];
  readonly added: SiteCount;
  readonly changed: SiteCount;
  readonly unchanged: SiteCount;
  /** Keys below the prefix that the folder has no file for. */
  readonly extraKeys: readonly string[];
  readonly extra: SiteCount;
}

/**
 * Where browsers find a bucket's website: the s3-web host of its location (data-plane §13). Undefined for a service that
 * is not IBM's.
 */
export function websiteUrl(bucket: string, endpoint: string): string | undefined {
  const match = /^https?:\/\/s3\.(?:private\.|direct\.)?([a-z0-9-]+)\.cloud-object-storage\.appdomain\.cloud\/?$/.exec(
    endpoint,
  );
  const location = match?.[1];
  return location === undefined
    ? undefined
    : `http://${bucket}.s3-web.${location}.cloud-object-storage.appdomain.cloud/`;
}
