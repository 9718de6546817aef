import type {
  DocumentOutcome,
  DocumentProblem,
  DocumentStep,
  DocumentSubject,
  OpenedDocument,
  SelectionChange,
} from '../model/configDocument';

/** A document as somebody left it, with what it was read from. */
export interface EditedDocument {
  readonly subject: DocumentSubject;
  readonly text: string;
  readonly baseline: string;
}

/** Requests about configuration documents: what a language server does for files, for the state of a service. */
export interface DocumentRequests {
  /** Reads a subject and prints it. `keeping` is a text that goes on over what the subject has become. */
  'documents/open': { params: { subject: DocumentSubject; keeping?: string }; result: OpenedDocument };
  /** What a part of a bucket's configuration says, in one line; empty for other subjects. */
  'documents/summary': { params: { subject: DocumentSubject }; result: { readonly text: string } };
  /** What is wrong with a text. Sends nothing: it is asked while a person types. */
  'documents/check': { params: EditedDocument; result: readonly DocumentProblem[] };
  /** The requests that saving would make, in order; `invalid`/`documentProblems` while `documents/check` finds errors; `unsupported` for a selection. Sends nothing. */
  'documents/plan': { params: EditedDocument; result: readonly DocumentStep[] };
  /**
   * What saving the document of a selection changes: not made here, but by a transfer of the kind `change`. Looks at the
   * objects again, at most as many as opening did; otherwise as `documents/apply`: `documentProblems`, `changedMeanwhile`.
   */
  'documents/change': { params: EditedDocument; result: SelectionChange };
  /**
   * Makes the changes. `preconditionFailed`/`changedMeanwhile`, and nothing applied, where the subject is no longer what
   * the baseline says; `invalid`/`notConfirmed` where an irreversible step is not among `confirmed`.
   */
  'documents/apply': {
    params: EditedDocument & { confirmed: readonly string[] };
    result: DocumentOutcome;
  };
}
