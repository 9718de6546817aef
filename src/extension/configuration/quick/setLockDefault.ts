import * as vscode from '../../ui/vscode';
import type { LockMode } from '../../../model/protection';
import { maxLockDays, maxLockYears, type LockDefault } from '../../../model/retention';
import type { CommandOutcome, CommandServices } from '../../command/command';
import type { BucketTarget } from '../../command/targets';
import type { Prompts } from '../../services';
import { askSteps, type Step } from '../../ui/steps';
import { applyQuickly, bucketSubject } from './applyQuickly';
import { mapAnswer, numberProblem } from './numberInput';

interface Draft {
  readonly mode: LockMode | undefined;
  readonly duration: LockDefault['duration'];
}

/** Sets or drops the lock that new versions of a bucket get, and switches Object Lock on where it is not. */
export async function setLockDefault(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const subject = bucketSubject(target, 'objectLock');
  const [found, opened] = await Promise.all([
    engine.send('objectLock/get', { connectionId: target.connectionId, bucket: target.bucket }),
    engine.send('documents/open', { subject }),
  ]);
  if (!found.ok) return found;
  if (!opened.ok) return opened;
  const before = found.value.kind === 'enabled' ? found.value.defaultRetention : undefined;
  const initial: Draft = { mode: before?.mode, duration: before?.duration ?? { unit: 'days', count: 30 } };
  const title = vscode.l10n.t('Object Lock Default of "{0}"', target.bucket);
  const draft = await askSteps(title, lockSteps(prompts), initial);
  if (draft === undefined) return;
  const { mode, duration } = draft;
  const wanted = mode === undefined ? null : { mode, [duration.unit]: duration.count };
  return await applyQuickly(services, subject, opened.value, JSON.stringify({ enabled: true, default: wanted }));
}

function lockSteps(prompts: Prompts): readonly Step<Draft>[] {
  const isNeeded = ({ mode }: Draft): boolean => mode !== undefined;
  return [
    {
      ask: async (draft, place) => {
        const items: readonly (vscode.QuickPickItem & { readonly mode: LockMode | undefined })[] = [
          {
            label: vscode.l10n.t('No Default'),
            detail: vscode.l10n.t('New versions are locked only where that is asked for.'),
            mode: undefined,
          },
          {
            label: 'GOVERNANCE',
            detail: vscode.l10n.t('Who is permitted to bypass it can delete, shorten and unlock.'),
            mode: 'GOVERNANCE',
          },
          {
            label: 'COMPLIANCE',
            detail: vscode.l10n.t('Nobody can delete or shorten it before it ends.'),
            mode: 'COMPLIANCE',
          },
        ];
        const placeHolder = vscode.l10n.t('Lock that new versions get');
        const options = { placeHolder, ...(draft.mode === undefined ? {} : { activeLabel: draft.mode }) };
        return mapAnswer(await prompts.pickStep(items, options, place), ({ mode }) => ({ ...draft, mode }));
      },
    },
    {
      isNeeded,
      ask: async (draft, place) => {
        const items = [
          { label: vscode.l10n.t('Days'), unit: 'days' },
          { label: vscode.l10n.t('Years'), unit: 'years' },
        ] as const;
        const activeLabel = items.find(({ unit }) => unit === draft.duration.unit)?.label ?? '';
        const options = { placeHolder: vscode.l10n.t('How long it lasts'), activeLabel };
        const answer = await prompts.pickStep(items, options, place);
        return mapAnswer(answer, ({ unit }) => ({ ...draft, duration: { ...draft.duration, unit } }));
      },
    },
    {
      isNeeded,
      ask: async (draft, place) => {
        const { unit, count } = draft.duration;
        const range = { least: 1, most: unit === 'days' ? maxLockDays : maxLockYears };
        const options = {
          prompt:
            unit === 'days'
              ? vscode.l10n.t('Days that a version is locked')
              : vscode.l10n.t('Years that a version is locked'),
          value: String(Math.min(count, range.most)),
          validateInput: (text: string) => numberProblem(text, range, vscode.l10n.t),
        };
        const answer = await prompts.inputStep(options, place);
        return mapAnswer(answer, (text) => ({ ...draft, duration: { unit, count: Number(text) } }));
      },
    },
  ];
}
