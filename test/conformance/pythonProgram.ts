import { resolve } from 'node:path';
import type { ClientContext } from './client';
import { pythonOf } from './packages';
import { runProgram } from './program';

/** Runs a Python program of steps with the packages of its own virtual environment. */
export async function runPythonProgram(context: ClientContext, programPath: string): Promise<void> {
  await runProgram(context, {
    command: pythonOf(context.packageFolder),
    args: ['-B', '-W', 'ignore', resolve(programPath)],
    environment: { PYTHONPATH: resolve('test/conformance') },
  });
}
