import { describe, expect, it } from 'vitest';
import {
  isShortened,
  planText,
  publicAccessCommand,
  siteChanges,
  websiteOf,
} from '../../../src/extension/website/siteTexts';
import { websiteUrl, type SitePlan } from '../../../src/model/website';

const t = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
const file = (name: string) => ({ name, fsPath: `/site/${name}` });
const plan: SitePlan = {
  uploads: [{ ...file('index.html'), change: 'new' }],
  same: [file('error.html')],
  added: { count: 1, bytes: 2000 },
  changed: { count: 0, bytes: 0 },
  unchanged: { count: 1, bytes: 10 },
  extraKeys: ['a', 'b'],
  extra: { count: 2, bytes: 30 },
};

describe('a website', () => {
  it.each(['s3.eu-de', 's3.private.eu-de', 's3.direct.eu-de'])('of a bucket at %s is at the s3-web host', (host) => {
    expect(websiteUrl('my.site', `https://${host}.cloud-object-storage.appdomain.cloud`)).toBe(
      'http://my.site.s3-web.eu-de.cloud-object-storage.appdomain.cloud/',
    );
  });

  it('of another service is at no address that is known', () => {
    expect(websiteUrl('b', 'https://s3.example.com')).toBeUndefined();
    expect(websiteUrl('b', 'https://s3.eu-de.cloud-object-storage.appdomain.cloud.example.com')).toBeUndefined();
  });

  it('is shown with what would be uploaded, left and found extra before anything happens', () => {
    const text = planText(plan, { isPublic: false, newWebsite: websiteOf(plan, 'v1/') }, t);
    expect(text.split('\n').slice(0, 8)).toEqual([
      'New: 1 object (2.00 kB)',
      '    index.html',
      'Changed: none',
      'Unchanged, left alone: 1 object (10 B)',
      'In the bucket and not in the folder: 2 objects (30 B)',
      '    a',
      '    b',
      'The bucket becomes a website with the index "index.html" and the error page "v1/error.html".',
    ]);
    expect(text).not.toContain('Everyone');
    const open = planText(plan, { isPublic: true }, t);
    expect(open).toContain('Everyone on the Internet can read these files.');
    expect(open).toContain('uploaded again to become public');
    expect(open).not.toContain('becomes a website');
  });

  it('is shown with five names of each kind, and with all of them in a list', () => {
    const many = Array.from({ length: 7 }, (_none, at) => ({ ...file(`p${at}.html`), change: 'changed' as const }));
    const large = { ...plan, uploads: [...plan.uploads, ...many], changed: { count: 7, bytes: 70 } };
    expect(planText(large, { isPublic: false }, t).split('\n').slice(2, 9)).toEqual([
      'Changed: 7 objects (70 B)',
      '    p0.html',
      '    p1.html',
      '    p2.html',
      '    p3.html',
      '    p4.html',
      '    and 2 more',
    ]);
    expect([isShortened(plan), isShortened(large)]).toEqual([false, true]);
    expect(siteChanges(plan, t)).toEqual([
      { label: 'index.html', description: 'new' },
      { label: 'a', description: 'in the bucket and not in the folder' },
      { label: 'b', description: 'in the bucket and not in the folder' },
    ]);
  });

  it('is made public in IAM by a command on exactly this bucket', () => {
    const crn = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:guid-1::';
    expect(publicAccessCommand(crn, 'b')).toMatch(/--service-instance guid-1 --resource-type bucket --resource b$/);
  });
});
