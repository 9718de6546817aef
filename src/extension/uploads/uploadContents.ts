import * as vscode from '../ui/vscode';
import type { CosError, Result } from '../../model/cosError';
import { keyProblem, objectKey, type ObjectKey } from '../../model/ids';
import { numberedName } from '../../model/localNames';
import type { WriteCondition } from '../../protocol/requests';
import type { BucketsTree, Changes, EngineClient, FailureReporter, Prompts } from '../services';
import { clashDetail } from '../transfers/clashes';
import type { UploadTarget } from './uploadTarget';

/** Content that has no path on this machine: dropped into a browser, or in a file system of another extension. */
export interface NamedContent {
  /** May hold `/`. */
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/** What uploading contents needs. */
export interface ContentServices {
  readonly engine: Pick<EngineClient, 'send'>;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly view: Pick<BucketsTree, 'select'>;
}

/** Such content passes through memory as a whole, as documents do. */
const maxContentBytes = 16 * 1024 * 1024;

type Clash = 'replace' | 'skip' | 'keepBoth';

/** Uploads contents one after the other, asking once what to do with names that exist, and says what did not arrive. */
export async function uploadContents(
  services: ContentServices,
  target: UploadTarget,
  contents: readonly NamedContent[],
): Promise<void> {
  const { connectionId, bucket, prefix } = target;
  const arrived: ObjectKey[] = [];
  const problems: string[] = [];
  const [only, another] = contents;
  const title =
    only !== undefined && another === undefined
      ? vscode.l10n.t('Uploading "{0}"', only.name)
      : vscode.l10n.t('Uploading {0} files', contents.length);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, async (progress, token) => {
    let clash: Clash | undefined;
    for (const [index, content] of contents.entries()) {
      if (token.isCancellationRequested) return;
      progress.report({
        message: vscode.l10n.t('{0} of {1} files', index, contents.length),
        increment: index === 0 ? 0 : 100 / contents.length,
      });
      const written = await uploadOne(services, target, content, async (key) => {
        clash ??= await askClash(services.prompts, contents.length - index, key);
        return clash;
      });
      switch (written.kind) {
        case 'written':
          arrived.push(written.key);
          break;
        case 'skipped':
          break;
        case 'cancelled':
          return;
        case 'problem':
          problems.push(written.sentence);
          break;
      }
    }
  });
  if (arrived.length > 0) services.changes.fire({ connectionId, bucket, prefix, keys: arrived, kind: 'changed' });
  if (arrived[0] !== undefined) await services.view.select({ connectionId, bucket, key: arrived[0] });
  const [first] = problems;
  if (first === undefined) return;
  void services.prompts.error(
    problems.length === 1
      ? first
      : vscode.l10n.t('{0} files were not uploaded; the first: {1}', problems.length, first),
  );
}

type Written =
  | { readonly kind: 'written'; readonly key: ObjectKey }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'problem'; readonly sentence: string };

async function uploadOne(
  { engine, failures }: ContentServices,
  { connectionId, bucket, prefix }: UploadTarget,
  content: NamedContent,
  decide: (key: string) => Promise<Clash | undefined>,
): Promise<Written> {
  const wanted = prefix + content.name;
  if (keyProblem(wanted) !== undefined) {
    return { kind: 'problem', sentence: vscode.l10n.t('The name is too long or no valid Unicode: "{0}"', wanted) };
  }
  let bytes: Uint8Array;
  try {
    bytes = await content.read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'problem', sentence: vscode.l10n.t('The file could not be read ({0}): "{1}"', why, content.name) };
  }
  if (bytes.byteLength > maxContentBytes) {
    return {
      kind: 'problem',
      sentence: vscode.l10n.t(
        'Files without a path on the machine that runs the extension can have at most 16 MiB: "{0}"',
        content.name,
      ),
    };
  }
  const write = async (key: string, condition: WriteCondition): Promise<Result<unknown>> =>
    engine.send('objects/write', {
      connectionId,
      bucket,
      key: objectKey(key),
      bytes,
      attributes: { headers: {} },
      condition,
    });
  const outcome = (key: string, result: Result<unknown>): Written => {
    if (result.ok) return { kind: 'written', key: objectKey(key) };
    if (result.error.kind === 'cancelled') return { kind: 'cancelled' };
    return { kind: 'problem', sentence: failures.sentence(result.error) };
  };
  const first = await write(wanted, { kind: 'ifAbsent' });
  if (first.ok || !isTaken(first.error)) return outcome(wanted, first);
  switch (await decide(wanted)) {
    case undefined:
      return { kind: 'cancelled' };
    case 'skip':
      return { kind: 'skipped' };
    case 'replace':
      return outcome(wanted, await write(wanted, { kind: 'always' }));
    case 'keepBoth': {
      for (let n = 1; n <= 1000; n++) {
        const key = numberedName(wanted, n);
        const again = await write(key, { kind: 'ifAbsent' });
        if (again.ok || !isTaken(again.error)) return outcome(key, again);
      }
      return { kind: 'problem', sentence: failures.sentence(first.error) };
    }
  }
}

/** Asks what to do with a target that exists; `left` is how many targets the answer counts for. */
export async function askClash(prompts: Prompts, left: number, key: string): Promise<Clash | undefined> {
  const replace = vscode.l10n.t('Replace');
  const skip = vscode.l10n.t('Skip');
  const keepBoth = vscode.l10n.t('Keep Both');
  const message =
    left === 1
      ? vscode.l10n.t('The target exists already: "{0}"', key)
      : vscode.l10n.t('The target exists already; the answer counts for all that exist: "{0}"', key);
  const answer = await prompts.confirm(message, clashDetail(1, [key], vscode.l10n.t), replace, skip, keepBoth);
  if (answer === replace) return 'replace';
  if (answer === skip) return 'skip';
  return answer === keepBoth ? 'keepBoth' : undefined;
}

function isTaken(error: CosError): boolean {
  return error.kind === 'preconditionFailed' || error.reason === 'alreadyExists';
}
