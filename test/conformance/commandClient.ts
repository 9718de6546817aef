import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createClient, patternBytes, writeTree, type Client } from '../localServer/clients/client';
import type { ClientContext, Preparation } from './client';

export const mebibyte = 1024 * 1024;

/** Names that make clients escape, sign and decode, and sizes on both sides of a part. */
export const sampleFiles = {
  'plain.txt': Buffer.from('plain\n'),
  'empty.txt': Buffer.alloc(0),
  'deep/er/nested file.txt': Buffer.from('spaces in the name\n'),
  'deep/100%+plus&more=1;x,y.txt': Buffer.from('punctuation\n'),
  'ünïcode/日本語-🪣.txt': Buffer.from('beyond ASCII\n'),
  "quotes'(and)[brackets]!.txt": Buffer.from('quotes\n'),
  'one-part.bin': patternBytes(5 * mebibyte, 2),
  'large.bin': patternBytes(17 * mebibyte + 17, 1),
} as const;

/** Writes the sample files below `workFolder/source` and answers that folder. */
export function writeSampleFiles(workFolder: string): string {
  const source = join(workFolder, 'source');
  writeTree(source, sampleFiles);
  return source;
}

/** Runs a program that must be installed and answers its version. */
export function probe(command: string, debianPackage: string, versionArgument = '--version'): Promise<Preparation> {
  return new Promise((resolve) => {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', LC_ALL: 'C.UTF-8' };
    execFile(command, [versionArgument], { env }, (error, stdout, stderr) => {
      const [version = ''] = /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`) ?? [];
      resolve(
        error === null
          ? { state: 'ready', version }
          : {
              state: 'missing',
              reason: `${command} does not run; install it with: apt-get install -y ${debianPackage}`,
            },
      );
    });
  });
}

/** A command-line client whose only environment is what is given; credentials are given there, never as arguments. */
export function commandClient(
  context: ClientContext,
  options: {
    command: string;
    debianPackage: string;
    environment: Readonly<Record<string, string>>;
    commonArgs?: readonly string[];
  },
): Client {
  const homeFolder = join(context.workFolder, 'home');
  mkdirSync(homeFolder, { recursive: true });
  return createClient({ homeFolder, commonArgs: [], ...options });
}

/** Fails unless the two files hold the same bytes. */
export function assertSameFile(actualPath: string, expected: Buffer): void {
  const actual = readFileSync(actualPath);
  if (!actual.equals(expected)) {
    const describe = (bytes: Buffer) =>
      `${bytes.length} bytes, SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`;
    throw new Error(`${actualPath} differs: ${describe(actual)} instead of ${describe(expected)}`);
  }
}

/** Makes the folder that a file is to lie in, and answers the file's path. */
export function newFile(folder: string, name: string): string {
  const fsPath = join(folder, name);
  mkdirSync(dirname(fsPath), { recursive: true });
  return fsPath;
}
