import * as vscode from './ui/vscode';
import type { CosError } from '../model/cosError';
import type { LocalServer } from './localServer/localServer';
import type { Connections, HostAnswers, Prompts } from './services';
import { clashAnswer } from './transfers/clashes';

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
    'credential/keep': async ({ connectionId, credential }) => {
      await connections.keepSecret(connectionId, credential);
      return { ok: true, value: null };
    },
    'transfer/decideClashes': clashAnswer(prompts, vscode.l10n.t),
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
