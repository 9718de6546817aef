import { objectKey } from '../model/ids';
import type { ObjectAddress } from '../engine/cos/client';
import { CosFailure } from '../engine/failure';
import { attributesOf } from '../engine/transfers/newAttributes';
import { findObject } from '../engine/transfers/remoteClash';
import { requireValidOptions } from '../engine/transfers/uploadOptions';
import { uploadStream } from '../engine/transfers/uploadStream';
import type { CopyCommand } from './commandLine';
import { parseObject } from './cosUri';
import { exitCodes, type ExitCode } from './exitCode';
import { complain, jsonLine, printJson, write } from './output';
import type { Session } from './session';

/** `cos cp - cos://bucket/key`. The object appears when the input has ended, whole. */
export async function copyFromStdin(session: Session, command: CopyCommand, signal: AbortSignal): Promise<ExitCode> {
  const address = parseObject(command.target);
  requireValidOptions(command.options, Date.now());
  if (command.ifExists !== 'replace' && (await findObject(session.client, address, signal)) !== undefined) {
    if (command.ifExists === 'fail') throw existsFailure(address);
    complain(`skipped: an object "${address.key}" exists`);
    return exitCodes.done;
  }
  const sizeBytes = await uploadStream(
    session.client,
    address,
    process.stdin,
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
  if (command.common.isJson) await printJson({ type: 'result', state: 'done', bytesDone: sizeBytes, itemsDone: 1 });
  return exitCodes.done;
}

/** `cos cp cos://bucket/key -`. The bytes go out as they come; a checksum that does not match shows in the exit code. */
export async function copyToStdout(session: Session, address: ObjectAddress, signal: AbortSignal): Promise<ExitCode> {
  await session.client.readObject(
    { bucket: address.bucket, key: objectKey(address.key) },
    {},
    // A copy: the stream may hold on to the bytes longer than they are valid.
    (bytes) => write(process.stdout, Buffer.from(bytes)),
    signal,
  );
  return exitCodes.done;
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
