import { createInterface } from 'node:readline/promises';
import { objectPages } from '../engine/pages';
import type { BucketName, ObjectKey } from '../model/ids';
import { shownText } from '../model/shownText';
import type { Command } from './commandLine';
import { parseCosUri, parseObject, prefixOf, type CosPlace } from './cosUri';
import { exitCodes, UsageError, type ExitCode } from './exitCode';
import { headObject } from './headObject';
import { complain } from './output';
import { requireSomethingAt } from './requireSomething';
import { runTransfer, type Progress } from './transfer';
import type { Session } from './session';

type RemoveCommand = Extract<Command, { verb: 'rm' }>;

/** `cos rm`: named objects, or everything below places, after counting and asking. */
export async function rm(
  session: Session,
  command: RemoveCommand,
  progress: Progress,
  signal: AbortSignal,
): Promise<ExitCode> {
  const places = command.places.map(command.isRecursive ? parseCosUri : parseObject);
  const [first] = places;
  if (first === undefined) throw new UsageError('rm needs at least one object');
  if (places.some(({ bucket }) => bucket !== first.bucket)) throw new UsageError('rm works on one bucket at a time');
  const { bucket } = first;
  const keys: ObjectKey[] = command.isRecursive ? [] : await existing(session, places, signal);
  const prefixes = command.isRecursive ? places.map(prefixOf) : [];
  if (command.isRecursive) await requireSomethingAt(session, places, 'deleted', signal);
  if (command.isRecursive && !(await isConfirmed(session, command, bucket, prefixes, signal)))
    return exitCodes.cancelled;
  const connectionId = session.connection.id;
  const request = { kind: 'delete', connectionId, bucket, keys, prefixes } as const;
  return await runTransfer(session, request, progress, command.common.isJson, signal);
}

/** The service deletes what does not exist without a word; a person who names it wants to know. */
async function existing(session: Session, places: readonly CosPlace[], signal: AbortSignal): Promise<ObjectKey[]> {
  try {
    for (const place of places) await headObject(session, place, signal);
  } catch (thrown) {
    if (places.length > 1) complain('one of the objects cannot be deleted, so nothing was');
    throw thrown;
  }
  return places.map(({ key }) => key);
}

async function isConfirmed(
  session: Session,
  command: RemoveCommand,
  bucket: BucketName,
  prefixes: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  if (command.isConfirmed) return true;
  if (!process.stdin.isTTY) throw new UsageError('rm --recursive asks first; where nobody can answer, add --yes');
  let count = 0;
  for (const prefix of prefixes) {
    const pages = objectPages(bucket, { prefix, delimiter: '' }, (query) =>
      session.client.listPage(bucket, query, signal),
    );
    for await (const { objects } of pages) count += objects.length;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const places = prefixes.map((prefix) => `cos://${bucket}/${prefix}`).join(', ');
    const answer = await terminal.question(
      `Delete ${count} ${count === 1 ? 'object' : 'objects'} below ${shownText(places)}? [y/N] `,
      { signal },
    );
    if (/^y(?:es)?$/i.test(answer.trim())) return true;
    complain('nothing was deleted');
    return false;
  } finally {
    terminal.close();
  }
}
