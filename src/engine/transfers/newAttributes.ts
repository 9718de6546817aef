import type { UploadOptions } from '../../model/uploadOptions';
import type { SiteAttributes } from '../../model/website';
import type { NewObjectAttributes } from '../cos/client';
import { storedEntries } from '../../system/headerWords';
import { contentTypeOf } from './contentType';

/**
 * What the object of a file gets: the content type of its name, of a website's file what the site wants, and what was chosen
 * for the upload, which wins.
 */
export function attributesOf(
  fsPath: string,
  site: SiteAttributes | undefined,
  options: UploadOptions | undefined,
): NewObjectAttributes {
  const contentType = contentTypeOf(fsPath);
  const cacheControl = contentType === 'text/html' ? site?.pageCacheControl : site?.assetCacheControl;
  const { headers, metadata, tags, protection } = options ?? {};
  return {
    headers: {
      ...(contentType === undefined ? {} : { contentType }),
      ...(cacheControl === undefined ? {} : { cacheControl }),
      ...headers,
    },
    ...(metadata === undefined ? {} : { metadata: storedEntries(metadata) }),
    ...(tags === undefined ? {} : { tags }),
    ...(site?.acl === undefined && protection === undefined
      ? {}
      : {
          controls: {
            ...(site?.acl === undefined ? {} : { acl: site.acl }),
            ...(protection === undefined ? {} : { protection }),
          },
        }),
  };
}
