import * as vscode from '../ui/vscode';
import type { TransferSnapshot } from '../../model/transferState';
import { isTransferNode, type TransferNode } from '../nodes/transferNode';
import type { CommandServices, TransferChoice } from './command';

/** Key bindings of the Transfers view pass this instead of rows. */
const selectedRows = 'transferSelection';

/**
 * The transfers that a command is about: the clicked rows, the selected ones for a key, else picked from those that it
 * accepts. Rows that it does not accept are left out. Undefined when there is none, or the person gave up.
 */
export async function resolveTransfers(
  services: CommandServices,
  args: readonly unknown[],
  { accepts, asksAlways }: TransferChoice,
): Promise<{ readonly target: readonly TransferSnapshot[] } | undefined> {
  const { mirror } = services.transfers;
  const rows = rowsOf(services, args);
  if (rows === undefined) {
    const all = mirror.list();
    if (all.length === 0) {
      void services.prompts.info(vscode.l10n.t('There is no transfer yet: upload, download or copy something first.'));
      return undefined;
    }
    return pickTransfers(services, all.filter(accepts), asksAlways === true);
  }
  const ids = new Set(rows.map((row) => (row.kind === 'transfer' ? row : row.parent).transferId));
  const target = [...ids].flatMap((id) => mirror.get(id) ?? []).filter(accepts);
  return target.length === 0 ? undefined : { target };
}

/** Undefined when the command was not called on rows. */
function rowsOf(services: CommandServices, args: readonly unknown[]): readonly TransferNode[] | undefined {
  const [clicked, selected] = args;
  if (clicked === selectedRows) return services.transfersView.selection;
  const all: readonly unknown[] = Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
  const rows = all.filter(isTransferNode);
  return rows.length === 0 ? undefined : rows;
}

async function pickTransfers(
  { prompts, transfersView }: CommandServices,
  candidates: readonly TransferSnapshot[],
  asksAlways: boolean,
): Promise<{ readonly target: readonly TransferSnapshot[] } | undefined> {
  if (candidates.length === 0) {
    void prompts.info(
      vscode.l10n.t('No transfer is in a state for this now; the Transfers view says how each stands.'),
    );
    return undefined;
  }
  if (candidates.length === 1 && !asksAlways) return { target: candidates };
  const items = candidates.map((snapshot) => ({ ...transfersView.itemOf(snapshot), snapshot }));
  const chosen = await prompts.pickMany(items, { placeHolder: vscode.l10n.t('Choose transfers') });
  return chosen === undefined || chosen.length === 0 ? undefined : { target: chosen.map(({ snapshot }) => snapshot) };
}
