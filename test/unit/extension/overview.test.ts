import { describe, expect, it } from 'vitest';
import {
  overviewText,
  topicPlaces,
  type OverviewParts,
} from '../../../src/extension/configuration/overview/overviewText';
import { bucketTopics, type BucketTopic } from '../../../src/model/configDocument';
import type { CosError, Result } from '../../../src/model/cosError';
import { bucketName } from '../../../src/model/ids';

const t = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
const denied: CosError = { kind: 'denied', op: 'GetBucketCors', retry: 'never', detail: '' };
const sentence = ({ op }: CosError) => `You may not do ${op}.`;
const parts: OverviewParts = {
  bucket: 'photos',
  connection: 'mine',
  summary: {
    ok: true,
    value: { name: bucketName('photos'), location: 'us-south', storageClass: 'smart', createdAtMs: 0 },
  },
  config: {
    ok: true,
    value: {
      crn: 'crn:photos',
      usage: { objects: 1234, sizeBytes: 5_000_000, noncurrentObjects: 2, noncurrentSizeBytes: 10 },
    },
  },
  backups: { ok: true, value: ['daily'] },
  topics: Object.fromEntries(bucketTopics.map((topic) => [topic, { ok: true, value: `the ${topic}` }])) as Record<
    BucketTopic,
    Result<string>
  >,
  readAtMs: 0,
};
const lineOf = (text: string, label: string) => text.split('\n').find((line) => line.startsWith(`  ${label} `));

describe('a bucket at a glance', () => {
  it('shows usage and every part of its configuration', () => {
    const text = overviewText(parts, sentence, t);
    expect(lineOf(text, 'Location')).toMatch(/ us-south, smart$/);
    expect(lineOf(text, 'Objects')).toMatch(/ 1,234, 5\.00 MB$/);
    expect(lineOf(text, 'Older Versions')).toMatch(/ 2, 10 B$/);
    expect(lineOf(text, 'Delete Markers')).toMatch(/ the service does not say$/);
    expect(lineOf(text, 'Backup Policies')).toMatch(/ daily$/);
    for (const topic of bucketTopics) expect(text).toContain(`  the ${topic}\n`);
  });

  it('says why a part could not be read, and shows the others', () => {
    const failed = { ok: false, error: denied } as const;
    const topics = { ...parts.topics, cors: failed };
    const text = overviewText({ ...parts, config: failed, backups: failed, topics }, sentence, t);
    expect(lineOf(text, 'CORS')).toMatch(/ could not be read: You may not do GetBucketCors\.$/);
    expect(lineOf(text, 'Objects')).toMatch(/ could not be read: /);
    expect(lineOf(text, 'Website')).toMatch(/ the website$/);
    expect(lineOf(text, 'CRN')).toBeUndefined();
  });

  it('links the name of each part, and nothing of the rest', () => {
    const text = overviewText({ ...parts, connection: 'Tags  Website  CORS' }, sentence, t);
    const places = topicPlaces(text, t);
    expect(places.map(({ topic }) => topic)).toEqual([...bucketTopics]);
    const lines = text.split('\n');
    const named = places.map(({ line, start, end }) => lines[line]?.slice(start, end));
    expect(named).toContain('Object Lock');
    for (const { topic, line } of places) expect(lines[line]).toMatch(new RegExp(` the ${topic}$`));
  });
});
