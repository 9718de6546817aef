import { describe, expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import { parseSize, type BucketConfig } from '../../../src/model/bucketConfig';
import { bucketName, connectionId } from '../../../src/model/ids';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({ l10n: { t: fill } }));
const { setQuota } = await import('../../../src/extension/configuration/quick/setQuota');

const target = { connectionId: connectionId('c'), bucket: bucketName('photos') };

/** Somebody who picks, types and confirms, and a bucket. */
function world(config: BucketConfig, label: string, typed?: string, confirms = true) {
  const offered: string[] = [];
  const asked: string[] = [];
  const sent: object[] = [];
  const services = {
    engine: {
      send: async (method: string, params: object) => {
        if (method === 'bucketConfig/setQuota') sent.push(params);
        return { ok: true, value: method === 'bucketConfig/get' ? config : null };
      },
    },
    prompts: {
      pick: async (items: readonly { label: string; description?: string }[], options: { placeHolder: string }) => {
        offered.push(options.placeHolder, ...items.map((item) => `${item.label} ${item.description ?? ''}`.trim()));
        return items.find((item) => item.label === label);
      },
      input: async (options: { validateInput: (text: string) => string | undefined }) => {
        expect(options.validateInput(typed ?? '')).toBeUndefined();
        expect(options.validateInput('much')).toContain('Enter a size');
        return typed;
      },
      confirm: async (question: string, detail: string, button: string) => {
        asked.push(`${question} ${detail}`);
        return confirms ? button : undefined;
      },
      info: async () => undefined,
    },
  } as unknown as CommandServices;
  return { services, offered, asked, sent };
}

describe('setting a quota', () => {
  it('offers sizes, marks the one there is, and sets it for the bucket that was read', async () => {
    const { services, offered, asked, sent } = world(
      { usage: { objects: 1, sizeBytes: 5_000, noncurrentSizeBytes: 1_000 }, quotaBytes: 7_000, etag: '"e"' },
      '100 GB',
    );
    await setQuota(services, target);
    expect(offered[0]).toBe('How much "photos" may hold; it holds 6.00 kB');
    expect(offered).toContain('7.00 kB now');
    expect(sent).toEqual([{ ...target, quotaBytes: 100_000_000_000, etag: '"e"' }]);
    expect(asked).toEqual([]);
  });

  it('asks before a quota that would refuse every write', async () => {
    const config = { usage: { sizeBytes: 5_000 } };
    const refused = world(config, 'Another Size…', '4 kB', false);
    await setQuota(refused.services, target);
    expect(refused.asked[0]).toContain('It holds 5.00 kB, which is no less than a quota of 4.00 kB.');
    expect(refused.sent).toEqual([]);
    const confirmed = world(config, 'Another Size…', '4 kB');
    await setQuota(confirmed.services, target);
    expect(confirmed.sent).toEqual([{ ...target, quotaBytes: 4000 }]);
  });

  it('sends nothing for the quota that there is', async () => {
    const { services, sent } = world({ usage: {} }, 'No Quota');
    await setQuota(services, target);
    expect(sent).toEqual([]);
  });

  it.each([
    ['0', 0],
    ['1234', 1234],
    ['500 GB', 500e9],
    ['2TiB', 2 * 1024 ** 4],
    ['1.5 kb', 1500],
    [' 3 bytes ', 3],
    ['1.5', undefined],
    ['-1', undefined],
    ['1 XB', undefined],
    ['99999 PB', undefined],
    ['', undefined],
  ])('reads %j as %j bytes', (text, sizeBytes) => {
    expect(parseSize(text)).toBe(sizeBytes);
  });
});
