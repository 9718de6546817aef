import type * as vscode from 'vscode';
import type { DocumentSubject } from '../../model/configDocument';
import { configUri, parseConfigUri, type ConfigAddress } from '../../model/configUri';
import type { UriParts } from '../../model/objectUri';

type Selected = DocumentSubject & { readonly kind: 'selection' };

/** Turns subjects into URIs and back. Selections do not fit into a URI and are kept as long as the window lives. */
export class Subjects {
  readonly #selections = new Map<string, Selected>();

  uriOf(subject: DocumentSubject): UriParts {
    return configUri(subject.kind === 'selection' ? this.#keep(subject) : subject);
  }

  /** Undefined for a selection of another window, and for what is no configuration document. */
  of(uri: vscode.Uri): DocumentSubject | undefined {
    const address = parseConfigUri(uri);
    return address?.kind === 'selectionId' ? this.#selections.get(address.id) : address;
  }

  #keep(subject: Selected): ConfigAddress {
    const { connectionId, bucket, keys, prefixes } = subject;
    const same = [...this.#selections].find(([, kept]) => JSON.stringify(kept) === JSON.stringify(subject));
    const count = keys.length + prefixes.length;
    const id = same?.[0] ?? `${count} selected (${this.#selections.size + 1})`;
    this.#selections.set(id, subject);
    return { kind: 'selectionId', connectionId, bucket, id };
  }
}
