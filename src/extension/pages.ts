import type { CancellationToken } from 'vscode';
import type { Result } from '../model/cosError';
import type { BucketName, ConnectionId } from '../model/ids';
import type { ObjectPage } from '../model/objectInfo';
import type { VersionPage } from '../model/objectVersion';
import { endlessList, namesOfObjects, namesOfVersions, pagesOf } from '../model/pages';
import type { ReplicationFailurePage } from '../model/replication';
import type { EngineClient } from './services';

/** Pages of a list of the engine. The last one is the failure where one of them, or a list without end, is one. */
type ResultPages<Page> = AsyncGenerator<Result<Page>, void, void>;

/** Where in a bucket something is listed. */
interface ListedPlace {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly prefix: string;
  readonly delimiter: '/' | '';
}

/** The pages of what lies below a prefix. */
export function objectPages(
  engine: Pick<EngineClient, 'send'>,
  place: ListedPlace,
  token?: CancellationToken,
): ResultPages<ObjectPage> {
  return resultPages<ObjectPage>(place, 'objects/listPage', {
    ask: (cursor) => engine.send('objects/listPage', { ...place, ...(cursor === undefined ? {} : { cursor }) }, token),
    next: ({ nextCursor }) => nextCursor,
    names: namesOfObjects,
  });
}

/** The pages of versions and delete markers below a prefix. */
export function versionPages(
  engine: Pick<EngineClient, 'send'>,
  place: ListedPlace,
  token?: CancellationToken,
): ResultPages<VersionPage> {
  return resultPages<VersionPage>(place, 'versions/listPage', {
    ask: (cursor) => engine.send('versions/listPage', { ...place, ...(cursor === undefined ? {} : { cursor }) }, token),
    next: ({ nextCursor }) => nextCursor,
    names: namesOfVersions,
  });
}

/** The pages of what was not replicated, from a token on. */
export function failurePages(
  engine: Pick<EngineClient, 'send'>,
  { connectionId, bucket }: Pick<ListedPlace, 'connectionId' | 'bucket'>,
  from: string,
  token: CancellationToken,
): ResultPages<ReplicationFailurePage> {
  return resultPages<ReplicationFailurePage>({ bucket, prefix: '' }, 'replication/listFailures', {
    ask: (cursor = from) => engine.send('replication/listFailures', { connectionId, bucket, token: cursor }, token),
    next: ({ nextToken }) => nextToken,
    names: ({ failures }) => failures.map(({ key, versionId }) => JSON.stringify([key, versionId])),
  });
}

function resultPages<Page>(
  { bucket, prefix }: Pick<ListedPlace, 'bucket' | 'prefix'>,
  op: string,
  list: {
    readonly ask: (cursor: string | undefined) => Promise<Result<Page>>;
    readonly next: (page: Page) => string | undefined;
    readonly names: (page: Page) => readonly string[];
  },
): ResultPages<Page> {
  return pagesOf<Result<Page>, string>({
    ask: ({ cursor }) => list.ask(cursor),
    next: (page) => (page.ok ? list.next(page.value) : undefined),
    names: (page) => (page.ok ? list.names(page.value) : []),
    endless: (why) => {
      const subject = { op, bucket, what: `"${bucket}/${prefix}"` };
      return { ok: false, error: endlessList(subject, why) };
    },
  });
}
