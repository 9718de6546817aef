import * as vscode from '../ui/vscode';
import type { DisposableStore } from '../ui/lifecycle';
import type { CommandServices, CommandTable } from './command';

/**
 * Registers commands by id. What they do is loaded with the first that is called: nobody waits for it at the start, and a
 * test compares the ids of the manifest with the table, both ways.
 */
export function registerCommands(
  ids: readonly string[],
  load: () => Promise<CommandTable>,
  services: CommandServices,
  owned: DisposableStore,
): void {
  for (const id of ids) {
    const call = async (...args: unknown[]): Promise<void> => {
      const [table, { runCommand }] = await Promise.all([load(), import('./run')]);
      const command = Object.entries(table).find(([known]) => known === id)?.[1];
      if (command === undefined) throw new Error(`There is no command "${id}".`);
      await runCommand(command, services, args);
    };
    owned.add(vscode.commands.registerCommand(id, call));
  }
}
