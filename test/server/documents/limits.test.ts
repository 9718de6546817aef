import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendControl } from '../../../src/engine/cos/control';
import type { Wire } from '../../../src/engine/cos/wire';
import { CosFailure } from '../../../src/engine/failure';
import { cause } from '../../../src/extension/ui/messages';
import type { Translate } from '../../../src/extension/ui/translate';
import type { DocumentSubject } from '../../../src/model/configDocument';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketLimits, objectLimits, type Kind, type Limit, type Properties } from './limitRows';
import { ruleLimits } from './ruleLimitRows';

type Address = Awaited<ReturnType<Protected['put']>>;

const dayMs = 86_400_000;
const t: Translate = (message, ...args) =>
  message.replaceAll(/\{(\d)\}/g, (_all, index: string) => String(args[Number(index)]));

describe('every limit of the service', () => {
  let server: Protected;
  let wire: Wire;
  const objects = new Map<string, Address>();
  beforeAll(async () => {
    server = await startProtected();
    wire = server.wire();
  });
  afterAll(async () => await server?.close());

  /** A date in whole seconds, so many days from now. */
  const days = (count: number) =>
    new Date(Math.floor(server.nowMs() / 1000) * 1000 + count * dayMs).toISOString().replace('.000', '');
  /** An object of a kind of bucket, with so many legal holds. */
  const objectOf = async (on: Kind, holds = 0): Promise<Address> => {
    const name = `${on} ${holds}`;
    const known = objects.get(name);
    if (known !== undefined) return known;
    const bucket = on === 'retained' ? await server.retained([1, 5, 30]) : await server.bucket(on);
    const address = await server.put(bucket, 'object');
    for (let at = 0; at < holds; at++)
      await server.engine.ask('protection/addHold', { ...address, holdId: `hold-${at}` });
    objects.set(name, address);
    return address;
  };
  const found = async (subject: DocumentSubject, text: string, baseline: string): Promise<readonly string[]> => {
    const problems = await server.engine.ask('documents/check', { subject, text, baseline });
    return problems.map(({ code, offset, length, message }) => {
      const underlined = text.slice(offset, offset + length);
      const short = underlined.length > 30 ? `${underlined.slice(0, 12)}…` : underlined;
      return `${code} «${short}» ${message}`.replaceAll(/(?!2030)\d{4}-\d\d-\d\dT[\d:]+(?:\.\d+)?Z/g, 'DATE');
    });
  };
  const refusal = async (address: Address, past: Limit['past'], isBucket: boolean): Promise<string | undefined> => {
    const { method = 'PUT', query = {}, headers, body } = typeof past === 'function' ? past(days) : past;
    const { bucket, key } = address;
    const request = { op: 'Past', method, bucket, query, repeatable: 'ifRefused' as const };
    const place = isBucket ? {} : { key };
    const sent = { ...(headers === undefined ? {} : { headers }), ...(body === undefined ? {} : { body }) };
    const failed: unknown = await sendControl(
      wire,
      { ...request, ...place, ...sent },
      AbortSignal.timeout(20_000),
    ).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return failed instanceof CosFailure ? cause(failed.error, t) : String(failed);
  };
  const writes = () => server.farSide.server.requests.read().byOperation;

  it.each(objectLimits)('is found in the properties, and explained where the service refuses: $limit', async (row) => {
    const address = await objectOf(row.on, row.holds);
    const subject = { kind: 'object', ...address } as const;
    const { text, baseline } = await server.engine.ask('documents/open', { subject });
    const value = JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '')) as Properties;
    row.edit(value, days);
    const before = writes();
    expect(await found(subject, JSON.stringify(value, undefined, 2), baseline)).toEqual(row.finds);
    expect(writes()).toEqual(before);
    expect(await refusal(address, row.past, false)).toContain(row.says);
  });

  it.each([...bucketLimits, ...ruleLimits])(
    'is found in a configuration, and explained where the service refuses: $limit',
    async (row) => {
      const address = await objectOf(row.on);
      const { bucket, connectionId } = address;
      const subject = { kind: 'bucket', connectionId, bucket, topic: row.topic } as const;
      const { baseline } = await server.engine.ask('documents/open', { subject });
      const before = writes();
      expect(await found(subject, row.text, baseline)).toEqual(row.finds);
      expect(writes()).toEqual(before);
      expect(await refusal(address, row.past, true)).toContain(row.says);
    },
  );

  it('is explained where the engine knows which one it is', async () => {
    const full = await objectOf('retained', 100);
    const { engine } = server;
    const untilMs = Date.parse(days(40));
    const read = async (refused: ReturnType<typeof engine.refuse>) => cause(await refused, t);
    expect([
      await read(engine.refuse('protection/addHold', { ...full, holdId: 'one-more' })),
      await read(engine.refuse('protection/addHold', { ...full, holdId: 'case 1' })),
      await read(engine.refuse('protection/addHold', { ...full, holdId: 'hold-7' })),
      await read(engine.refuse('protection/removeHold', { ...full, holdId: 'case-1' })),
      await read(engine.refuse('protection/extend', { ...full, extension: { kind: 'until', untilMs } })),
      await read(engine.refuse('protection/extend', { ...full, extension: { kind: 'fromNow', seconds: 1 } })),
      await read(engine.refuse('protection/setLockHold', { ...full, isOn: true })),
    ]).toEqual([
      'it has 100 legal holds, which is the most; remove one first',
      'the id of a legal hold is 1 to 64 letters, digits and ! _ . * ( ) -',
      'it has a legal hold of this id already',
      'it has no legal hold of this id (any more)',
      "the bucket's retention policy does not allow it; choose an end between its minimum and its maximum",
      'a retention never gets shorter; choose an end that is later',
      'the bucket or the object has another kind of protection, or none',
    ]);
  });
});
