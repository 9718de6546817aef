import type * as vscode from 'vscode';
import type { Changes, Connections, EngineClient, FailureReporter, Prompts, TransferRunner } from '../services';

/** What configuration documents need. */
export interface ConfigurationServices {
  readonly engine: EngineClient;
  readonly connections: Connections;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly transfers: Pick<TransferRunner, 'run'>;
  readonly memory: vscode.Memento;
}
