import type * as vscode from 'vscode';
import type { Connections } from '../services';
import { DisposableStore } from '../ui/lifecycle';
import { ReportDocuments } from './reportDocuments';
import { Transfers, type TransferServices } from './runner';
import { Standstills } from './standstills';
import { TransferStatus } from './transferStatus';
import { TransfersView } from './transfersView';

/** Transfers as the extension's other parts use them, for as long as it runs. */
export interface TransferParts extends vscode.Disposable {
  readonly transfers: Transfers;
  readonly transfersView: TransfersView;
  readonly transferReports: ReportDocuments;
}

/** Registers what runs transfers and shows them. */
export function registerTransfers(
  services: TransferServices & { readonly connections: Pick<Connections, 'list' | 'onDidChange'> },
): TransferParts {
  const owned = new DisposableStore();
  const transferReports: ReportDocuments = new ReportDocuments(() => transfers.mirror, services.failures);
  const transfers = owned.add(new Transfers(services, (id) => transferReports.show(id)));
  owned.add(transferReports.register());
  owned.add(new Standstills(services, transfers.mirror, transfers.control));
  owned.add(new TransferStatus(transfers.mirror));
  const transfersView = owned.add(
    new TransfersView(transfers.mirror, transfers.outlooks, services.failures, async () => {
      // Without a connection nobody has transfers, and nothing should start to find that out.
      if (services.connections.list().length > 0) await transfers.sync();
    }),
  );
  return { transfers, transfersView, transferReports, dispose: () => owned.dispose() };
}
