import { expect, it } from 'vitest';
import type { ControlClient, ControlRequest } from '../../../../src/engine/control/controlClient';
import { listInstances } from '../../../../src/engine/control/instances';

const { signal } = new AbortController();
const crn = (guid: string, service = 'cloud-object-storage') =>
  `crn:v1:bluemix:public:${service}:global:a/0123456789abcdef:${guid}::`;

function pages(...answers: unknown[]): { control: ControlClient; asked: ControlRequest[] } {
  const asked: ControlRequest[] = [];
  const send: ControlClient['send'] = (request) => {
    asked.push(request);
    return Promise.resolve({ json: answers[Math.min(asked.length, answers.length) - 1] });
  };
  return { control: { send }, asked };
}

it('asks page after page, with nothing but the token after the first', async () => {
  const { control, asked } = pages(
    { resources: [{ crn: crn('2'), guid: '2', name: 'two' }], next_url: '/v2/resource_instances?limit=1&start=a%3D' },
    { resources: [{ id: crn('1') }], next_url: null },
  );
  const found = await listInstances(control, signal);
  expect(found.map(({ name }) => name)).toEqual(['1', 'two']);
  expect(found[0]).toEqual({ crn: crn('1'), guid: '1', name: '1', accountId: '0123456789abcdef' });
  expect(asked[0]?.query).toMatchObject({ limit: '100', type: 'service_instance' });
  expect(asked[1]?.query).toEqual({ start: 'a=' });
});

it('leaves out other services', async () => {
  const { control } = pages({ resources: [{ crn: crn('1', 'kms') }], next_url: null });
  expect(await listInstances(control, signal)).toEqual([]);
});

it.each([
  ['a token that comes back', '/v2/x?start=again', 'unsupported'],
  ['no token', '/v2/x', 'internal'],
  ['something else', 5, 'internal'],
])('takes no list for whole whose next page has %s', async (_what, next, kind) => {
  const { control, asked } = pages({ resources: [{ crn: crn('1') }], next_url: next });
  await expect(listInstances(control, signal)).rejects.toMatchObject({ error: { kind, op: 'ListResourceInstances' } });
  expect(asked.length).toBeLessThan(3);
});

it('does not take another answer for an empty list', async () => {
  await expect(listInstances(pages('<html>').control, signal)).rejects.toMatchObject({ error: { kind: 'internal' } });
});
