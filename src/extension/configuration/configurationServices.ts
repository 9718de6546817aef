import type * as vscode from 'vscode';
import type { Changes, Connections, EngineClient, FailureReporter, Prompts } from '../services';

/** What configuration documents need. */
export interface ConfigurationServices {
  readonly engine: EngineClient;
  readonly connections: Connections;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly memory: vscode.Memento;
}
