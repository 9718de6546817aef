import type { InstanceSummary, ServicePlan } from '../../model/instance';
import { CosFailure } from '../failure';
import { listedPages, maxGatheredPages } from '../pages';
import type { ControlClient } from './controlClient';

const op = 'ListResourceInstances';
/** Cloud Object Storage in IBM's catalogue (control-plane §2.1). */
const resourceId = 'dff97f5c-bc5e-4455-b470-411c3edbe49c';
const pageSize = '100';

const plans: Readonly<Record<string, ServicePlan>> = {
  '744bfc56-d12c-4866-88d5-dac9139e0e5d': 'standard',
  '2fdf0c08-2d32-4f46-84b5-32e0c92fffd8': 'lite',
  '1e4e33e4-cfa6-4f12-9016-be594a6d5f87': 'oneRate',
};

/** All Cloud Object Storage instances that the identity sees, by name. Throws `internal` for an answer that is no list. */
export async function listInstances(control: ControlClient, signal: AbortSignal): Promise<readonly InstanceSummary[]> {
  const listed = await listResourceInstances(control, { resource_id: resourceId }, signal);
  const found = listed.flatMap(({ crn, guid, name, fields }): InstanceSummary[] => {
    // The filter is the service's; a CRN of another one must not become a connection.
    if (crn.split(':')[4] !== 'cloud-object-storage') return [];
    const plan = plans[textAt(fields, 'resource_plan_id') ?? ''];
    const accountId = textAt(fields, 'account_id') ?? crn.split(':')[6]?.replace(/^a\//, '') ?? '';
    return [{ crn, guid, name, accountId, ...(plan === undefined ? {} : { plan }) }];
  });
  return found.toSorted((one, other) => one.name.localeCompare(other.name));
}

interface InstancePage {
  readonly instances: readonly ListedInstance[];
  readonly start: string | undefined;
}

/** An instance of any service. */
export interface ListedInstance {
  readonly crn: string;
  readonly guid: string;
  readonly name: string;
  /** As the service sent them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** All service instances that the identity sees and a filter lets through (control-plane §2.1). */
export async function listResourceInstances(
  control: ControlClient,
  filter: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly ListedInstance[]> {
  const pages = listedPages<InstancePage, string>(
    { op, what: 'service instances' },
    {
      maxPages: maxGatheredPages,
      ask: async ({ cursor: start }) => {
        // With `start`, the service ignores all else (control-plane §2.1).
        const query: Record<string, string> =
          start === undefined ? { ...filter, type: 'service_instance', limit: pageSize } : { start };
        const path = ['v2', 'resource_instances'];
        const { json } = await control.send({ op, service: 'resourceController', method: 'GET', path, query }, signal);
        return { instances: readInstances(json), start: nextStart(json) };
      },
      next: ({ start }) => start,
      names: ({ instances }) => instances.map(({ crn }) => crn),
    },
  );
  const found: ListedInstance[] = [];
  for await (const { instances } of pages) found.push(...instances);
  return found;
}

function readInstances(page: unknown): readonly ListedInstance[] {
  const list = isRecord(page) ? page['resources'] : undefined;
  if (!Array.isArray(list)) {
    const detail = 'The Resource Controller answered without a list of instances.';
    throw new CosFailure({ kind: 'internal', op, retry: 'never', detail });
  }
  return list.filter(isRecord).flatMap((fields) => {
    const crn = textAt(fields, 'crn') ?? textAt(fields, 'id');
    if (crn === undefined) return [];
    const guid = textAt(fields, 'guid') ?? crn.split(':')[7] ?? '';
    return [{ crn, guid, name: textAt(fields, 'name') ?? guid, fields }];
  });
}

/** `next_url` is relative and must not be joined blindly: only its `start` counts. */
function nextStart(page: unknown): string | undefined {
  const next = isRecord(page) ? page['next_url'] : undefined;
  if (next === undefined || next === null || next === '') return undefined;
  const base = 'https://resource-controller.cloud.ibm.com';
  const isUrl = typeof next === 'string' && URL.canParse(next, base);
  const start = isUrl ? new URL(next, base).searchParams.get('start') : null;
  if (start !== null && start !== '') return start;
  const detail = 'The Resource Controller says that the list of service instances goes on, but not where.';
  throw new CosFailure({ kind: 'internal', op, retry: 'never', detail });
}

function textAt(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
