import type { Disposable, Event } from 'vscode';

/** `vscode.EventEmitter` for files that are also tested outside of VS Code. A listener that throws does not stop the others. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<{ readonly call: (value: T) => unknown }>();

  readonly event: Event<T> = (listener, thisArgs?: unknown, disposables?: Disposable[]) => {
    const entry = { call: (value: T): unknown => listener.call(thisArgs, value) };
    this.#listeners.add(entry);
    const disposable = { dispose: () => void this.#listeners.delete(entry) };
    disposables?.push(disposable);
    return disposable;
  };

  fire(value: T): void {
    const errors: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener.call(value);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'a listener failed');
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
