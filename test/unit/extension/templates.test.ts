import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { corsDocument } from '../../../src/engine/documents/bucket/cors';
import { lifecycleDocument } from '../../../src/engine/documents/bucket/lifecycle';
import { websiteDocument } from '../../../src/engine/documents/bucket/website';
import { parseDocument } from '../../../src/engine/documents/parse';
import { templatesOf } from '../../../src/extension/configuration/templates';
import { withTemplate } from '../../../src/extension/configuration/templateText';
import { bucketName, connectionId } from '../../../src/model/ids';

const t = (text: string): string => text;
const place = { kind: 'bucket', connectionId: connectionId('c'), bucket: bucketName('b') } as const;
const empty = { rules: [], unknownElements: [], versioning: 'enabled' };
const topics = {
  lifecycle: { kind: lifecycleDocument({ ...place, topic: 'lifecycle' }), state: empty },
  cors: { kind: corsDocument({ ...place, topic: 'cors' }), state: empty },
  website: { kind: websiteDocument({ ...place, topic: 'website' }), state: { unknownElements: [] } },
} as const;
const all = (['lifecycle', 'cors', 'website'] as const).flatMap((topic) =>
  templatesOf(topic, t).map((template) => ({ topic, template, label: template.label })),
);

describe('templates of configuration documents', () => {
  it.each(all)('$label of $topic has no problem, and can be inserted twice', ({ topic, template }) => {
    const { kind, state } = topics[topic];
    const { question } = template;
    expect(question?.problem('')).not.toBe('');
    expect(question?.problem(question.placeHolder)).toBeUndefined();
    const content = template.content(question?.placeHolder ?? '');
    const once = withTemplate(kind.print(state), content)!;
    expect(kind.check(parseDocument(once), state, 0)).toEqual([]);
    expect(kind.plan(parseDocument(once), state, 0)).toHaveLength(1);
    // The comment above stays.
    expect(once).toContain(
      kind
        .print(state)
        .split('\n')
        .find((line) => line.includes('//'))!,
    );
    const twice = withTemplate(once, content)!;
    const doubleTransition = JSON.stringify(content).includes('transition') ? ['secondTransition'] : [];
    expect(kind.check(parseDocument(twice), state, 0).map(({ code }) => code)).toEqual(doubleTransition);
  });

  it('are for three topics', () => {
    expect([all.length > 10, templatesOf('versioning', t)]).toEqual([true, []]);
  });

  it('keep rules, comments and line ends that are there', () => {
    const [template] = templatesOf('lifecycle', t);
    const before = '{\r\n  // mine\r\n  "rules": [\r\n    { "id": "delete-after-30-days" }, // first\r\n  ]\r\n}';
    const after = withTemplate(before, template!.content(''))!;
    expect(after).toContain('// first');
    expect(after).toContain('// mine\r\n');
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
    expect(parse(after, [], { allowTrailingComma: true })).toEqual({
      rules: [
        { id: 'delete-after-30-days' },
        { id: 'delete-after-30-days-2', status: 'enabled', expiration: { days: 30 } },
      ],
    });
  });

  it('turn a website into a redirect and back', () => {
    const [staticSite, , redirect] = templatesOf('website', t);
    const site = withTemplate('{ "routingRules": [] }', staticSite!.content(''))!;
    const moved = withTemplate(site, redirect!.content('www.example.com'))!;
    expect(parse(moved)).toEqual({ redirectAll: { host: 'www.example.com', protocol: 'https' } });
    expect(parse(withTemplate(moved, staticSite!.content(''))!)).toEqual({
      indexSuffix: 'index.html',
      errorKey: '404.html',
    });
  });

  it.each(['', '[]', '{ "rules": {} }', '{ "rules": [ }', '7'])('are not inserted into %s', (text) => {
    const [template] = templatesOf('lifecycle', t);
    expect(withTemplate(text, template!.content(''))).toBeUndefined();
  });
});
