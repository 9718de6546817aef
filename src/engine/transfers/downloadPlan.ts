import { basename, dirname } from 'node:path';
import type { BucketName, ObjectKey } from '../../model/ids';
import { localNameOf, prefixToStrip, TakenNames } from '../../model/localNames';
import type { ObjectSummary } from '../../model/objectInfo';
import type { ItemSkip } from '../../model/transferState';
import type { DownloadSource, TransferRequest } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { inConnection, type TransferContext } from './context';
import { errorOf } from './localFailure';
import { nameChoice, type NameChoice } from './nameFilter';
import { objectsBelow } from './selection';

/** The request of a download. */
export type DownloadRequest = Extract<TransferRequest, { kind: 'download' }>;

/** One object to download, or one folder to make. */
export type DownloadItem =
  | {
      readonly kind: 'file';
      readonly object: ObjectSummary;
      readonly versionId?: string;
      /** Below the target folder. */
      readonly segments: readonly string[];
    }
  | { readonly kind: 'folder'; readonly key: ObjectKey; readonly segments: readonly string[] };

/** What an item is noted under: its key, and the version where one was asked for. */
export function nameOf(item: Extract<DownloadItem, { kind: 'file' }>): string {
  return item.versionId === undefined ? item.object.key : `${item.object.key}?versionId=${item.versionId}`;
}

/** The folder that everything of a request goes into. */
export function rootOf(request: DownloadRequest): string {
  return request.fileFsPath === undefined ? request.folderFsPath : dirname(request.fileFsPath);
}

/**
 * Finds the objects to download, page by page, and decides each one's place before its first byte. Names that cannot be
 * are booked as skips. Memory: the names taken so far, about 100 bytes an object.
 */
export async function* planDownload(context: TransferContext, request: DownloadRequest): AsyncGenerator<DownloadItem> {
  const plan = new Plan(context, request);
  for (const source of request.sources) {
    switch (source.kind) {
      case 'object':
        yield* plan.object(source, request.fileFsPath);
        break;
      case 'prefix':
        yield* plan.prefix(source.prefix, source.contentsOnly === true);
    }
  }
  plan.end();
}

class Plan {
  readonly #context: TransferContext;
  readonly #bucket: BucketName;
  readonly #choice: NameChoice;
  readonly #taken: TakenNames;

  constructor(context: TransferContext, { bucket, filter }: DownloadRequest) {
    this.#context = context;
    this.#bucket = bucket;
    this.#choice = nameChoice(filter);
    this.#taken = new TakenNames(context.platform);
  }

  async *object(
    source: Extract<DownloadSource, { kind: 'object' }>,
    fileFsPath: string | undefined,
  ): AsyncGenerator<DownloadItem> {
    const { client, signal, transfer } = this.#context;
    const { key, versionId } = source;
    let object: ObjectSummary;
    try {
      const address = { bucket: this.#bucket, key, ...(versionId === undefined ? {} : { versionId }) };
      object = await inConnection(this.#context, signal, () => client.headObject(address, signal));
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      transfer.addPlanFailure({ name: key, error: errorOf('download', thrown) });
      return;
    }
    const version = versionId === undefined ? {} : { versionId };
    if (fileFsPath !== undefined) {
      transfer.addPlanned(object.sizeBytes);
      yield { kind: 'file', object, segments: [basename(fileFsPath)], ...version };
      return;
    }
    const relativeKey = key.slice(key.lastIndexOf('/', key.endsWith('/') ? key.length - 2 : undefined) + 1);
    yield* this.#place(object, relativeKey, version);
  }

  async *prefix(prefix: string, contentsOnly: boolean): AsyncGenerator<DownloadItem> {
    const { transfer } = this.#context;
    const strip = prefixToStrip(prefix, contentsOnly ? 'nothing' : 'lastSegment');
    let isEmpty = true;
    for await (const object of objectsBelow(this.#context, this.#bucket, prefix)) {
      isEmpty = false;
      if (object.key === strip) continue; // the marker of the folder whose content is asked for
      yield* this.#place(object, object.key.slice(strip.length), {});
    }
    if (isEmpty && prefix !== '') {
      transfer.addPlanFailure({ name: prefix, error: nothingBelow(this.#bucket, prefix) });
    }
  }

  *#place(object: ObjectSummary, relativeKey: string, version: { versionId?: string }): Generator<DownloadItem> {
    if (!this.#choice.takes(relativeKey)) return;
    const { platform, transfer } = this.#context;
    const name = localNameOf(relativeKey, platform);
    if (name.kind === 'skip') {
      this.#skip({ name: object.key, reason: name.reason, detail: name.detail });
      return;
    }
    if (name.kind === 'folder' && object.sizeBytes > 0) {
      const detail = `its name ends in "/", as a folder's does, but it holds ${object.sizeBytes} bytes`;
      this.#skip({ name: object.key, reason: 'unsafeName', detail });
      return;
    }
    const collision = this.#taken.take(name.kind, name.segments);
    if (collision !== undefined) {
      this.#skip({ name: object.key, reason: 'nameCollision', detail: collision.detail });
      return;
    }
    transfer.addPlanned(object.sizeBytes);
    if (name.kind === 'folder') yield { kind: 'folder', key: object.key, segments: name.segments };
    else yield { kind: 'file', object, segments: name.segments, ...version };
  }

  end(): void {
    this.#context.transfer.noteUnmatched(this.#choice.unmatched());
  }

  #skip(skip: ItemSkip): void {
    this.#context.transfer.addPlanned(0);
    this.#context.transfer.addSkip(skip);
  }
}

function nothingBelow(bucket: BucketName, prefix: string) {
  return new CosFailure({
    kind: 'notFound',
    op: 'ListObjectsV2',
    reason: 'noSuchKey',
    bucket,
    key: prefix,
    retry: 'never',
    detail: `bucket "${bucket}" holds no object below "${prefix}"`,
  }).error;
}
