import type { TransferId } from '../../model/ids';
import type { ItemFailure, ItemSkip } from '../../model/transferState';

/** A transfer's row. How it stands is in the mirror; the node only says which one it is. */
export interface TransferRow {
  readonly kind: 'transfer';
  readonly transferId: TransferId;
}

/** What a transfer's row unfolds to: what did not arrive, what was left out, and how many more there are. */
export type TransferItemRow =
  | { readonly kind: 'failedItem'; readonly parent: TransferRow; readonly index: number; readonly failure: ItemFailure }
  | { readonly kind: 'skippedItem'; readonly parent: TransferRow; readonly index: number; readonly skip: ItemSkip }
  | { readonly kind: 'moreItems'; readonly parent: TransferRow; readonly count: number };

export type TransferNode = TransferRow | TransferItemRow;

const kinds: ReadonlySet<unknown> = new Set<TransferNode['kind']>([
  'transfer',
  'failedItem',
  'skippedItem',
  'moreItems',
]);

/** Whether an argument of a command is a row of the Transfers view. */
export function isTransferNode(value: unknown): value is TransferNode {
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.has(value.kind);
}

/** Identity of a row, the same for the same thing however often it is built. */
export function transferNodeId(node: TransferNode): string {
  switch (node.kind) {
    case 'transfer':
      return node.transferId;
    case 'failedItem':
    case 'skippedItem':
      return `${node.kind}\n${node.index}\n${node.parent.transferId}`;
    case 'moreItems':
      return `${node.kind}\n${node.parent.transferId}`;
  }
}
