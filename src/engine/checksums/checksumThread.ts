// The thread that takes checksums while the event loop of the engine moves bytes. A program of its own in the package.
import { parentPort } from 'node:worker_threads';
import { checksumsInPlace, type ChecksumAnswer, type ChecksumJob } from './checksums.ts';

parentPort?.on('message', (job: ChecksumJob) => {
  const value =
    job.kind === 'append'
      ? checksumsInPlace.append(job.algorithm, job.before, job.bytes)
      : checksumsInPlace.of(job.algorithm, job.bytes);
  parentPort?.postMessage({ number: job.number, value } satisfies ChecksumAnswer);
});
