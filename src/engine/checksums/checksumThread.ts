// The thread that takes checksums while the event loop of the engine moves bytes. A program of its own in the package.
import { parentPort } from 'node:worker_threads';
import { takeInPlace, type ChecksumAnswer, type ChecksumJob } from './checksums.ts';

parentPort?.on('message', ({ number, ask }: ChecksumJob) => {
  parentPort?.postMessage({ number, value: takeInPlace(ask) } satisfies ChecksumAnswer);
});
