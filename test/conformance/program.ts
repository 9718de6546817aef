import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClientContext } from './client';
import type { Step } from './steps';

export interface StepProgram {
  readonly command: string;
  /** The folder for its files is given after these. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a program that prints one step a line as JSON, and `{"end": true}` last. A program that ends early is a failed
 * step. It gets the server, keys included, as JSON in its environment, which is all of its environment.
 */
export async function runProgram(context: ClientContext, program: StepProgram): Promise<void> {
  const home = join(context.workFolder, 'home');
  mkdirSync(home, { recursive: true });
  const child = spawn(program.command, [...program.args, context.workFolder], {
    cwd: context.workFolder,
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      LC_ALL: 'C.UTF-8',
      AWS_EC2_METADATA_DISABLED: 'true',
      LOCAL_SERVER: JSON.stringify(context.server),
      ...(context.lies === undefined ? {} : { STEP_LIES: context.lies.controlUrl }),
      ...program.environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 300_000,
  });
  const exit = once(child, 'exit');
  let hasEnded = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line) as Step | { end: true };
    if ('end' in message) hasEnded = true;
    else context.steps.add(message);
  }
  const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
  if (!hasEnded || code !== 0) {
    context.steps.add({
      name: 'run to the end',
      status: 'failed',
      detail: `the program ended early with ${code ?? signal}`,
    });
  }
}
