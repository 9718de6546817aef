import type * as vscode from 'vscode';
import type { Result } from '../../model/cosError';
import type { TransferSnapshot } from '../../model/transferState';
import type {
  BucketsTree,
  Changes,
  ConfigurationDocuments,
  Connections,
  EngineClient,
  FailureReporter,
  KnownTransfers,
  LocalStorage,
  ObjectDocuments,
  Prompts,
  Restores,
  TransferReports,
  TransfersTree,
} from '../services';
import type { HeldObjects } from './heldObjects';
import type { LastDeletes } from './lastDelete';
import type { TargetTypes } from './targets';

/** What commands may use. */
export interface CommandServices {
  readonly engine: EngineClient;
  readonly connections: Connections;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly view: BucketsTree;
  readonly localServer: LocalStorage;
  readonly transfers: KnownTransfers;
  readonly transfersView: TransfersTree;
  readonly transferReports: TransferReports;
  readonly documents: ObjectDocuments;
  readonly configuration: ConfigurationDocuments;
  readonly restores: Restores;
  readonly clipboard: HeldObjects;
  readonly deletes: LastDeletes;
  /** Choices that are offered again, such as the last folder of a download. */
  readonly memory: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
  /** `publisher.name`, for walkthroughs. */
  readonly extensionId: string;
}

/** How a command ended: nothing to say, or an answer whose failure the wrapper reports, once. */
export type CommandOutcome = Result<unknown> | undefined | void;

/** Which transfers a command accepts. `asksAlways`: without rows it asks which one is meant even where it could be only one. */
export interface TransferChoice {
  readonly accepts: (snapshot: TransferSnapshot) => boolean;
  readonly asksAlways?: true;
}

/** Whether a command changes what the service has. One that does is refused at once on a read-only connection. */
export interface Effect {
  readonly effect: 'reads' | 'writes';
}

/** Targets that are of a connection. */
type Located = Exclude<keyof TargetTypes, 'none' | 'transfers' | 'localFiles'>;

/** A command: what it works on (of transfers, those that it accepts), and what it does. `run` gets services and a resolved target, never raw arguments. */
export type Command = {
  readonly [T in keyof TargetTypes]: {
    readonly target: T;
    readonly run: (services: CommandServices, target: TargetTypes[T]) => Promise<CommandOutcome>;
  } & (T extends 'transfers' ? TransferChoice : T extends Located ? Effect : unknown);
}[keyof TargetTypes];

/** Commands by id. */
export type CommandTable = Readonly<Record<`ibmcos.${string}.${string}`, Command>>;
