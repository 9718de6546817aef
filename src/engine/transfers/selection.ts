import type { BucketName } from '../../model/ids';
import type { ObjectSummary } from '../../model/objectInfo';
import { objectPages } from '../pages';
import { inConnection, type TransferContext } from './context';

/** How far the clocks of service and machine may be apart. */
export const clockToleranceMs = 5 * 60_000;

/** Whether something was written after the transfer was asked for: another run does not mean it. */
export function isNewer(
  { run, transfer }: Pick<TransferContext, 'run' | 'transfer'>,
  { modifiedAtMs }: { readonly modifiedAtMs: number },
): boolean {
  return run !== 'first' && modifiedAtMs > transfer.startedAtMs + clockToleranceMs;
}

/** Prefixes without those that lie within another one: each object below them is found once. */
export function outermostPrefixes(prefixes: readonly string[]): readonly string[] {
  const each = [...new Set(prefixes)];
  return each.filter((prefix) => !each.some((other) => other !== prefix && prefix.startsWith(other)));
}

/** Everything below a prefix, page by page. */
export async function* objectsBelow(
  context: Pick<TransferContext, 'client' | 'connections' | 'signal'>,
  bucket: BucketName,
  prefix: string,
): AsyncGenerator<ObjectSummary> {
  const { client, signal } = context;
  const pages = objectPages(bucket, { prefix, delimiter: '' }, (query) =>
    inConnection(context, signal, () => client.listPage(bucket, query, signal)),
  );
  for await (const page of pages) yield* page.objects;
}
