import type { Verdict } from '../../model/verdict';
import { lstat, stat } from 'node:fs/promises';
import { numberedName } from '../../model/localNames';
import { CosFailure } from '../failure';
import type { DecidedClash } from './clash';
import type { ItemOutcome } from './context';
import { codeOf, localFailure } from './localFailure';
import type { FolderNames } from './folderNames';
import { assertReplaceable, type TempFile } from './tempFile';

/** The path to write, or undefined to skip. Throws `conflict` or `localFile` where something is in the way. */
export async function chooseTarget(
  wanted: string,
  clash: DecidedClash,
  names?: FolderNames,
): Promise<string | undefined> {
  if ((await names?.isFree(wanted)) === true) return wanted;
  const kind = await kindAt(wanted);
  if (kind === 'nothing') return wanted;
  switch (clash) {
    case 'skip':
      return undefined;
    case 'fail':
      throw fileExists(wanted);
    case 'replace':
      if (kind === 'folder') throw folderInTheWay(wanted);
      await assertReplaceable(wanted);
      return wanted;
    case 'keepBoth':
      for (let n = 1; n <= 1000; n++) {
        const numbered = numberedFsPath(wanted, n);
        if ((await kindAt(numbered)) === 'nothing') return numbered;
      }
      throw fileExists(wanted);
  }
}

/** Gives the file its name; whoever took that name while it was downloaded keeps it, unless it is to be replaced. */
export async function placeFile(
  file: TempFile,
  wanted: string,
  target: string,
  clash: DecidedClash,
): Promise<ItemOutcome> {
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

/** An outcome with what vouches for the bytes, where there are some. */
export function vouched(outcome: ItemOutcome, verdict: Verdict): ItemOutcome {
  return outcome.kind === 'done' ? { ...outcome, verdict } : outcome;
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

/** Whether a file is as a download leaves it: of the object's size and date. For downloads that ended unnoted. */
export async function isAsDownloaded(
  fsPath: string,
  object: { readonly sizeBytes: number; readonly modifiedAtMs: number },
): Promise<boolean> {
  if ((await kindAt(fsPath)) !== 'file') return false;
  const { size, mtimeMs } = await stat(fsPath);
  return size === object.sizeBytes && Math.floor(mtimeMs / 1000) === Math.floor(object.modifiedAtMs / 1000);
}

function numberedFsPath(fsPath: string, n: number): string {
  const slash = Math.max(fsPath.lastIndexOf('/'), process.platform === 'win32' ? fsPath.lastIndexOf('\\') : -1);
  return `${fsPath.slice(0, slash + 1)}${numberedName(fsPath.slice(slash + 1), n)}`;
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
