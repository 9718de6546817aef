import { statSync, type Stats } from 'node:fs';
import { resolve, sep } from 'node:path';
import { CosFailure } from '../engine/failure';
import type { TransferRequest } from '../protocol/requests';
import type { CopyCommand } from './commandLine';
import { isCosUri, isPattern, parseCosUri, parseObject, parseTargetFolder, prefixOf } from './cosUri';
import { copyFromStream, copyToStream, isStream } from './cpStream';
import { UsageError, type ExitCode } from './exitCode';
import { requireMechanism } from './requireMechanism';
import { requireSomethingAt } from './requireSomething';
import { runTransfer, type Progress } from './transfer';
import type { Session } from './session';

/** What copies between places, before anything of it is left out. */
type PlacesRequest = Extract<TransferRequest, { kind: 'upload' | 'download' | 'copy' }>;

/** `cos cp`: up, down, inside the service, from standard input or to standard output. */
export async function cp(
  session: Session,
  command: CopyCommand,
  progress: Progress,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { sources, target, common } = command;
  const [first] = sources;
  if (command.options !== undefined && first !== undefined && isCosUri(first)) {
    throw new UsageError('headers, metadata, tags and protection are given to uploads only');
  }
  if (command.protection !== undefined && !(first !== undefined && isCosUri(first) && isCosUri(target))) {
    throw new UsageError('--protection is for copies inside the service only');
  }
  if (first !== undefined && (isStreamed(first) || isStreamed(target))) {
    const stream = isStreamed(first) ? first : target;
    if (sources.length > 1) throw new UsageError(`"${stream}" stands alone: cp takes one source then`);
    if (command.isRecursive) throw new UsageError(`"${stream}" and --recursive do not go together`);
    if (command.isResumable) {
      throw new UsageError(`"${stream}" and --resume do not go together: a stream cannot be read again`);
    }
    if (isStreamed(first) && isStreamed(target)) throw new UsageError(`"${stream}" cannot be source and target`);
    return isStreamed(first)
      ? await copyFromStream(session, command, first, signal)
      : await copyToStream(session, parseObject(requireCos(first)), target, signal);
  }
  const request = requestOf(session, command);
  if (request.kind === 'upload') await requireMechanism(session, request.bucket, command.options, signal);
  if (request.kind === 'copy' && command.isRecursive) {
    await requireSomethingAt(session, sources.map(parseCosUri), 'copied', signal);
  }
  return await runTransfer(session, request, progress, common.isJson, signal, command.isResumable);
}

/** Standard input or output, or a pipe such as `<(command)` and `>(command)`. */
function isStreamed(place: string): boolean {
  return place === '-' || (!isCosUri(place) && isStream(place));
}

function requestOf(session: Session, command: CopyCommand): TransferRequest {
  const request = placesOf(session, command);
  return command.filter === undefined ? request : { ...request, filter: command.filter };
}

function placesOf(session: Session, command: CopyCommand): PlacesRequest {
  const areRemote = command.sources.map(isCosUri);
  if (areRemote.some((isRemote) => isRemote !== areRemote[0])) {
    throw new UsageError('the sources must all be files, or all be in the service');
  }
  if (areRemote[0] !== true) return uploadRequest(session, command);
  return isCosUri(command.target) ? copyRequest(session, command) : downloadRequest(session, command);
}

function uploadRequest(session: Session, command: CopyCommand): PlacesRequest {
  const target = requireCos(command.target);
  const { bucket, key } = command.isRecursive ? parseTargetFolder(target) : parseCosUri(target);
  const base = {
    kind: 'upload',
    connectionId: session.connection.id,
    bucket,
    clash: command.ifExists,
    ...(command.options === undefined ? {} : { options: command.options }),
  } as const;
  if (command.isRecursive) {
    const isOne = command.sources.length === 1;
    const sources = command.sources.map((path) => {
      const fsPath = resolve(path);
      return isOne && requireFile(path).isDirectory() ? ({ fsPath, contentsOnly: true } as const) : { fsPath };
    });
    return { ...base, prefix: prefixOf({ bucket, key }), sources };
  }
  for (const fsPath of command.sources) {
    if (requireFile(fsPath).isDirectory()) throw new UsageError(`"${fsPath}" is a folder; add --recursive`);
  }
  const isBelow = key === '' || key.endsWith('/');
  if (isBelow) return { ...base, prefix: key, sources: command.sources.map((fsPath) => ({ fsPath: resolve(fsPath) })) };
  const [fsPath] = command.sources;
  if (fsPath === undefined || command.sources.length > 1) {
    throw new UsageError(`"${command.target}" is one object; to put several files below it, end it in "/"`);
  }
  const slash = key.lastIndexOf('/') + 1;
  return { ...base, prefix: key.slice(0, slash), sources: [{ fsPath: resolve(fsPath), name: key.slice(slash) }] };
}

function downloadRequest(session: Session, command: CopyCommand): PlacesRequest {
  const places = command.sources.map(parseCosUri);
  const [first] = places;
  if (first === undefined) throw new UsageError('cp needs a source');
  if (places.some(({ bucket }) => bucket !== first.bucket)) throw new UsageError('the sources must be in one bucket');
  const folderFsPath = resolve(command.target);
  const base = {
    kind: 'download',
    connectionId: session.connection.id,
    bucket: first.bucket,
    clash: command.ifExists,
    folderFsPath,
  } as const;
  if (command.isRecursive) {
    const isOne = places.length === 1;
    const sources = places.map((place) => {
      const prefix = prefixOf(place);
      return isOne || isPattern(place.key)
        ? ({ kind: 'prefix', prefix, contentsOnly: true } as const)
        : ({ kind: 'prefix', prefix } as const);
    });
    return { ...base, sources };
  }
  const sources = command.sources.map((source) => ({ kind: 'object', key: parseObject(source).key }) as const);
  const isFolder =
    command.target.endsWith('/') || command.target.endsWith(sep) || findFile(folderFsPath)?.isDirectory();
  if (isFolder === true) return { ...base, sources };
  if (sources.length > 1) throw new UsageError(`"${command.target}" is not a folder; several objects need one`);
  return { ...base, sources, fileFsPath: folderFsPath };
}

function copyRequest(session: Session, command: CopyCommand): PlacesRequest {
  const places = command.sources.map(parseCosUri);
  const [first] = places;
  if (first === undefined) throw new UsageError('cp needs a source');
  if (places.some(({ bucket }) => bucket !== first.bucket)) throw new UsageError('the sources must be in one bucket');
  const to = command.isRecursive ? parseTargetFolder(command.target) : parseCosUri(command.target);
  const isBelow = to.key === '' || to.key.endsWith('/');
  const base = {
    kind: 'copy',
    connectionId: session.connection.id,
    deleteSource: false,
    clash: command.ifExists,
    ...(command.protection === undefined ? {} : { protection: command.protection }),
  } as const;
  const target = { bucket: to.bucket, prefix: prefixOf(to) };
  if (command.isRecursive) {
    const prefixes = places.map(prefixOf);
    const source = { bucket: first.bucket, keys: [], prefixes };
    const [prefix = ''] = prefixes;
    // The last part of a name that several begin with is part of each.
    const isFolder = prefix === '' || prefix.endsWith('/');
    return { ...base, source: places.length === 1 && isFolder ? { ...source, contentsOnly: true } : source, target };
  }
  const keys = command.sources.map((source) => parseObject(source).key);
  const source = { bucket: first.bucket, keys, prefixes: [] };
  if (isBelow) return { ...base, source, target };
  if (keys.length > 1)
    throw new UsageError(`"${command.target}" is one object; to copy several below it, end it in "/"`);
  return { ...base, source, target: { bucket: to.bucket, prefix: '', key: to.key } };
}

function requireCos(text: string): string {
  if (!isCosUri(text)) throw new UsageError(`"${text}" is a file; one side of cp must be cos://bucket/key`);
  return text;
}

function requireFile(fsPath: string): Stats {
  const found = findFile(fsPath);
  if (found === undefined) {
    const detail = `"${fsPath}" does not exist`;
    throw new CosFailure({ kind: 'localFile', op: 'upload', reason: 'noSuchFile', fsPath, retry: 'never', detail });
  }
  return found;
}

function findFile(fsPath: string): Stats | undefined {
  return statSync(fsPath, { throwIfNoEntry: false });
}
