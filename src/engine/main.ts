import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { serve as serveWith, serveParent, type ServedEngine } from './serve';

const programs = { checksumThreadFile: join(__dirname, 'checksumThread.js') };

/** Serves one engine over a port, until the port closes. For engines inside the extension host. */
export function serve(port: MessagePort): ServedEngine {
  return serveWith(port, programs);
}

/** Exit codes of the engine's process, besides Node's own. */
const exitCodes = { parentGone: 0, notAChild: 2 } as const;

// Forked, this file is an engine; loaded by `require` inside the extension host, it only exports `serve`.
if (require.main === module) {
  if (process.send === undefined) {
    process.stderr.write(
      'This is the engine of COS Explorer; VS Code starts it. On a command line, use cos.js instead.\n',
    );
    process.exitCode = exitCodes.notAChild;
  } else {
    const engine = serveParent(process, programs);
    process.once('disconnect', () => {
      // Half a transfer is cleaned up within a moment or not at all; nobody is there to wait for it.
      setTimeout(() => process.exit(exitCodes.parentGone), 1500);
      void engine.close().finally(() => process.exit(exitCodes.parentGone));
    });
  }
}
