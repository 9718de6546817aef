/** A bucket's website, as far as deploying one needs it (data-plane.md §13). */
export interface BucketWebsite {
  /** Name that stands for a folder, such as `index.html`; absent where every request is redirected elsewhere. */
  readonly indexSuffix?: string;
  /** Key of the page for what is not there. */
  readonly errorKey?: string;
}

/** What files of a website get besides their content type. */
export interface SiteAttributes {
  /** `cache-control` of HTML pages. */
  readonly pageCacheControl?: string;
  /** `cache-control` of everything else. */
  readonly assetCacheControl?: string;
  /** Lets everyone read the files, whatever IAM says (data-plane.md §14). */
  readonly acl?: 'public-read';
}

/** A file of a website to upload: its path and its name below the prefix. */
export interface SiteFile {
  readonly fsPath: string;
  readonly name: string;
}

/** Files or objects with their bytes. */
export interface SiteCount {
  readonly count: number;
  readonly bytes: number;
}

/** What deploying a folder would do. */
export interface SitePlan {
  /** Files whose objects are absent or differ. */
  readonly uploads: readonly SiteFile[];
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
 * Where browsers find a bucket's website: the s3-web host of its location (data-plane.md §13). Undefined for a service that
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
