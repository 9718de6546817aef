import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { Protection } from '../../model/protection';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { ObjectsTarget, ObjectTarget } from '../command/targets';
import { chosenObjects } from './chosenObjects';
import { reportCsv, reportText, totalsOf, totalsText, type ReportRow } from './protectionReport';
import { deletableSentence } from './protectionTexts';
import { workThrough } from './workThrough';

/** Says when an object, a selection or a folder can be deleted, and what stands in the way. */
export async function whenDeletable(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const rows = await readRows(services, targets);
  if (rows === undefined || 'ok' in rows) return rows;
  const [only, ...others] = rows;
  if (only === undefined) {
    void services.prompts.info(vscode.l10n.t('There is no object in what is selected.'));
    return;
  }
  const { prompts } = services;
  if (others.length === 0) {
    if (only.protection === undefined) return only.error === undefined ? undefined : { ok: false, error: only.error };
    const sentence = deletableSentence(only.protection, Date.now(), vscode.l10n.t);
    const properties = vscode.l10n.t('Properties');
    const answer = await prompts.info(`${only.key}: ${sentence}`, properties);
    if (answer === properties) await openProperties(services, targets);
    return;
  }
  const show = vscode.l10n.t('Show Report');
  const csv = vscode.l10n.t('Export as CSV…');
  const answer = await prompts.info(totalsText(totalsOf(rows, Date.now()), vscode.l10n.t), show, csv);
  if (answer === show) await showReport(services, rows);
  if (answer === csv) await exportCsv(services, rows);
  return;
}

/** Opens a report over objects and folders. */
export async function reportProtection(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const rows = await readRows(services, targets);
  if (rows === undefined || 'ok' in rows) return rows;
  await showReport(services, rows);
  return;
}

/** Saves a report over objects and folders as comma-separated values. */
export async function exportProtection(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const rows = await readRows(services, targets);
  if (rows === undefined || 'ok' in rows) return rows;
  await exportCsv(services, rows);
  return;
}

async function readRows(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<readonly ReportRow[] | Result<unknown> | undefined> {
  const objects = await chosenObjects(services, targets, 2);
  if (objects === undefined || !objects.ok) return objects;
  const title = vscode.l10n.t('Reading protection');
  const worked = await workThrough<Protection>(title, objects.value, async (object, token) =>
    services.engine.send('protection/get', object, token),
  );
  if (worked.length < objects.value.length) return undefined;
  return worked.map(({ object, result }) => ({
    ...nameOf(object),
    ...(result.ok ? { protection: result.value } : { error: result.error }),
  }));
}

function nameOf({ bucket, key }: ObjectTarget): { bucket: string; key: string } {
  return { bucket, key };
}

async function showReport({ failures }: CommandServices, rows: readonly ReportRow[]): Promise<void> {
  const content = reportText(rows, Date.now(), (error) => failures.sentence(error), vscode.l10n.t);
  const document = await vscode.workspace.openText(content);
  await vscode.window.showTextDocument(document, { preview: true });
}

async function exportCsv({ failures, prompts }: CommandServices, rows: readonly ReportRow[]): Promise<void> {
  const target = await prompts.saveFile({
    title: vscode.l10n.t('Export Protection as CSV'),
    filters: { [vscode.l10n.t('Comma-separated values')]: ['csv'] },
  });
  if (target === undefined) return;
  const text = reportCsv(rows, Date.now(), (error) => failures.sentence(error), vscode.l10n.t);
  try {
    await vscode.workspace.fs.writeFile(target, Buffer.from(text, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    void prompts.error(vscode.l10n.t('The report could not be written to "{0}": {1}', target.path, error.message));
    return;
  }
  const open = vscode.l10n.t('Open');
  const answer = await prompts.info(vscode.l10n.t('Wrote the protection of {0} objects.', rows.length), open);
  if (answer === open) await vscode.commands.executeCommand('vscode.open', target);
}

async function openProperties(services: CommandServices, targets: readonly ObjectsTarget[]): Promise<void> {
  const [target] = targets;
  const [key] = target?.keys ?? [];
  if (target === undefined || key === undefined) return;
  const { connectionId, bucket } = target;
  await services.configuration.open({ kind: 'object', connectionId, bucket, key });
}
