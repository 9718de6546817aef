import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface ClientResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A client program that somebody else wrote. */
export interface Client {
  /** Runs it; a failure throws with its error output. */
  run(...args: string[]): Promise<string>;
  /** Runs it and answers how it ended. */
  attempt(...args: string[]): Promise<ClientResult>;
}

/**
 * A client found on PATH, with an environment of its own: no configuration, proxy or credentials of the machine reach it.
 * A missing one fails the test with the command that installs it.
 */
export function createClient(options: {
  command: string;
  debianPackage: string;
  homeFolder: string;
  environment: Readonly<Record<string, string>>;
  commonArgs: readonly string[];
}): Client {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: options.homeFolder,
    LC_ALL: 'C.UTF-8',
    ...options.environment,
  };
  const attempt = (...args: string[]) =>
    new Promise<ClientResult>((resolve, reject) => {
      const allArgs = [...options.commonArgs, ...args];
      execFile(
        options.command,
        allArgs,
        { env, maxBuffer: 64 * 1024 * 1024, timeout: 180_000 },
        (error, stdout, stderr) => {
          if (error !== null && error.code === ('ENOENT' as unknown)) {
            reject(new Error(`${options.command} is missing; run: apt-get install -y ${options.debianPackage}`));
          } else resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
        },
      );
    });
  return {
    attempt,
    run: async (...args) => {
      const { code, stdout, stderr } = await attempt(...args);
      if (code !== 0) throw new Error(`${options.command} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
      return stdout;
    },
  };
}

/** Bytes that look random and are the same each time. */
export function patternBytes(sizeBytes: number, seed: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed;
  for (let offset = 0; offset < sizeBytes; offset += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[offset] = state >>> 24;
  }
  return bytes;
}

/** Writes files below a folder, by relative path. */
export function writeTree(folder: string, files: Readonly<Record<string, Buffer>>): void {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

/** Every file below a folder by relative path, its bytes as a latin1 text so that a difference can be printed. */
export function readTree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((file): [string, string] => {
      const fsPath = join(file.parentPath, file.name);
      return [relative(folder, fsPath), readFileSync(fsPath).toString('latin1')];
    }),
  );
}

/** What `readTree` gives for files that `writeTree` wrote. */
export function asTree(files: Readonly<Record<string, Buffer>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, bytes.toString('latin1')]));
}
