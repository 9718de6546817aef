import type * as vscode from 'vscode';
import { DisposableStore } from '../ui/lifecycle';
import { ReportDocuments } from './reportDocuments';
import { Transfers, type TransferServices } from './runner';
import { TransferStatus } from './transferStatus';

/** Registers what runs transfers and shows them. */
export function registerTransfers(services: TransferServices): { readonly transfers: Transfers } & vscode.Disposable {
  const owned = new DisposableStore();
  const reports: ReportDocuments = new ReportDocuments(() => transfers.mirror, services.failures);
  const transfers = owned.add(new Transfers(services, (id) => reports.show(id)));
  owned.add(reports.register());
  owned.add(new TransferStatus(transfers.mirror));
  return { transfers, dispose: () => owned.dispose() };
}
