import type { TransferSnapshot } from '../model/transferState';

/** One line for the output channel. Never holds a secret. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

/** Notifications from the engine to the extension. */
export interface EngineNotifications {
  /** Transfers that changed, at most four times a second; changes of state at once. */
  'transfers/progress': { readonly transfers: readonly TransferSnapshot[] };
  /** The journal of transfers could not be used: it lies at `fsPath` now, and a new one was begun. Told once. */
  'transfers/journalSetAside': { readonly fsPath: string };
  'engine/log': LogLine;
}

/** Name of a notification of the engine. */
export type EngineNotification = keyof EngineNotifications;
