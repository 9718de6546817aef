import type { ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** Lets the editor go first where both want the same processor: nobody types more slowly because of a transfer. */
export function yieldToEditor({ pid }: ChildProcess): void {
  if (pid === undefined) return; // it did not start, which is told elsewhere
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system does not allow it: then it runs like everybody else.
  }
}
