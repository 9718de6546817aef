import { randomBytes } from 'node:crypto';
import { accessSync, constants, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { makeFolderSync } from '../system/makeFolder';
import { StartError, systemErrorCode } from './startError';

/** The data folder, held by this server alone until `release`. */
export interface HeldDataFolder {
  readonly fsPath: string;
  release(): void;
}

interface LockOwner {
  readonly pid: number;
  /** When the process started as its system counts it, so that a reused pid is not taken for the owner; absent where unknown. */
  readonly processStart?: string;
}

/**
 * Makes the data folder where it is missing and takes its lock file. Throws `StartError` when the folder cannot be written
 * or another living server holds it; the lock of a server that died is taken over.
 */
export function holdDataFolder(folder: string): HeldDataFolder {
  const fsPath = resolve(folder);
  try {
    makeFolderSync(fsPath, 0o700);
    accessSync(fsPath, constants.R_OK | constants.W_OK | constants.X_OK);
    takeLock(fsPath);
  } catch (error) {
    if (error instanceof StartError) throw error;
    const why = describeSystemError(error);
    throw new StartError(`The data folder "${fsPath}" cannot be written (${why}); choose another one with --data.`);
  }
  return { fsPath, release: () => rmSync(lockFsPath(fsPath), { force: true }) };
}

function lockFsPath(folderFsPath: string): string {
  return join(folderFsPath, 'server.lock');
}

function takeLock(folderFsPath: string): void {
  const fsPath = lockFsPath(folderFsPath);
  const owner: LockOwner = { pid: process.pid, ...withProcessStart(process.pid) };
  const text = JSON.stringify(owner) + '\n';
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (createExclusively(fsPath, text)) return;
    const holderText = readIfPresent(fsPath);
    if (holderText === undefined) continue;
    const holder = parseOwner(holderText);
    if (holder !== undefined && isAlive(holder)) {
      throw new StartError(
        `The data folder "${folderFsPath}" is in use by another local server (process ${holder.pid}); stop it or choose another folder with --data.`,
      );
    }
    removeStaleLock(fsPath, holderText);
  }
  throw new StartError(`The lock file "${fsPath}" keeps changing hands; try again.`);
}

/** The lock appears with its content or not at all: a reader never sees an empty one. */
function createExclusively(fsPath: string, text: string): boolean {
  const temporaryFsPath = `${fsPath}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporaryFsPath, text, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(temporaryFsPath, fsPath);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    // A file system without hard links.
    return createWithoutLink(fsPath, text);
  } finally {
    rmSync(temporaryFsPath, { force: true });
  }
}

function createWithoutLink(fsPath: string, text: string): boolean {
  try {
    writeFileSync(fsPath, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Two servers may find the same stale lock at once: whoever moved away a fresh one puts it back. */
function removeStaleLock(fsPath: string, staleText: string): void {
  const asideFsPath = `${fsPath}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(fsPath, asideFsPath);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  const movedText = readFileSync(asideFsPath, 'utf8');
  if (movedText !== staleText) createExclusively(fsPath, movedText);
  rmSync(asideFsPath, { force: true });
}

function readIfPresent(fsPath: string): string | undefined {
  try {
    return readFileSync(fsPath, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockOwner>;
    return Number.isInteger(value.pid) ? (value as LockOwner) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isAlive(owner: LockOwner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (systemErrorCode(error) !== 'EPERM') return false;
  }
  const { processStart } = withProcessStart(owner.pid);
  return owner.processStart === undefined || processStart === undefined || owner.processStart === processStart;
}

/** Linux tells when a process started, in ticks since boot; elsewhere the pid has to do. */
function withProcessStart(pid: number): { processStart?: string } {
  if (process.platform !== 'linux') return {};
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the start time is the 20th field after it.
    const processStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return processStart === undefined ? {} : { processStart: `${bootId}:${processStart}` };
  } catch (error) {
    if (systemErrorCode(error) !== undefined) return {};
    throw error;
  }
}

function describeSystemError(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const known = [...getSystemErrorMap().values()].find(([name]) => name === code);
  return known === undefined ? code : `${known[1]}, ${code}`;
}
