import { isDeepStrictEqual } from 'node:util';
import { shownText } from '../model/shownText';
import type { TransferSnapshot } from '../model/transferState';
import type { NameFilter, TransferRequest } from '../protocol/requests';
import { exitCodes, type ExitCode } from './exitCode';
import { complain, dateText, jsonLine, sizeText, tellVerdicts } from './output';
import { sentence } from './sentences';
import type { Session } from './session';
import { fitted, widthOf } from './terminalText';

/** Shows transfers as they go: JSON lines on standard output, or one line on a terminal that is written over. */
export class Progress {
  readonly #isJson: boolean;
  #width = 0;

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  show(transfers: readonly TransferSnapshot[]): void {
    for (const transfer of transfers) {
      if (this.#isJson) process.stdout.write(jsonLine({ type: 'progress', ...transfer }));
      else if (process.stderr.isTTY) this.#draw(transfer);
    }
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#width > 0) process.stderr.write(`\r${' '.repeat(this.#width)}\r`);
    this.#width = 0;
  }

  #draw(transfer: TransferSnapshot): void {
    const total = transfer.bytesTotal === undefined ? '' : ` of ${sizeText(transfer.bytesTotal)}`;
    const items =
      transfer.itemsTotal === 1 ? '' : `, ${transfer.itemsDone} ${transfer.itemsDone === 1 ? 'item' : 'items'}`;
    const rate = transfer.bytesPerSecond === undefined ? '' : `, ${sizeText(transfer.bytesPerSecond)}/s`;
    const figures = `: ${sizeText(transfer.bytesDone)}${total}${items}${rate}`;
    // The last column stays free: a full line makes some terminals begin another.
    const columns = (process.stderr.columns ?? 80) - 1;
    const title = fitted(shownText(transfer.title), Math.max(0, columns - widthOf(figures)));
    const line = fitted(`${title}${figures}`, columns);
    const width = widthOf(line);
    process.stderr.write(`\r${line}${' '.repeat(Math.max(0, Math.min(this.#width, columns) - width))}`);
    this.#width = width;
  }
}

/**
 * Runs a transfer to its end, reports what did not arrive, and answers with the exit code. An abort cancels it; one that is
 * resumable is paused instead, and goes on with the same request another time.
 */
export async function runTransfer(
  session: Session,
  request: TransferRequest,
  progress: Progress,
  isJson: boolean,
  signal: AbortSignal,
  isResumable = false,
): Promise<ExitCode> {
  const { handlers } = session.transfers;
  const left = await leftovers(session, request, signal);
  const [first] = left;
  const isAsFirst = ({ transferId }: TransferSnapshot) =>
    isDeepStrictEqual(session.transfers.requestOf(transferId), request);
  const resumable = isResumable ? left.find(isAsFirst) : undefined;
  if (first !== undefined && resumable === undefined) complain(leftText(first, isAsFirst(first)));
  const { transferId } =
    resumable === undefined
      ? await handlers['transfers/start'](request, signal)
      : await handlers['transfers/resume']({ transferId: resumable.transferId }, signal);
  let cancelling: Promise<unknown> | undefined;
  const cancel = () => {
    const method = isResumable ? 'transfers/pause' : 'transfers/cancel';
    // It may have ended by itself in the same moment.
    cancelling = handlers[method]({ transferId }, new AbortController().signal).catch(() => undefined);
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  await session.transfers.finished(transferId);
  signal.removeEventListener('abort', cancel);
  await cancelling;
  progress.clear();
  const transfers = await handlers['transfers/list'](null, new AbortController().signal);
  const end = transfers.find((transfer) => transfer.transferId === transferId);
  if (end === undefined) throw new Error('a transfer was lost');
  if (end.state === 'done') await removeLeftovers(session, left, transferId);
  if (isJson) process.stdout.write(jsonLine({ type: 'result', ...end }));
  report(end);
  if (!isJson) tellVerdicts(end.verdicts ?? []);
  reportUnmatched(end, request);
  return selectsNothing(end, request) ? exitCodes.failed : exitCodeOf(end);
}

/** What runs between the same places have left that were cut off, with whatever options: the newest first. */
async function leftovers(
  { transfers }: Session,
  request: TransferRequest,
  signal: AbortSignal,
): Promise<readonly TransferSnapshot[]> {
  const listed = await transfers.handlers['transfers/list'](null, signal);
  return listed
    .filter(({ transferId, canResume }) => canResume && isSameWork(transfers.requestOf(transferId), request))
    .sort((a, b) => b.startedAtMs - a.startedAtMs);
}

/** Whether a request moves the same things to the same place, whatever they are to get there. */
function isSameWork(left: TransferRequest, right: TransferRequest): boolean {
  const work = (request: TransferRequest) => ({ ...request, clash: '', options: '', protection: '', incomparable: '' });
  return isDeepStrictEqual(work(left), work(right));
}

function leftText({ bytesDone, bytesTotal, startedAtMs }: TransferSnapshot, isAlike: boolean): string {
  const total = bytesTotal === undefined ? '' : ` of ${sizeText(bytesTotal)}`;
  return `a run of ${dateText(startedAtMs)} was cut off after ${sizeText(bytesDone)}${total} of this copy${isAlike ? ': --resume would go on from there' : ', with other options, which --resume needs, too'}. This run starts over, and removes what that one left once it is done`;
}

/** What everything has arrived without costs storage, or lies beside its target. */
async function removeLeftovers(
  { transfers }: Session,
  left: readonly TransferSnapshot[],
  doneId: TransferSnapshot['transferId'],
): Promise<void> {
  const { handlers } = transfers;
  for (const { transferId } of left) {
    if (transferId === doneId) continue;
    // What cannot be removed now stays noted, and is tried again by whoever opens the journal next.
    await handlers['transfers/cancel']({ transferId }, new AbortController().signal).catch(() => undefined);
  }
}

function report(end: TransferSnapshot): void {
  for (const skip of end.skips) complain(`skipped "${skip.name}": ${skip.detail}`);
  more(end.itemsSkipped - end.skips.length, 'skipped');
  for (const { error } of end.failures) complain(sentence(error));
  more(end.itemsFailed - end.failures.length, 'failed');
  if (end.itemsFailed === 0 && end.error !== undefined) complain(sentence(end.error));
  const { emptyFolders = 0 } = end;
  if (emptyFolders > 0) {
    const folders = emptyFolders === 1 ? '1 empty folder was' : `${emptyFolders} empty folders were`;
    complain(`${folders} not uploaded: a bucket has no folders`);
  }
  if (end.state === 'paused') complain(`interrupted; the same command with --resume goes on from here`);
  if (end.state === 'cancelled') {
    const complete = end.itemsDone === 1 ? '1 item was' : `${end.itemsDone} items were`;
    complain(`cancelled; ${complete} complete, nothing else was kept`);
  }
}

/** A pattern or place that stands for nothing is probably misspelt: that is told, although nothing failed. */
function reportUnmatched(end: TransferSnapshot, request: TransferRequest): void {
  const { include, exclude } = filterOf(request);
  for (const pattern of end.unmatchedPatterns ?? []) {
    if (include.includes(pattern)) complain(`nothing matches --include "${pattern}"`);
    if (exclude.includes(pattern)) complain(`nothing matches --exclude "${pattern}"`);
  }
  if (end.state === 'done' && end.itemsTotal === 0) complain('there was nothing to copy');
}

/** Whether something was asked for by --include, and is not there. */
function selectsNothing(end: TransferSnapshot, request: TransferRequest): boolean {
  const { include } = filterOf(request);
  const isNone = include.length > 0 && include.every((pattern) => end.unmatchedPatterns?.includes(pattern));
  return isNone && end.state === 'done' && end.itemsTotal === 0;
}

function filterOf(request: TransferRequest): NameFilter {
  const filter = 'filter' in request ? request.filter : undefined;
  return filter ?? { include: [], exclude: [] };
}

function more(count: number, what: string): void {
  if (count > 0) complain(`${count} more ${what}`);
}

function exitCodeOf(end: TransferSnapshot): ExitCode {
  switch (end.state) {
    case 'done':
      // What exists was left out as asked; a name that cannot be moved was not.
      return end.skips.some(({ reason }) => reason !== 'exists' && reason !== 'unfinishedDownload')
        ? exitCodes.partlyFailed
        : exitCodes.done;
    case 'cancelled':
      return exitCodes.cancelled;
    case 'paused':
      if (end.error === undefined) return exitCodes.cancelled;
      return end.itemsDone > 0 ? exitCodes.partlyFailed : exitCodes.failed;
    case 'failed':
    case 'queued':
    case 'running':
      return end.itemsDone > 0 ? exitCodes.partlyFailed : exitCodes.failed;
  }
}
