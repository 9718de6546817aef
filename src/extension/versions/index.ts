import type * as vscode from 'vscode';
import type { Restores } from '../services';
import type { RestoreWatch, RestoreWatchServices } from './restoreWatch';
import { waitingKey } from './waitingObjects';

/** Goes on waiting for what an earlier window asked for. What that needs is loaded only when something is waited for. */
export function registerRestores(services: RestoreWatchServices): Restores & vscode.Disposable {
  let isDisposed = false;
  let watch: RestoreWatch | undefined;
  const load = async (): Promise<RestoreWatch | undefined> => {
    const module = await import('./restoreWatch');
    if (!isDisposed) watch ??= new module.RestoreWatch(services);
    return watch;
  };
  if (services.memory.get(waitingKey) !== undefined) void load();
  return {
    add: async (objects) => await (await load())?.add(objects),
    dispose: () => {
      isDisposed = true;
      watch?.dispose();
    },
  };
}
