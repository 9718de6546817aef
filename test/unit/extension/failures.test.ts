import { expect, it, vi } from 'vitest';
import type { Prompts } from '../../../src/extension/services';
import type { CosError } from '../../../src/model/cosError';
import { connectionId } from '../../../src/model/ids';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) => text.replace(/\{(\d)\}/g, (_all, at) => String(values[Number(at)])),
  },
}));
const { createFailureReporter } = await import('../../../src/extension/ui/failures');

const failed = (fields: Partial<CosError>): CosError => ({
  kind: 'internal',
  op: 'GetObject',
  retry: 'never',
  detail: 'the detail',
  ...fields,
});

/** What happens when a person presses the first button of a failure. */
async function pressFirst(error: CosError): Promise<readonly unknown[]> {
  const done: unknown[] = [];
  const prompts = {
    error: async (_message: string, ...buttons: string[]) => {
      done.push(buttons[0]);
      return buttons[0];
    },
  } as unknown as Prompts;
  const reporter = createFailureReporter(prompts, {
    runOn: (command, id) => done.push(command, id),
    whyRefused: (id, refusal) => done.push('why', id, refusal.op),
    showLog: () => done.push('log'),
  });
  await reporter.report(error, { connectionId: connectionId('c') });
  return done;
}

it.each([
  [{ kind: 'signInNeeded', reason: 'apiKeyDisabled' }, 'Replace Key…', 'ibmcos.connection.replaceKey'],
  [
    { kind: 'signInNeeded', reason: 'sessionExpired', retry: 'afterSignIn' },
    'Sign In Again…',
    'ibmcos.connection.signIn',
  ],
  [{ kind: 'denied', reason: 'otherAccount' }, 'Edit Connection…', 'ibmcos.connection.edit'],
  [{ kind: 'denied', reason: 'productionLocked' }, 'Allow Changes…', 'ibmcos.connection.allowChanges'],
  [{ kind: 'tls', reason: 'certificateUntrusted' }, 'Connection Doctor', 'ibmcos.connection.diagnose'],
  [{ kind: 'denied', reason: 'clockSkewed' }, 'Connection Doctor', 'ibmcos.connection.diagnose'],
] as const)('%o offers %s, which acts on the connection', async (fields, button, command) => {
  expect(await pressFirst(failed(fields))).toEqual([button, command, 'c']);
});

it('examines why something was refused, with the refusal in hand', async () => {
  const refusal = failed({ kind: 'denied', op: 'PutObject', bucket: 'b' });
  expect(await pressFirst(refusal)).toEqual(['Why Is Access Refused?', 'why', 'c', 'PutObject']);
});
