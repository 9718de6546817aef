import type { DocumentProblem, DocumentStep } from '../../model/configDocument';
import type { FullCosClient } from '../cos/fullClient';
import type { ParsedDocument } from './parse';

/** What a document's work is done with. */
export interface DocumentContext {
  readonly client: FullCosClient;
  readonly nowMs: number;
}

/** A step with the request that it stands for. */
export interface PlannedStep extends DocumentStep {
  run(context: DocumentContext, signal: AbortSignal): Promise<void>;
}

/**
 * What a kind of configuration document reads, prints and checks, for one subject. The state is plain JSON: it goes to the extension as the baseline and
 * comes back with the text, so that the engine keeps nothing between requests.
 */
export interface ReadKind<State> {
  /** Reads the subject. Throws what reading throws; a part that may be missing for want of a role belongs into the state. */
  read(context: DocumentContext, signal: AbortSignal): Promise<State>;
  /** JSON with comments, ending in a newline. Read-only facts stand below `"facts"`. */
  print(state: State): string;
  /** The state in one line, for the overview of a bucket; of parts of a bucket only. */
  summary?(state: State): string;
  readOnlyReason?(state: State, nowMs: number): string | undefined;
  /** Whether two states are the same thing to somebody who edits; equal JSON by default. */
  isSame?(read: State, now: State): boolean;
  /** Everything wrong with a text that is JSON. Pure. */
  check(document: ParsedDocument, state: State, nowMs: number): readonly DocumentProblem[];
}

/** A kind of configuration document whose changes are requests, made by the document itself. */
export interface DocumentKind<State> extends ReadKind<State> {
  /** The requests that lead from the state to the text, in order; asked for only when `check` found no error. Pure. */
  plan(document: ParsedDocument, state: State, nowMs: number): readonly PlannedStep[];
}
