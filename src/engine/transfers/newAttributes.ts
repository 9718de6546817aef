import type { SiteAttributes } from '../../model/website';
import type { NewObjectAttributes } from '../cos/client';
import { contentTypeOf } from './contentType';

/** What the object of a file gets: the content type of its name, and of a website's file what the site wants. */
export function attributesOf(fsPath: string, site: SiteAttributes | undefined): NewObjectAttributes {
  const contentType = contentTypeOf(fsPath);
  const cacheControl = contentType === 'text/html' ? site?.pageCacheControl : site?.assetCacheControl;
  return {
    headers: {
      ...(contentType === undefined ? {} : { contentType }),
      ...(cacheControl === undefined ? {} : { cacheControl }),
    },
    ...(site?.acl === undefined ? {} : { controls: { acl: site.acl } }),
  };
}
