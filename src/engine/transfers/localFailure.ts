import type { CosError } from '../../model/cosError';
import { CosFailure } from '../failure';

/** What was done to the file, for the sentence. */
export type LocalAct = 'read' | 'write' | 'list';

/** The typed failure of an operation on a file of this machine, from what Node says of it. */
export function localFailure(op: string, act: LocalAct, fsPath: string, cause: unknown): CosFailure {
  return new CosFailure(localError(op, act, fsPath, cause), { cause });
}

function localError(op: string, act: LocalAct, fsPath: string, cause: unknown): CosError {
  const code = codeOf(cause);
  const base = { kind: 'localFile', op, fsPath, retry: 'never', ...(code === undefined ? {} : { code }) } as const;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { ...base, reason: 'diskFull', detail: `the disk is full: "${fsPath}" could not be written` };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return act === 'write'
        ? { ...base, reason: 'notWritable', detail: `"${fsPath}" may not be written (${code})` }
        : { ...base, detail: `"${fsPath}" may not be read (${code})` };
    case 'ENOENT':
      return { ...base, reason: 'noSuchFile', detail: `"${fsPath}" does not exist` };
    case 'ENOTDIR':
    case 'EEXIST':
      return { ...base, detail: `"${fsPath}" needs a folder where there is a file` };
    case 'EISDIR':
      return { ...base, detail: `"${fsPath}" is a folder, not a file` };
    case 'ENAMETOOLONG':
      return { ...base, detail: `the name of "${fsPath}" is too long for its disk` };
    case 'ELOOP':
      return { ...base, detail: `"${fsPath}" is a symbolic link that leads to itself` };
    default: {
      const done = { read: 'read', write: 'written', list: 'listed' }[act];
      const why = code ?? (cause instanceof Error ? cause.message : String(cause));
      return { ...base, detail: `"${fsPath}" could not be ${done} (${why})` };
    }
  }
}

/** Node's code of a failed system call, e.g. `ENOENT`. */
export function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** The failure of a disk that has too little room, found before the first byte. */
export function diskFullFailure(op: string, fsPath: string, neededBytes: number, freeBytes: number): CosFailure {
  return new CosFailure({
    kind: 'localFile',
    op,
    reason: 'diskFull',
    fsPath,
    retry: 'never',
    detail: `"${fsPath}" needs ${neededBytes} bytes, and its disk has ${freeBytes} bytes free`,
  });
}

/** Any thrown thing as the error that a transfer reports. */
export function errorOf(op: string, thrown: unknown): CosError {
  if (thrown instanceof CosFailure) return thrown.error;
  return {
    kind: 'internal',
    op,
    retry: 'never',
    detail: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown),
  };
}
