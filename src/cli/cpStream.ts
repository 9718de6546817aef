import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { objectKey } from '../model/ids';
import { addVerdict } from '../model/verdict';
import type { ObjectAddress } from '../engine/cos/client';
import { CosFailure } from '../engine/failure';
import { localFailure } from '../engine/transfers/localFailure';
import { attributesOf } from '../engine/transfers/newAttributes';
import { findObject } from '../engine/cos/absence';
import { requireValidOptions } from '../engine/transfers/uploadOptions';
import { uploadStream } from '../engine/transfers/uploadStream';
import type { CopyCommand } from './commandLine';
import { parseObject } from './cosUri';
import { exitCodes, type ExitCode } from './exitCode';
import { complain, jsonLine, printJson, tellVerdicts, write } from './output';
import { requireMechanism } from './requireMechanism';
import type { Session } from './session';

/** Whether a place is no file, but something that bytes run through: a pipe, as of `<(command)`, or a device. */
export function isStream(place: string): boolean {
  const state = statSync(place, { throwIfNoEntry: false });
  return state !== undefined && (state.isFIFO() || state.isCharacterDevice() || state.isSocket());
}

/** `cos cp - cos://bucket/key`, or from a pipe. The object appears when the input has ended, whole. */
export async function copyFromStream(
  session: Session,
  command: CopyCommand,
  source: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const address = parseObject(command.target);
  requireValidOptions(command.options, Date.now());
  await requireMechanism(session, address.bucket, command.options, signal);
  if (command.ifExists !== 'replace' && (await findObject(session.client, address, signal)) !== undefined) {
    if (command.ifExists === 'fail') throw existsFailure(address);
    complain(`skipped: an object "${address.key}" exists`);
    return exitCodes.done;
  }
  const { sizeBytes, verdict } = await uploadStream(
    session.client,
    address,
    source === '-' ? process.stdin : createReadStream(source),
    attributesOf(address.key, undefined, command.options),
    command.ifExists === 'replace' ? { kind: 'always' } : { kind: 'ifAbsent' },
    {
      partBytes: session.partBytes,
      // lib-storage holds the parts it sends, so they are few.
      parallelParts: Math.min(4, session.concurrency),
      sent: (bytesDone) => {
        if (command.common.isJson) process.stdout.write(jsonLine({ type: 'progress', bytesDone }));
      },
    },
    signal,
  );
  const verdicts = addVerdict([], verdict);
  if (command.common.isJson)
    await printJson({ type: 'result', state: 'done', bytesDone: sizeBytes, itemsDone: 1, verdicts });
  else tellVerdicts(verdicts);
  return exitCodes.done;
}

/** `cos cp cos://bucket/key -`, or into a pipe. The bytes go out as they come; a checksum that does not match shows in the exit code. */
export async function copyToStream(
  session: Session,
  address: ObjectAddress,
  target: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const stream = target === '-' ? process.stdout : createWriteStream(target);
  const stop = new AbortController();
  let failure: NodeJS.ErrnoException | undefined;
  // Standard output is watched by whoever began.
  if (target !== '-') {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      failure ??= error;
      stop.abort();
    });
  }
  try {
    const { verdict } = await session.client.readObject(
      { bucket: address.bucket, key: objectKey(address.key) },
      {},
      // A copy: the stream may hold on to the bytes longer than they are valid.
      (bytes) => write(stream, Buffer.from(bytes)),
      AbortSignal.any([signal, stop.signal]),
    );
    if (target !== '-') await finished(stream.end());
    if (verdict !== undefined) tellVerdicts(addVerdict([], verdict));
  } catch (thrown) {
    if (signal.aborted || failure === undefined) throw thrown;
  }
  // A reader that has seen enough is no failure, as with standard output.
  if (failure === undefined || failure.code === 'EPIPE') return exitCodes.done;
  throw localFailure('download', 'write', target, failure);
}

function existsFailure({ bucket, key }: ObjectAddress): CosFailure {
  const detail = `an object "${key}" exists in bucket "${bucket}"; it was left as it is`;
  return new CosFailure({
    kind: 'conflict',
    op: 'PutObject',
    reason: 'alreadyExists',
    bucket,
    key,
    retry: 'never',
    detail,
  });
}
