import * as vscode from '../../ui/vscode';
import { maxRetentionDays, type RetentionPolicy } from '../../../model/retention';
import type { CommandOutcome, CommandServices } from '../../command/command';
import type { BucketTarget } from '../../command/targets';
import type { Prompts } from '../../services';
import { askSteps, type Step } from '../../ui/steps';
import { applyQuickly, bucketSubject } from './applyQuickly';
import { mapAnswer, numberProblem } from './numberInput';

/** Sets or changes the retention policy of a bucket, one question after the other. */
export async function setRetentionPolicy(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const subject = bucketSubject(target, 'retentionPolicy');
  const [found, opened] = await Promise.all([
    engine.send('bucketProtection/get', { connectionId: target.connectionId, bucket: target.bucket }),
    engine.send('documents/open', { subject }),
  ]);
  if (!found.ok) return found;
  if (!opened.ok) return opened;
  const before = found.value.kind === 'retention' ? found.value.policy : undefined;
  const initial = before ?? { minimumDays: 0, defaultDays: 30, maximumDays: 365, isPermanentAllowed: false };
  const title = vscode.l10n.t('Retention Policy of "{0}"', target.bucket);
  const { isPermanentAllowed: permanentAllowed, ...days } =
    (await askSteps(title, policySteps(prompts, before), initial)) ?? {};
  if (permanentAllowed === undefined) return;
  return await applyQuickly(services, subject, opened.value, JSON.stringify({ ...days, permanentAllowed }));
}

function policySteps(prompts: Prompts, before: RetentionPolicy | undefined): readonly Step<RetentionPolicy>[] {
  const daysStep = (
    field: 'minimumDays' | 'defaultDays' | 'maximumDays',
    prompt: string,
    least: (policy: RetentionPolicy) => number,
  ): Step<RetentionPolicy> => ({
    ask: async (policy, place) => {
      const range = { least: least(policy), most: maxRetentionDays };
      const options = {
        prompt,
        value: String(Math.max(policy[field], range.least)),
        validateInput: (text: string) => numberProblem(text, range, vscode.l10n.t),
      };
      return mapAnswer(await prompts.inputStep(options, place), (text) => ({ ...policy, [field]: Number(text) }));
    },
  });
  return [
    daysStep('minimumDays', vscode.l10n.t('Shortest retention in days that an object may ask for'), () => 0),
    daysStep(
      'defaultDays',
      vscode.l10n.t('Days that an object is retained where nothing else is said'),
      ({ minimumDays }) => minimumDays,
    ),
    daysStep(
      'maximumDays',
      vscode.l10n.t('Longest retention in days that an object may ask for'),
      ({ defaultDays }) => defaultDays,
    ),
    {
      // What was allowed once cannot be forbidden again.
      isNeeded: () => before?.isPermanentAllowed !== true,
      ask: async (policy, place) => {
        const items = [
          { label: vscode.l10n.t('No'), detail: vscode.l10n.t('Every retention ends.'), isAllowed: false },
          {
            label: vscode.l10n.t('Yes, for Good'),
            detail: vscode.l10n.t('Objects may be retained forever. That cannot be forbidden again.'),
            isAllowed: true,
          },
        ];
        const placeHolder = vscode.l10n.t('May objects be retained forever?');
        const answer = await prompts.pickStep(items, { placeHolder }, place);
        return mapAnswer(answer, ({ isAllowed }) => ({ ...policy, isPermanentAllowed: isAllowed }));
      },
    },
  ];
}
