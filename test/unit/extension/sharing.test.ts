import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
const clipboard: string[] = [];
vi.mock('vscode', () => ({
  l10n: { t: fill },
  env: { clipboard: { writeText: async (text: string) => void clipboard.push(text) } },
  commands: { executeCommand: () => Promise.resolve() },
}));
const { readExpiry } = await import('../../../src/extension/sharing/expiry');
const { forgetLinks, listLinks, noteLink, wishAgain } = await import('../../../src/extension/sharing/ledger');
const { copyLink, canSign } = await import('../../../src/extension/sharing/makeLink');
const { linkRow, showSharedLinks } = await import('../../../src/extension/sharing/sharedLinks');
const { copyPublicUrl } = await import('../../../src/extension/sharing/publicUrl');

const place = { connectionId: connectionId('c'), bucket: bucketName('bucket'), key: objectKey('a/b.txt') };
const url = 'https://host.example/bucket/a/b.txt?X-Amz-Signature=5ec4e7';

/** A world with a memory, an engine that signs, and a person who picks the first item with a text. */
function world(
  options: {
    kind?: 'iam' | 'hmac';
    pair?: boolean;
    acl?: string;
    answers?: readonly string[];
    expiresAtMs?: number;
  } = {},
) {
  const kept = new Map<string, unknown>();
  const answers = [...(options.answers ?? [])];
  const asked: { method: string; params: unknown }[] = [];
  const said: string[] = [];
  const answer = async (...buttons: string[]) => {
    const next = answers[0];
    return next !== undefined && buttons.includes(next) ? answers.shift() : undefined;
  };
  const services = {
    memory: {
      get: (key: string, fallback: unknown) => kept.get(key) ?? fallback,
      update: async (key: string, value: unknown) => void kept.set(key, value),
    },
    connections: {
      get: () => ({ kind: options.kind ?? 'hmac', name: 'mine' }),
      findCredential: async () => ({ kind: 'apiKey', apiKey: 'k', ...(options.pair ? { hmac: {} } : {}) }),
    },
    changes: { fire: () => undefined },
    engine: {
      send: async (method: string, params: unknown) => {
        asked.push({ method, params });
        const values: Record<string, unknown> = {
          'links/create': { url, expiresAtMs: options.expiresAtMs ?? Date.now() + 60_000 },
          'objects/url': 'https://host.example/bucket/a/b.txt',
          'attributes/get': { acl: options.acl, info: { etag: 'e', modifiedAtMs: 1 } },
          'attributes/put': { applied: ['acl'] },
        };
        return { ok: true, value: values[method] };
      },
    },
    prompts: {
      info: async (text: string, ...buttons: string[]) => (said.push(text), answer(...buttons)),
      confirm: async (text: string, detail: string, ...buttons: string[]) => (
        said.push(`${text} ${detail}`),
        answer(...buttons)
      ),
      pick: async (items: readonly { label: string }[]) => {
        const next = answers.shift();
        return items.find(({ label }) => next !== undefined && label.includes(next));
      },
    },
  };
  return { services: services as unknown as CommandServices, kept, asked, said };
}

beforeEach(() => void clipboard.splice(0));

describe('the time that a link works', () => {
  const nowMs = new Date(2026, 0, 1, 12, 0).getTime();
  it.each([
    ['90m', 5400],
    [' 36 H ', 129_600],
    ['45d', 3_888_000],
    ['2026-01-01 12:30', 1800],
  ])('is read from "%s"', (text, seconds) => expect(readExpiry(text, nowMs)).toBe(seconds));
  it.each(['', '0d', '5', '-1h', '2025-12-31 10:00', '9999999d', 'soon'])('is not "%s"', (text) =>
    expect(readExpiry(text, nowMs)).toBeUndefined(),
  );
});

describe('the ledger of links', () => {
  it('notes what a link is for, and never the link', async () => {
    const { services, kept, said } = world();
    await copyLink(services, place, { method: 'GET', expiresSeconds: 60 });
    expect(clipboard).toEqual([url]);
    expect(listLinks(services.memory)).toMatchObject([{ ...place, wish: { method: 'GET' } }]);
    expect(JSON.stringify([...kept])).not.toMatch(/5ec4e7|https:/);
    expect(said.join()).not.toContain('5ec4e7');
  });

  it('signs again until the same time, shows what expired, and forgets it', async () => {
    const { services, asked } = world({ answers: ['Remove All Expired', 'b.txt', 'Copy Again'] });
    const entry = (expiresAtMs: number, method: 'GET' | 'PUT') =>
      ({ ...place, wish: { method, expiresSeconds: 100 }, madeAtMs: 0, expiresAtMs }) as const;
    const live = entry(Date.now() + 50_500, 'PUT');
    await noteLink(services.memory, entry(1000, 'GET'));
    await noteLink(services.memory, live);
    expect(linkRow(entry(1000, 'GET'), Date.now(), fill).description).toContain('read, expired 1 Jan 1970');
    expect(linkRow(live, Date.now(), fill).description).toContain('write, until ');
    await showSharedLinks(services);
    expect(listLinks(services.memory)).toEqual([live]);
    await showSharedLinks(services);
    expect(asked.at(-1)).toMatchObject({ method: 'links/create', params: { wish: { method: 'PUT' } } });
    const { expiresSeconds } = wishAgain(live, live.expiresAtMs - 50_500)!;
    expect(expiresSeconds).toBe(50);
    await forgetLinks(services.memory, listLinks(services.memory));
    expect(listLinks(services.memory)).toEqual([]);
  });
});

describe('a connection with an API key', () => {
  it('is told that links need HMAC credentials, and nothing is asked of the engine', async () => {
    const { services, said, asked } = world({ kind: 'iam' });
    expect(await canSign(services, place.connectionId)).toBe(false);
    expect(said[0]).toMatch(/HMAC.*API key.*Create a service credential with an HMAC key/);
    expect(asked).toEqual([]);
    expect(await canSign(world().services, place.connectionId)).toBe(true);
    expect(await canSign(world({ kind: 'iam', pair: true }).services, place.connectionId)).toBe(true);
  });
});

describe('a public URL', () => {
  it('says that everyone can read a public object', async () => {
    const { services, said } = world({ acl: 'public-read' });
    await copyPublicUrl(services, place);
    expect(clipboard).toEqual(['https://host.example/bucket/a/b.txt']);
    expect(said).toEqual(['Copied. The object\'s access list lets everyone read "a/b.txt".']);
  });

  it('makes an object public only after a question that says what that means', async () => {
    const no = world({ acl: 'private', answers: ['Make Public…'] });
    await copyPublicUrl(no.services, place);
    expect(no.said.at(-1)).toMatch(/everyone on the Internet.*whatever IAM says/);
    expect(no.asked.map(({ method }) => method)).not.toContain('attributes/put');
    const yes = world({ acl: 'private', answers: ['Make Public…', 'Let Everyone Read It'] });
    await copyPublicUrl(yes.services, place);
    expect(yes.asked.at(-1)).toMatchObject({
      method: 'attributes/put',
      params: { change: { acl: 'public-read' }, seen: { etag: 'e' } },
    });
  });
});
