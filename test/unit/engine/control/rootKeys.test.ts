import { expect, it } from 'vitest';
import type { ControlClient, ControlRequest } from '../../../../src/engine/control/controlClient';
import { listKeyInstances, listRootKeys } from '../../../../src/engine/control/rootKeys';

const { signal } = new AbortController();
const guid = '8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e';
const crn = (service: string, region = 'us-south') => `crn:v1:bluemix:public:${service}:${region}:a/0123:${guid}::`;

function answering(
  answer: (request: ControlRequest) => unknown,
  network?: ControlClient['network'],
): { control: ControlClient; asked: ControlRequest[] } {
  const asked: ControlRequest[] = [];
  const send: ControlClient['send'] = (request) => {
    asked.push(request);
    return Promise.resolve({ json: answer(request) });
  };
  return { control: { send, ...(network === undefined ? {} : { network }) }, asked };
}

/** A key as the documentation shows it (control-plane §4.2). */
const key = (index: number) => ({
  type: 'application/vnd.ibm.kms.key+json',
  id: `id-${index}`,
  name: `key ${String(index).padStart(3, '0')}`,
  aliases: [`alias-${index}`],
  state: 1,
  crn: crn('kms').replace(/::$/, `:key:id-${index}`),
  extractable: false,
});

it('finds the instances of both key services, and no others', async () => {
  const resources = ['cloud-object-storage', 'kms', 'hs-crypto'].map((service) => ({
    crn: crn(service),
    name: service,
  }));
  const { control } = answering(() => ({ resources }));
  expect(await listKeyInstances(control, signal)).toEqual([
    { crn: crn('hs-crypto'), name: 'hs-crypto', service: 'hpcs', region: 'us-south' },
    { crn: crn('kms'), name: 'kms', service: 'keyProtect', region: 'us-south' },
  ]);
});

it('asks for active root keys only, page after page', async () => {
  const all = Array.from({ length: 230 }, (_, index) => key(229 - index));
  const { control, asked } = answering(({ query }) => {
    const offset = Number(query?.['offset']);
    return { resources: all.slice(offset, offset + Number(query?.['limit'])) };
  });
  const keys = await listRootKeys(control, crn('kms'), signal);
  expect(keys).toHaveLength(230);
  expect(keys[0]).toEqual({ crn: key(0).crn, id: 'id-0', name: 'key 000', aliases: ['alias-0'] });
  expect(asked.map(({ query }) => query)).toEqual([
    { extractable: 'false', state: '1', limit: '200', offset: '0' },
    { extractable: 'false', state: '1', limit: '200', offset: '200' },
  ]);
  expect(asked[0]?.headers).toMatchObject({ 'bluemix-instance': guid });
});

it('ends where a service sends the same page again, and takes a missing list for none', async () => {
  const page = { resources: Array.from({ length: 200 }, (_, index) => key(index)) };
  const { control, asked } = answering(() => page);
  expect(await listRootKeys(control, crn('kms'), signal)).toHaveLength(200);
  expect(asked).toHaveLength(2);
  expect(await listRootKeys(answering(() => ({ metadata: {} })).control, crn('kms'), signal)).toEqual([]);
});

it.each([
  ['kms', undefined, 'https://eu-de.kms.cloud.ibm.com'],
  ['kms', 'private', 'https://private.eu-de.kms.cloud.ibm.com'],
  ['hs-crypto', undefined, `https://${guid}.api.eu-de.hs-crypto.appdomain.cloud`],
  ['hs-crypto', 'direct', `https://${guid}.api.private.eu-de.hs-crypto.appdomain.cloud`],
] as const)('reaches %s over %s at its own host', async (service, network, host) => {
  const { control, asked } = answering(() => ({}), network);
  await listRootKeys(control, crn(service, 'eu-de'), signal);
  expect(asked[0]?.baseUrl).toBe(host);
});

it('sends nothing for a CRN that names no key service', async () => {
  const { control, asked } = answering(() => ({}));
  await expect(listRootKeys(control, crn('kms', 'evil.example/'), signal)).rejects.toMatchObject({
    error: { kind: 'invalid' },
  });
  expect(asked).toEqual([]);
});
