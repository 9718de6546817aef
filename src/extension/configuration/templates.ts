import type { BucketTopic } from '../../model/configDocument';
import type { CorsRule } from '../../model/cors';
import type { LifecycleRule } from '../../model/lifecycle';
import type { BucketWebsite } from '../../model/website';
import type { Translate } from '../ui/translate';

/** What a template puts into a document: one more rule, or fields, of which null ones are taken away. */
export type TemplateContent =
  | { readonly kind: 'rule'; readonly rule: LifecycleRule | CorsRule }
  | {
      readonly kind: 'fields';
      readonly fields: { readonly [Name in keyof BucketWebsite]: BucketWebsite[Name] | null };
    };

/** A common configuration, to be inserted into a document and changed there. */
export interface Template {
  readonly label: string;
  readonly detail: string;
  /** What has to be known first. */
  readonly question?: {
    readonly prompt: string;
    readonly placeHolder: string;
    problem(answer: string): string | undefined;
  };
  /** The content, given the answer; empty without a question. */
  content(answer: string): TemplateContent;
}

/** Templates of a topic; none for most. */
export function templatesOf(topic: BucketTopic, t: Translate): readonly Template[] {
  switch (topic) {
    case 'lifecycle':
      return lifecycleTemplates(t);
    case 'cors':
      return corsTemplates(t);
    case 'website':
      return websiteTemplates(t);
    default:
      return [];
  }
}

function lifecycleTemplates(t: Translate): readonly Template[] {
  const rule = (id: string, actions: Omit<LifecycleRule, 'id' | 'status'>): TemplateContent => ({
    kind: 'rule',
    rule: { id, status: 'enabled', ...actions },
  });
  return [
    {
      label: t('Delete after 30 Days'),
      detail: t('All objects of the bucket, those that exist too'),
      content: () => rule('delete-after-30-days', { expiration: { days: 30 } }),
    },
    {
      label: t('Delete a Folder after 30 Days'),
      detail: t('Objects whose keys begin with a prefix, those that exist too'),
      question: {
        prompt: t('What keys begin with'),
        placeHolder: 'logs/',
        problem: (answer) => (answer === '' ? t('Without a prefix, all objects would be deleted.') : undefined),
      },
      content: (prefix) => rule('delete-folder-after-30-days', { filter: { prefix }, expiration: { days: 30 } }),
    },
    {
      label: t('Abort Incomplete Uploads after 7 Days'),
      detail: t('Uploads that were begun and never finished are billed until they are aborted'),
      content: () => rule('abort-incomplete-uploads', { abortIncompleteUploads: { days: 7 } }),
    },
    {
      label: t('Log Archive'),
      detail: t('New objects go to archive after 30 days, and are deleted after 2 years'),
      content: () =>
        rule('log-archive', { transition: { days: 30, storageClass: 'GLACIER' }, expiration: { days: 730 } }),
    },
    {
      label: t('Accelerated Archive after 90 Days'),
      detail: t('New objects go to an archive that is read again within 2 hours'),
      content: () => rule('accelerated-archive', { transition: { days: 90, storageClass: 'ACCELERATED' } }),
    },
    {
      label: t('Delete Old Versions after 30 Days'),
      detail: t('The newest 3 replaced versions of each object stay'),
      content: () => rule('delete-old-versions', { noncurrentExpiration: { days: 30, keepVersions: 3 } }),
    },
    {
      label: t('Remove Delete Markers That Stand Alone'),
      detail: t('Below which no version is left'),
      content: () => rule('remove-delete-markers', { expiration: { expiredDeleteMarkers: true } }),
    },
  ];
}

function corsTemplates(t: Translate): readonly Template[] {
  const reading = { methods: ['GET', 'HEAD'], headers: ['*'], exposedHeaders: ['ETag'], maxAgeSeconds: 3600 } as const;
  const writing = { ...reading, methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'] } as const;
  const rule = (id: string, origins: readonly string[], rest: typeof reading | typeof writing): TemplateContent => ({
    kind: 'rule',
    rule: { id, origins, ...rest },
  });
  const question = {
    prompt: t('Site, with its scheme and port'),
    placeHolder: 'https://example.com',
    problem: (answer: string) =>
      /^https?:\/\/[^/?#\s*]+$/.test(answer)
        ? undefined
        : t('A site looks like "https://example.com", without a path and a slash at its end.'),
  };
  return [
    {
      label: t('Let Pages of One Site Read'),
      detail: t('GET and HEAD, from one origin'),
      question,
      content: (origin) => rule('one-site-reads', [origin], reading),
    },
    {
      label: t('Let Pages of One Site Read and Upload'),
      detail: t('All methods, from one origin'),
      question,
      content: (origin) => rule('one-site-writes', [origin], writing),
    },
    {
      label: t('Let Pages of Every Site Read'),
      detail: t('GET and HEAD, as for fonts and public data'),
      content: () => rule('every-site-reads', ['*'], reading),
    },
    {
      label: t('Let Pages on This Machine Read and Upload'),
      detail: t('All methods, from localhost at any port, while developing'),
      content: () => rule('localhost', ['http://localhost:*', 'http://127.0.0.1:*'], writing),
    },
  ];
}

function websiteTemplates(t: Translate): readonly Template[] {
  const pages = (indexSuffix: string, errorKey: string): TemplateContent => ({
    kind: 'fields',
    fields: { indexSuffix, errorKey, redirectAll: null },
  });
  return [
    {
      label: t('Static Site'),
      detail: t('index.html in each folder, 404.html for what is not there'),
      content: () => pages('index.html', '404.html'),
    },
    {
      label: t('Single-Page App'),
      detail: t('index.html answers for every path, so that the app can route'),
      content: () => pages('index.html', 'index.html'),
    },
    {
      label: t('Redirect Everything'),
      detail: t('Every visitor goes to another host'),
      question: {
        prompt: t('Host that visitors go to'),
        placeHolder: 'www.example.com',
        problem: (answer) =>
          /^[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(answer)
            ? undefined
            : t('A host is a name such as "www.example.com", without "https://" and path.'),
      },
      content: (host) => ({
        kind: 'fields',
        fields: { indexSuffix: null, errorKey: null, routingRules: null, redirectAll: { host, protocol: 'https' } },
      }),
    },
  ];
}
