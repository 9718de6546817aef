import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import { corsMethods, maxCorsRules, type BucketCors, type CorsRule } from '../../../model/cors';
import type { DocumentKind } from '../kind';
import type { JsonPath, ParsedDocument } from '../parse';
import { notAnObject } from '../rules';
import { countOf, someOf, unknownElementsReason } from '../settings';
import { shapeProblems, type Shape } from '../shape';
import { planRuleList } from './ruleList';

const texts = (min: number): Shape => ({ kind: 'list', of: { kind: 'text' }, min });

const rule: Shape = {
  kind: 'object',
  required: ['origins', 'methods'],
  fields: {
    id: { kind: 'text' },
    origins: texts(1),
    methods: { kind: 'list', of: { kind: 'choice', of: corsMethods }, min: 1 },
    headers: texts(0),
    exposedHeaders: texts(0),
    maxAgeSeconds: { kind: 'count', min: 0, max: 999_999_999 },
  },
};
const shape: Shape = {
  kind: 'object',
  required: ['rules'],
  fields: { rules: { kind: 'list', of: rule, max: maxCorsRules } },
};

const heading = `  // What browsers let pages of other sites do. The first rule that fits counts.
  // Who may read and write at all is said by IAM and access lists.
`;

/** CORS of a bucket (data-plane §8, rule 100): a list of rules; none delete the configuration. */
export function corsDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => await client.getCors(bucket, signal),
    print: ({ rules }) =>
      `{\n${heading}  "rules": ${JSON.stringify(rules, undefined, 2).replaceAll('\n', '\n  ')}\n}\n`,
    summary: ({ rules }) =>
      rules.length === 0 ? 'none' : `${countOf(rules, 'rule')}: ${someOf(rules.map(ruleSentence))}`,
    readOnlyReason: ({ unknownElements }) => unknownElementsReason(unknownElements),
    check,
    plan: (document, { rules, unknownElements }) => {
      if (unknownElements.length > 0) return [];
      const wanted = wantedRules(document);
      return planRuleList({
        wanted,
        now: rules,
        bucket,
        id: 'cors',
        setting: 'BucketCors',
        name: 'CORS rule',
        deletion: `Delete the CORS configuration of '${bucket}': browsers let no page of another site use it any more.`,
        sentenceOf: ruleSentence,
        run: async ({ client }, signal) => await client.putCors(bucket, wanted, signal),
      });
    },
  } satisfies DocumentKind<BucketCors>;
}

/** Rules of a document without problems; an empty list of headers is none. */
function wantedRules(document: ParsedDocument): readonly CorsRule[] {
  const rules = document.valueAt(['rules']) as readonly CorsRule[];
  return rules.map(({ headers = [], exposedHeaders = [], ...one }) => ({
    ...one,
    ...(headers.length === 0 ? {} : { headers }),
    ...(exposedHeaders.length === 0 ? {} : { exposedHeaders }),
  }));
}

function ruleSentence({ origins, methods }: CorsRule): string {
  const who = origins.includes('*') ? 'pages of every site' : `pages of ${origins.join(', ')}`;
  return `${who} may ${methods.join(', ')}`;
}

function check(document: ParsedDocument): readonly DocumentProblem[] {
  const notAMap = notAnObject(document);
  if (notAMap.length > 0) return notAMap;
  const wrong = shapeProblems(document, [], shape);
  const rules = document.valueAt(['rules']);
  if (!Array.isArray(rules)) return wrong;
  const ids = rules.map((one: Partial<CorsRule> | null) => one?.id);
  return [
    ...wrong,
    ...ids.flatMap((id, at) => {
      if (typeof id !== 'string' || ids.indexOf(id) === at) return [];
      const message = `The id "${id}" belongs to another rule already.`;
      return [document.problem(['rules', at, 'id'], { severity: 'error', code: 'doubleId', message } as const)];
    }),
    ...rules.flatMap((one: unknown, at) =>
      shapeProblems(document, ['rules', at], rule).length > 0
        ? []
        : ruleProblems(document, ['rules', at], one as CorsRule),
    ),
  ];
}

function ruleProblems(document: ParsedDocument, place: JsonPath, one: CorsRule): readonly DocumentProblem[] {
  const { id = '', origins, methods, headers = [], exposedHeaders = [] } = one;
  const report =
    (severity: 'error' | 'warning') =>
    (path: JsonPath, code: string, message: string): DocumentProblem =>
      document.problem([...place, ...path], { severity, code, message });
  const [error, warning] = [report('error'), report('warning')];
  const isToken = (text: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
  const hasStars = (text: string): boolean => text.split('*').length > 2;
  return [
    ...([...id].length > 255 ? [error(['id'], 'id', 'An id has 255 characters at most.')] : []),
    ...origins.flatMap((origin, at) => originProblems(document, [...place, 'origins', at], origin)),
    ...methods.flatMap((method, at) =>
      methods.indexOf(method) === at
        ? []
        : [warning(['methods', at], 'doubleMethod', `"${method}" stands here twice.`)],
    ),
    ...headers.flatMap((header, at) => {
      if (hasStars(header)) return [error(['headers', at], 'stars', 'A header has one * at most.')];
      return isToken(header) ? [] : [error(['headers', at], 'header', 'This cannot be the name of a header.')];
    }),
    ...exposedHeaders.flatMap((header, at) => {
      if (!isToken(header)) return [error(['exposedHeaders', at], 'header', 'This cannot be the name of a header.')];
      const message = 'Headers that pages may read are named one by one: services refuse * here.';
      return header.includes('*') ? [warning(['exposedHeaders', at], 'exposedStar', message)] : [];
    }),
  ];
}

function originProblems(document: ParsedDocument, path: JsonPath, origin: string): readonly DocumentProblem[] {
  const wrong = (severity: 'error' | 'warning', code: string, message: string): DocumentProblem =>
    document.problem(path, { severity, code, message });
  if (origin.trim() === '') return [wrong('error', 'origin', 'An origin looks like "https://example.com", or is "*".')];
  if (origin.split('*').length > 2) return [wrong('error', 'stars', 'An origin has one * at most.')];
  if (origin === '*' || origin === 'null') return [];
  const parts = /^([A-Za-z][A-Za-z0-9+.*-]*:\/\/[^/?#\s]+)(.*)$/.exec(origin);
  if (parts === null && !origin.includes('*')) {
    const message = 'Browsers send an origin with its scheme, such as "https://example.com"; this never fits one.';
    const problem = wrong('warning', 'origin', message);
    return [withFix(problem, `https://${origin.replace(/\/.*$/, '')}`)];
  }
  if (parts === null || parts[2] === '') return [];
  const message = 'An origin ends with its host or port: browsers send no path and no slash, so this never fits one.';
  return [withFix(wrong('warning', 'originPath', message), parts[1] ?? origin)];
}

function withFix(problem: DocumentProblem, text: string): DocumentProblem {
  const { offset, length } = problem;
  return { ...problem, fixes: [{ title: `Write "${text}"`, edits: [{ offset, length, text: JSON.stringify(text) }] }] };
}
