import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import { websiteProtocols, type BucketWebsite, type FoundWebsite, type RoutingRule } from '../../../model/website';
import type { DocumentKind } from '../kind';
import type { JsonPath, ParsedDocument } from '../parse';
import { notAnObject } from '../rules';
import { canonical, countOf, unknownElementsReason } from '../settings';
import { shapeProblems, type Shape } from '../shape';

const text: Shape = { kind: 'text' };
const protocol: Shape = { kind: 'choice', of: websiteProtocols };
const rule: Shape = {
  kind: 'object',
  required: ['redirect'],
  fields: {
    when: { kind: 'object', fields: { errorCode: { kind: 'count', min: 400, max: 599 }, keyPrefix: text } },
    redirect: {
      kind: 'object',
      fields: {
        host: text,
        protocol,
        statusCode: { kind: 'count', min: 300, max: 399 },
        keyPrefix: text,
        key: text,
      },
    },
  },
};
const shape: Shape = {
  kind: 'object',
  fields: {
    indexSuffix: text,
    errorKey: text,
    routingRules: { kind: 'list', of: rule },
    redirectAll: { kind: 'object', required: ['host'], fields: { host: text, protocol } },
  },
};

// Above the braces, where editors that insert a first property leave it alone.
const heading = `// The bucket as a website; {} is none. Visitors see only what everyone may read.
// For example { "indexSuffix": "index.html", "errorKey": "404.html" }
`;

/** Website of a bucket (data-plane §13, rule 104): an empty object deletes the configuration. */
export function websiteDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => await client.getBucketWebsite(bucket, signal),
    print: ({ website = {} }) => `${heading}${JSON.stringify(website, undefined, 2)}\n`,
    summary: ({ website }) => (website === undefined ? 'none' : websiteText(website)),
    readOnlyReason: ({ unknownElements }) => unknownElementsReason(unknownElements),
    check,
    plan: (document, { website = {}, unknownElements }) => {
      if (unknownElements.length > 0) return [];
      const wanted = wantedWebsite(document);
      if (canonical(wanted) === canonical(website)) return [];
      if (Object.keys(wanted).length === 0) {
        return [
          {
            id: 'website',
            operation: 'DeleteBucketWebsite',
            sentence: `Delete the website configuration of '${bucket}': visitors of the website find nothing any more. Objects stay.`,
            run: async ({ client }, signal) => await client.deleteBucketWebsite(bucket, signal),
          },
        ];
      }
      return [
        {
          id: 'website',
          operation: 'PutBucketWebsite',
          sentence: websiteSentence(bucket, wanted),
          run: async ({ client }, signal) => await client.putBucketWebsite(bucket, wanted, signal),
        },
      ];
    },
  } satisfies DocumentKind<FoundWebsite>;
}

/** The website of a document without problems; no rules and no conditions are left out. */
function wantedWebsite(document: ParsedDocument): BucketWebsite {
  const { routingRules = [], ...rest } = document.valueAt([]) as BucketWebsite;
  const rules = routingRules.map(({ when = {}, redirect }) => ({
    ...(Object.keys(when).length === 0 ? {} : { when }),
    redirect,
  }));
  return { ...rest, ...(rules.length === 0 ? {} : { routingRules: rules }) };
}

function websiteSentence(bucket: string, website: BucketWebsite): string {
  const { indexSuffix = '', errorKey, redirectAll, routingRules = [] } = website;
  if (redirectAll !== undefined) return `Send every visitor of the website '${bucket}' to '${redirectAll.host}'.`;
  const errors = errorKey === undefined ? '' : `, '${errorKey}' for what is not there`;
  const rules = routingRules.length === 0 ? '' : `, routing rules: ${routingRules.length}`;
  return `Make '${bucket}' a website with '${indexSuffix}' for folders${errors}${rules}.`;
}

function websiteText({ indexSuffix, errorKey, redirectAll, routingRules = [] }: BucketWebsite): string {
  if (redirectAll !== undefined) return `sends every visitor to ${redirectAll.host}`;
  const parts = [
    ...(indexSuffix === undefined ? [] : [`${indexSuffix} for folders`]),
    ...(errorKey === undefined ? [] : [`${errorKey} for what is not there`]),
    ...(routingRules.length === 0 ? [] : [countOf(routingRules, 'routing rule')]),
  ];
  return parts.length === 0 ? 'on' : parts.join(', ');
}

type Report = (path: JsonPath, code: string, message: string) => DocumentProblem;

function check(document: ParsedDocument): readonly DocumentProblem[] {
  const notAMap = notAnObject(document);
  if (notAMap.length > 0) return notAMap;
  const wrong = shapeProblems(document, [], shape);
  if (wrong.length > 0) return wrong;
  const website = document.valueAt([]) as BucketWebsite;
  const error: Report = (path, code, message) => document.problem(path, { severity: 'error', code, message });
  const warning: Report = (path, code, message) => document.problem(path, { severity: 'warning', code, message });
  return [
    ...pageProblems(document, website, error, warning),
    ...(website.redirectAll === undefined
      ? []
      : hostProblems(['redirectAll', 'host'], website.redirectAll.host, error)),
    ...(website.routingRules ?? []).flatMap((one, at) => ruleProblems(['routingRules', at], one, error, warning)),
  ];
}

function pageProblems(
  document: ParsedDocument,
  { indexSuffix, errorKey, redirectAll }: BucketWebsite,
  error: Report,
  warning: Report,
): readonly DocumentProblem[] {
  const names = document.namesAt([]);
  if (redirectAll !== undefined) {
    const others = names.filter((name) => name !== 'redirectAll');
    const message = '"redirectAll" sends every visitor elsewhere and stands alone: take the rest away, or it.';
    return others.map((name) => error([name], 'redirectAllAlone', message));
  }
  return [
    ...(names.length > 0 && indexSuffix === undefined
      ? [error([], 'noIndex', 'A website needs "indexSuffix", or "redirectAll".')]
      : []),
    ...(indexSuffix !== undefined && (indexSuffix === '' || indexSuffix.includes('/'))
      ? [error(['indexSuffix'], 'indexSuffix', 'This is the name of a page in each folder, such as "index.html".')]
      : []),
    ...(errorKey === '' ? [error(['errorKey'], 'errorKey', 'This is the key of a page, such as "404.html".')] : []),
    ...(errorKey?.startsWith('/') === true
      ? [warning(['errorKey'], 'slash', 'Keys of objects seldom begin with "/"; leave it away unless this one does.')]
      : []),
  ];
}

function hostProblems(path: JsonPath, host: string, error: Report): readonly DocumentProblem[] {
  if (/^[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(host)) return [];
  return [error(path, 'host', 'A host is a name such as "www.example.com", without "https://" and path.')];
}

/** Rules that S3 takes at most; IBM's pages have no number. */
const usualMaxRules = 50;

function ruleProblems(
  place: JsonPath,
  { when, redirect }: RoutingRule,
  error: Report,
  warning: Report,
): readonly DocumentProblem[] {
  const at = (...names: readonly string[]): JsonPath => [...place, ...names];
  const isLoop =
    redirect.host === undefined &&
    when?.keyPrefix !== undefined &&
    redirect.keyPrefix?.startsWith(when.keyPrefix) === true;
  return [
    ...(place.at(-1) === usualMaxRules
      ? [warning(place, 'manyRules', `S3 takes ${usualMaxRules} routing rules at most; the service decides.`)]
      : []),
    ...(when !== undefined && Object.keys(when).length === 0
      ? [error(at('when'), 'noCondition', 'A condition needs "errorCode" or "keyPrefix"; leave "when" away for all.')]
      : []),
    ...(Object.keys(redirect).length === 0
      ? [error(at('redirect'), 'noTarget', 'A redirect changes something: "host", "key", "keyPrefix" or another.')]
      : []),
    ...(redirect.key !== undefined && redirect.keyPrefix !== undefined
      ? [error(at('redirect', 'keyPrefix'), 'keyAndPrefix', 'Write "key" or "keyPrefix", and not both.')]
      : []),
    ...(redirect.host === undefined ? [] : hostProblems(at('redirect', 'host'), redirect.host, error)),
    ...(isLoop
      ? [
          warning(
            at('redirect', 'keyPrefix'),
            'loop',
            'What this leads to fits the rule again: visitors go in circles.',
          ),
        ]
      : []),
  ];
}
