import type { InstanceSummary, ServicePlan } from '../../model/instance';
import { CosFailure } from '../failure';
import type { ControlClient } from './controlClient';

const op = 'ListResourceInstances';
/** Cloud Object Storage in IBM's catalogue (control-plane.md §2.1). */
const resourceId = 'dff97f5c-bc5e-4455-b470-411c3edbe49c';
const pageSize = '100';

const plans: Readonly<Record<string, ServicePlan>> = {
  '744bfc56-d12c-4866-88d5-dac9139e0e5d': 'standard',
  '2fdf0c08-2d32-4f46-84b5-32e0c92fffd8': 'lite',
  '1e4e33e4-cfa6-4f12-9016-be594a6d5f87': 'oneRate',
};

/** All Cloud Object Storage instances that the identity sees, by name. Throws `internal` for an answer that is no list. */
export async function listInstances(control: ControlClient, signal: AbortSignal): Promise<readonly InstanceSummary[]> {
  const found: InstanceSummary[] = [];
  const seen = new Set<string>();
  let start: string | undefined;
  do {
    // With `start`, the service ignores all else (control-plane.md §2.1).
    const query: Record<string, string> =
      start === undefined ? { resource_id: resourceId, type: 'service_instance', limit: pageSize } : { start };
    const path = ['v2', 'resource_instances'];
    const { json } = await control.send({ op, service: 'resourceController', method: 'GET', path, query }, signal);
    found.push(...readInstances(json));
    start = nextStart(json);
    // A token that comes back would never end.
    if (start !== undefined && seen.has(start)) break;
    if (start !== undefined) seen.add(start);
  } while (start !== undefined);
  return found.toSorted((one, other) => one.name.localeCompare(other.name));
}

function readInstances(page: unknown): readonly InstanceSummary[] {
  const list = isRecord(page) ? page['resources'] : undefined;
  if (!Array.isArray(list)) {
    const detail = 'The Resource Controller answered without a list of instances.';
    throw new CosFailure({ kind: 'internal', op, retry: 'never', detail });
  }
  return list.filter(isRecord).flatMap((instance) => {
    const crn = textAt(instance, 'crn') ?? textAt(instance, 'id');
    // The filter is the service's; a CRN of another one must not become a connection.
    if (crn?.split(':')[4] !== 'cloud-object-storage') return [];
    const guid = textAt(instance, 'guid') ?? crn.split(':')[7] ?? '';
    const plan = plans[textAt(instance, 'resource_plan_id') ?? ''];
    return [
      {
        crn,
        guid,
        name: textAt(instance, 'name') ?? guid,
        accountId: textAt(instance, 'account_id') ?? crn.split(':')[6]?.replace(/^a\//, '') ?? '',
        ...(plan === undefined ? {} : { plan }),
      },
    ];
  });
}

/** `next_url` is relative and must not be joined blindly: only its `start` counts. */
function nextStart(page: unknown): string | undefined {
  const next = isRecord(page) ? page['next_url'] : undefined;
  if (typeof next !== 'string' || !URL.canParse(next, 'https://resource-controller.cloud.ibm.com')) return undefined;
  return new URL(next, 'https://resource-controller.cloud.ibm.com').searchParams.get('start') ?? undefined;
}

function textAt(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
