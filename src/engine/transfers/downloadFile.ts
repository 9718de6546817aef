import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BucketName } from '../../model/ids';
import { numberedName } from '../../model/localNames';
import { planParts } from '../../model/partPlan';
import type { BodySink, ObjectAddress } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { inConnection, type DecidedClash, type ItemOutcome, type TransferContext } from './context';
import { combineCrc, crcToBase64, startCrc, type CrcAlgorithm } from './crc';
import type { DownloadItem } from './downloadPlan';
import { codeOf, localFailure } from './localFailure';
import { runParts } from './parts';
import type { TargetFolder } from './targetFolder';
import { TempFile, type StaleTempFiles } from './tempFile';

type FileItem = Extract<DownloadItem, { kind: 'file' }>;

const writeBufferBytes = 1024 * 1024;

/** Where a download goes. */
export interface DownloadPlace {
  readonly folder: TargetFolder;
  readonly stale: StaleTempFiles;
}

/**
 * Downloads one object: whole up to the context's part size, by ranges pinned to its ETag above. It takes its name only
 * when complete, verified and durable; until then, and after a failure, the target is as it was.
 */
export async function downloadFile(
  context: TransferContext,
  bucket: BucketName,
  item: FileItem,
  place: DownloadPlace,
  clash: DecidedClash,
): Promise<ItemOutcome> {
  const parent = await place.folder.ensure(item.segments.slice(0, -1));
  const wanted = join(parent, item.segments.at(-1) ?? '');
  const target = await chooseTarget(wanted, clash);
  if (target === undefined) return { kind: 'exists', detail: `"${wanted}" exists` };
  await place.stale.remove(target);
  const version = item.versionId === undefined ? {} : { versionId: item.versionId };
  const address = { bucket, key: item.object.key, ...version };
  const file = await TempFile.create(target, item.object.sizeBytes, context.leftovers);
  try {
    if (item.object.sizeBytes <= context.partBytes) await readWhole(context, address, item, file);
    else await readRanges(context, address, item, file);
    await file.finish(item.object.modifiedAtMs);
    if (context.signal.aborted) throw cancelled('download');
    return await placeFile(file, wanted, target, clash);
  } finally {
    await file.discard();
  }
}

/** Gives the file its name; whoever took that name while it was downloaded keeps it, unless it is to be replaced. */
async function placeFile(file: TempFile, wanted: string, target: string, clash: DecidedClash): Promise<ItemOutcome> {
  if (await file.place(target, clash === 'replace' ? 'replace' : 'onlyIfAbsent')) return { kind: 'done' };
  switch (clash) {
    case 'skip':
      return { kind: 'exists', detail: `"${target}" appeared meanwhile` };
    case 'replace':
    case 'fail':
      throw fileExists(target);
    case 'keepBoth': {
      const next = await chooseTarget(wanted, clash);
      return await placeFile(file, wanted, next ?? wanted, clash);
    }
  }
}

/** The path to write, or undefined to skip. */
async function chooseTarget(wanted: string, clash: DecidedClash): Promise<string | undefined> {
  const kind = await kindAt(wanted);
  if (kind === 'nothing') return wanted;
  switch (clash) {
    case 'skip':
      return undefined;
    case 'fail':
      throw fileExists(wanted);
    case 'replace':
      if (kind === 'folder') throw folderInTheWay(wanted);
      return wanted;
    case 'keepBoth':
      for (let n = 1; n <= 1000; n++) {
        const numbered = numberedFsPath(wanted, n);
        if ((await kindAt(numbered)) === 'nothing') return numbered;
      }
      throw fileExists(wanted);
  }
}

function numberedFsPath(fsPath: string, n: number): string {
  const slash = Math.max(fsPath.lastIndexOf('/'), process.platform === 'win32' ? fsPath.lastIndexOf('\\') : -1);
  return `${fsPath.slice(0, slash + 1)}${numberedName(fsPath.slice(slash + 1), n)}`;
}

/** What has a name on disk; a symbolic link is a file, wherever it leads. */
export async function kindAt(fsPath: string): Promise<'nothing' | 'file' | 'folder'> {
  try {
    return (await lstat(fsPath)).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return 'nothing';
    throw localFailure('download', 'read', fsPath, cause);
  }
}

async function readWhole(
  context: TransferContext,
  address: ObjectAddress,
  item: FileItem,
  file: TempFile,
): Promise<void> {
  const { budget, client, signal } = context;
  const { etag, sizeBytes } = item.object;
  const reservation = await budget.reserve(Math.min(writeBufferBytes, sizeBytes), signal);
  try {
    const writer = new BufferedWriter(context, file, reservation.buffer, 0);
    await inConnection(context, signal, () =>
      client.readObject(address, { ifMatch: etag }, (bytes) => writer.take(bytes), signal),
    );
    await writer.flush();
    assertSize(item, writer.takenBytes);
    reservation.release();
  } finally {
    reservation.discard();
  }
}

async function readRanges(
  context: TransferContext,
  address: ObjectAddress,
  item: FileItem,
  file: TempFile,
): Promise<void> {
  const { budget, client, signal } = context;
  const { etag } = item.object;
  const info = await inConnection(context, signal, () => client.headObject(address, signal));
  if (info.etag !== etag || info.sizeBytes !== item.object.sizeBytes) throw objectChanged(address);
  const algorithm = info.checksumType === 'COMPOSITE' ? undefined : algorithmOf(info.checksums);
  const plan = planParts(item.object.sizeBytes, context.partBytes);
  const partCrcs: bigint[] = [];
  await runParts(plan, signal, async (part, partSignal) => {
    const reservation = await budget.reserve(writeBufferBytes, partSignal);
    return async () => {
      try {
        const crc = algorithm === undefined ? undefined : startCrc(algorithm);
        const writer = new BufferedWriter(context, file, reservation.buffer, part.offsetBytes);
        const sink: BodySink = (bytes) => {
          crc?.update(bytes);
          return writer.take(bytes);
        };
        const range = { offsetBytes: part.offsetBytes, lengthBytes: part.lengthBytes };
        await inConnection(context, partSignal, () =>
          client.readObject(address, { range, ifMatch: etag }, sink, partSignal),
        );
        await writer.flush();
        if (writer.takenBytes !== part.lengthBytes) throw notIntact(address, 'a range of it had another length');
        if (crc !== undefined) partCrcs[part.partNumber - 1] = crc.value;
        reservation.release();
      } finally {
        reservation.discard();
      }
    };
  });
  if (algorithm !== undefined) {
    const lastBytes = plan.sizeBytes - (plan.partCount - 1) * plan.partSizeBytes;
    const whole = partCrcs.reduce((sum, crc, at) =>
      combineCrc(algorithm, sum, crc, at === partCrcs.length - 1 ? lastBytes : plan.partSizeBytes),
    );
    if (crcToBase64(algorithm, whole) !== info.checksums[algorithm]) {
      throw notIntact(address, `its ${algorithm} checksum does not match what arrived`);
    }
  } else if (/^[0-9a-f]{32}$/i.test(etag)) {
    await verifyMd5(context, address, etag, file);
  }
}

/** The checksum to verify: the cheapest of those that parts can be put together from. */
function algorithmOf(checksums: Readonly<Record<string, string>>): CrcAlgorithm | undefined {
  return (['CRC32', 'CRC64NVME', 'CRC32C'] as const).find((algorithm) => checksums[algorithm] !== undefined);
}

/**
 * Compares the file with an ETag that looks like an MD5. Some kinds of server-side encryption give ETags that only look
 * so: then a second reading, which the client verifies by its own means, has to agree with the file.
 */
async function verifyMd5(
  context: TransferContext,
  address: ObjectAddress,
  etag: string,
  file: TempFile,
): Promise<void> {
  const written = createHash('md5');
  await file.readAll((bytes) => written.update(bytes));
  const digest = written.digest('hex');
  if (digest === etag.toLowerCase()) return;
  const again = createHash('md5');
  const take: BodySink = (bytes) => {
    again.update(bytes);
  };
  await inConnection(context, context.signal, () =>
    context.client.readObject(address, { ifMatch: etag }, take, context.signal),
  );
  if (again.digest('hex') !== digest) throw notIntact(address, 'its MD5 checksum does not match what arrived');
}

function assertSize(item: FileItem, takenBytes: number): void {
  if (takenBytes !== item.object.sizeBytes) {
    throw notIntact({ bucket: undefined, key: item.object.key }, 'it arrived with another length');
  }
}

/** Gathers small pieces into large writes: a body arrives in pieces of some 64 KiB. Counts bytes once written. */
class BufferedWriter {
  takenBytes = 0;
  readonly #context: TransferContext;
  readonly #file: TempFile;
  readonly #buffer: Buffer;
  #offsetBytes: number;
  #filled = 0;

  constructor(context: TransferContext, file: TempFile, buffer: Buffer, offsetBytes: number) {
    this.#context = context;
    this.#file = file;
    this.#buffer = buffer;
    this.#offsetBytes = offsetBytes;
  }

  take(bytes: Uint8Array): void | Promise<void> {
    this.takenBytes += bytes.length;
    if (this.#filled + bytes.length <= this.#buffer.length) {
      this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
      return undefined;
    }
    return this.#takeLarge(bytes);
  }

  async flush(): Promise<void> {
    if (this.#filled === 0) return;
    await this.#write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  async #takeLarge(bytes: Uint8Array): Promise<void> {
    await this.flush();
    if (bytes.length >= this.#buffer.length) {
      await this.#write(bytes);
      return;
    }
    this.#buffer.set(bytes, 0);
    this.#filled = bytes.length;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#file.writeAt(bytes, this.#offsetBytes);
    this.#offsetBytes += bytes.length;
    this.#context.transfer.addBytes(bytes.length);
    this.#context.garbage.received(bytes.length);
  }
}

function fileExists(fsPath: string): CosFailure {
  return new CosFailure({
    kind: 'conflict',
    op: 'download',
    reason: 'alreadyExists',
    fsPath,
    retry: 'never',
    detail: `"${fsPath}" exists; it was left as it is`,
  });
}

function folderInTheWay(fsPath: string): CosFailure {
  return new CosFailure({
    kind: 'localFile',
    op: 'download',
    reason: 'notWritable',
    fsPath,
    retry: 'never',
    detail: `"${fsPath}" is a folder, and a folder is never replaced by an object`,
  });
}

function objectChanged(address: ObjectAddress): CosFailure {
  return new CosFailure({
    kind: 'preconditionFailed',
    op: 'GetObject',
    reason: 'changedMeanwhile',
    bucket: address.bucket,
    key: address.key,
    retry: 'later',
    detail: `"${address.key}" changed while it was being downloaded; nothing of it was kept`,
  });
}

function notIntact(address: { bucket: BucketName | undefined; key: string }, what: string): CosFailure {
  return new CosFailure({
    kind: 'network',
    op: 'GetObject',
    reason: 'integrity',
    ...(address.bucket === undefined ? {} : { bucket: address.bucket }),
    key: address.key,
    retry: 'later',
    detail: `"${address.key}" did not arrive intact: ${what}; nothing of it was kept`,
  });
}
