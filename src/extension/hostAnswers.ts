import * as vscode from 'vscode';
import type { CosError } from '../model/cosError';
import type { LocalServer } from './localServer/localServer';
import type { Connections, HostAnswers, Prompts } from './services';

/** Answers what the engine asks: settings, secrets, and the one question of a transfer. */
export function createHostAnswers(connections: Connections, localServer: LocalServer, prompts: Prompts): HostAnswers {
  return {
    'connection/resolve': async ({ connectionId }) => {
      if (connectionId === localServer.connectionId) await localServer.resume();
      const connection = connections.get(connectionId);
      return connection === undefined
        ? { ok: false, error: failure('invalid', 'noConnection', 'connection/resolve', 'never') }
        : { ok: true, value: connection };
    },
    'credential/resolve': async ({ connectionId }) => {
      const credential = await connections.findCredential(connectionId);
      if (credential !== undefined) return { ok: true, value: credential };
      const isStoppedServer = connectionId === localServer.connectionId && !localServer.isRunning();
      return {
        ok: false,
        error: isStoppedServer
          ? failure('network', 'connectionRefused', 'credential/resolve', 'later')
          : failure('signInNeeded', 'secretMissing', 'credential/resolve', 'afterSignIn'),
      };
    },
    'transfer/decideClashes': async ({ clashCount, examples, title }) => {
      const choices = [
        { label: vscode.l10n.t('Skip'), value: 'skip' },
        { label: vscode.l10n.t('Replace'), value: 'replace' },
        { label: vscode.l10n.t('Keep Both'), value: 'keepBoth' },
      ] as const;
      const question =
        clashCount === 1
          ? vscode.l10n.t('A target exists already ({0}). What should happen to it?', title)
          : vscode.l10n.t('{0} targets exist already ({1}). What should happen to them?', clashCount, title);
      const named = examples.length < clashCount ? [...examples, '…'] : examples;
      const answer = await prompts.confirm(question, named.join('\n'), ...choices.map(({ label }) => label));
      return { ok: true, value: choices.find(({ label }) => label === answer)?.value ?? 'cancel' };
    },
  };
}

function failure(
  kind: CosError['kind'],
  reason: NonNullable<CosError['reason']>,
  op: string,
  retry: CosError['retry'],
): CosError {
  return { kind, reason, op, retry, detail: reason };
}
