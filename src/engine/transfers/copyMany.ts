import type { ObjectKey } from '../../model/ids';
import type { DecidedClash } from './clash';
import { inConnection, moveItem, type TransferContext } from './context';
import { copyOne } from './copyOne';
import {
  mayMeet,
  planCopy,
  refuseImpossible,
  smallBytes,
  targetPrefixes,
  type CopyItem,
  type CopyRequest,
  type CopyRoute,
} from './copyPlan';
import { createAccessLists } from './accessLists';
import { runLanes } from './lanes';
import { countProtectedTargets } from './protectedTargets';
import { objectsBelow } from './selection';
import { findObject } from '../cos/absence';

interface DecidedItem {
  readonly item: CopyItem;
  readonly clash: DecidedClash;
}

/**
 * Copies objects and folders: inside the service where both ends are one, through the engine otherwise. For a move each
 * source is deleted once its own copy is proven; one that failed keeps its source.
 */
export async function copyMany(context: TransferContext, request: CopyRequest, stop: AbortController): Promise<void> {
  const route = await routeOf(context, request);
  refuseImpossible(request, route, route.source.client.isReadOnly);
  // The sources of what an earlier run has moved are gone, and are not found again.
  if (request.deleteSource && context.run !== 'first') context.transfer.addDoneBefore();
  await runLanes(
    plan(context, request, route),
    ({ item }) => (item.object.sizeBytes <= smallBytes(context, route) ? 'small' : 'large'),
    { small: context.maxConnections, large: 2 },
    ({ item, clash }) =>
      moveItem(context, { name: item.from.key, sizeBytes: item.object.sizeBytes }, () =>
        copyOne(context, request, route, item, safeClash(context, request, item, clash)),
      ),
    stop,
  );
}

/**
 * Another run of a move does not see the sources that are gone, so it cannot tell whether a target is one of this
 * transfer's own: where that may be, nothing is replaced.
 */
function safeClash(context: TransferContext, request: CopyRequest, item: CopyItem, clash: DecidedClash): DecidedClash {
  const isBlind = context.run !== 'first' && request.deleteSource;
  return clash === 'replace' && isBlind && mayMeet(request, item) ? 'fail' : clash;
}

async function routeOf(context: TransferContext, request: CopyRequest): Promise<CopyRoute> {
  const { connectionId } = request.source;
  const isOther = connectionId !== undefined && connectionId !== request.connectionId;
  const source = isOther ? await context.endOf(connectionId) : context;
  const isOneService = source.client.service === context.client.service;
  return { source, isOneService, isServerSide: isOneService, accessLists: createAccessLists() };
}

async function* plan(context: TransferContext, request: CopyRequest, route: CopyRoute): AsyncGenerator<DecidedItem> {
  const items = planCopy(context, request, route);
  if (request.clash === 'ask') {
    yield* planAsking(context, request, items);
  } else if (!route.isOneService && request.source.bucket === request.target.bucket) {
    // Perhaps one bucket behind two connections: its copies must not be found as sources.
    const all: CopyItem[] = [];
    for await (const item of items) all.push(item);
    for (const item of all) yield { item, clash: request.clash };
  } else {
    for await (const item of items) yield { item, clash: request.clash };
  }
  context.transfer.completePlan();
}

/**
 * Clashes are counted before anybody is asked, which needs the whole plan first; where nothing lies below the targets,
 * there is nothing to ask, and copies begin while sources are still listed.
 */
async function* planAsking(
  context: TransferContext,
  request: CopyRequest,
  items: AsyncIterable<CopyItem>,
): AsyncGenerator<DecidedItem> {
  if (await areEmpty(context, request)) {
    for await (const item of items) yield { item, clash: 'fail' };
    return;
  }
  const all: CopyItem[] = [];
  for await (const item of items) all.push(item);
  // What is noted was decided, and perhaps copied, in an earlier run.
  const { notes } = context;
  const open = all.filter(({ from: { key } }) => notes.outcomeOf(key) !== 'done' && notes.findItem(key) === undefined);
  const existing = await existingTargets(context, request, open);
  const clashing = open.filter(({ targetKey }) => existing.has(targetKey)).map(({ targetKey }) => targetKey);
  const choice = clashing.length === 0 ? 'fail' : await decide(context, request, clashing);
  // What appears after the question was asked was not asked about: it is never overwritten.
  for (const item of all) yield { item, clash: existing.has(item.targetKey) ? choice : 'fail' };
}

/** Whether folders alone are copied, and nothing is there below any of their targets. */
async function areEmpty(context: TransferContext, request: CopyRequest): Promise<boolean> {
  const { client, signal } = context;
  if (request.source.keys.length > 0) return false;
  for (const prefix of targetPrefixes(request)) {
    const query = { prefix, delimiter: '', maxKeys: 1 } as const;
    const page = await inConnection(context, signal, () => client.listPage(request.target.bucket, query, signal));
    if (page.objects.length > 0) return false;
  }
  return true;
}

async function decide(
  context: TransferContext,
  { target }: CopyRequest,
  clashing: readonly ObjectKey[],
): Promise<DecidedClash> {
  const protectedTargets = await countProtectedTargets(context, target.bucket, clashing);
  return await context.decideClashes(clashing.length, clashing.slice(0, 20), protectedTargets);
}

/** Targets that exist: folders by listing them, single objects by asking for each. */
async function existingTargets(
  context: TransferContext,
  request: CopyRequest,
  items: readonly CopyItem[],
): Promise<ReadonlySet<ObjectKey>> {
  const { client, signal } = context;
  const { bucket } = request.target;
  const existing = new Set<ObjectKey>();
  const folders = targetPrefixes(request);
  for (const prefix of folders) {
    for await (const { key } of objectsBelow(context, bucket, prefix)) existing.add(key);
  }
  const alone = items.map(({ targetKey }) => targetKey).filter((key) => !folders.some((f) => key.startsWith(f)));
  const queue = alone.values();
  const ask = async (): Promise<void> => {
    for (const key of queue) {
      const found = await inConnection(context, signal, () => findObject(client, { bucket, key }, signal));
      if (found !== undefined) existing.add(key);
    }
  };
  await Promise.all(Array.from({ length: Math.min(context.maxConnections, alone.length) }, ask));
  return existing;
}
