import * as vscode from '../ui/vscode';
import { parseByteSize } from '../../model/byteSize';
import type { LockMode } from '../../model/protection';
import {
  lockDefaultProblem,
  maxLockDays,
  maxRetentionDays,
  retentionPolicyProblems,
  type LockDefault,
  type RetentionPolicy,
} from '../../model/retention';
import type { Prompts } from '../services';
import { formatBytes } from '../ui/format';
import { askInnerSteps, mapAnswer, type Step } from '../ui/steps';
import type { BucketOptions } from './newBucket';

interface LockState {
  readonly way: 'off' | 'noDefault' | LockMode;
  readonly days: number;
}

/** Asks whether and how new versions are locked. Undefined where the person went back; `lock` is undefined for off. */
export async function askLock(
  prompts: Prompts,
  before: BucketOptions['lock'],
): Promise<{ readonly lock: BucketOptions['lock'] } | undefined> {
  const t = vscode.l10n.t;
  const ways = [
    { label: t('Off'), way: 'off' },
    { label: t('On, without a default'), description: t('versions are locked one by one'), way: 'noDefault' },
    {
      label: t('On, every new version in mode {0}', 'GOVERNANCE'),
      description: t('who is permitted to can make it weaker'),
      way: 'GOVERNANCE',
    },
    {
      label: t('On, every new version in mode {0}', 'COMPLIANCE'),
      description: t('nobody can make it weaker'),
      way: 'COMPLIANCE',
    },
  ] as const;
  const steps: readonly Step<LockState>[] = [
    {
      ask: async (state, at) => {
        const activeLabel = ways.find(({ way }) => way === state.way)?.label ?? '';
        const options = { placeHolder: t('Object Lock of the bucket; it can never be switched off'), activeLabel };
        return mapAnswer(await prompts.pickStep(ways, options, at), ({ way }) => ({ ...state, way }));
      },
    },
    {
      isNeeded: ({ way }) => way === 'GOVERNANCE' || way === 'COMPLIANCE',
      ask: async (state, at) => {
        const options = {
          prompt: t('Days that every new version is locked for'),
          value: String(state.days),
          validateInput: (text: string) =>
            /^\d+$/.test(text) && lockDefaultProblem(lockDefault('GOVERNANCE', Number(text))) === undefined
              ? undefined
              : t('Enter a whole number of days, 1 to {0}.', maxLockDays),
        };
        return mapAnswer(await prompts.inputStep(options, at), (text) => ({ ...state, days: Number(text) }));
      },
    },
  ];
  const kept = before?.defaultRetention;
  const way = before === undefined ? 'off' : (kept?.mode ?? 'noDefault');
  const initial: LockState = { way, days: kept?.duration.count ?? 30 };
  const answer = await askInnerSteps(t('Create Bucket: Object Lock'), steps, initial);
  if (answer === undefined) return undefined;
  switch (answer.way) {
    case 'off':
      return { lock: undefined };
    case 'noDefault':
      return { lock: { defaultRetention: null } };
    default:
      return { lock: { defaultRetention: lockDefault(answer.way, answer.days) } };
  }
}

function lockDefault(mode: LockMode, count: number): LockDefault {
  return { mode, duration: { unit: 'days', count } };
}

interface RetentionState {
  readonly isWanted: boolean;
  readonly policy: RetentionPolicy;
}

const firstPolicy: RetentionPolicy = { minimumDays: 1, defaultDays: 30, maximumDays: 365, isPermanentAllowed: false };

/** Asks for a retention policy. Undefined where the person went back; `retention` is undefined for none. */
export async function askRetention(
  prompts: Prompts,
  before: RetentionPolicy | undefined,
): Promise<{ readonly retention: RetentionPolicy | undefined } | undefined> {
  const t = vscode.l10n.t;
  const isWanted = ({ isWanted: wanted }: RetentionState): boolean => wanted;
  const wanted = [
    { label: t('No retention policy'), isWanted: false },
    {
      label: t('Retain every object for some time'),
      description: t('nobody can delete or overwrite it before'),
      isWanted: true,
    },
  ] as const;
  const permanent = [
    { label: t('No object is retained forever'), isPermanentAllowed: false },
    {
      label: t('Objects may be retained forever'),
      description: t('cannot be changed later'),
      isPermanentAllowed: true,
    },
  ] as const;
  const days = (field: keyof RetentionPolicy & `${string}Days`, prompt: string): Step<RetentionState> => ({
    isNeeded: isWanted,
    ask: async (state, at) => {
      const changed = (text: string): RetentionPolicy => raised({ ...state.policy, [field]: Number(text) }, field);
      const options = {
        prompt,
        value: String(state.policy[field]),
        validateInput: (text: string) => daysSentence(text, changed(text), field),
      };
      return mapAnswer(await prompts.inputStep(options, at), (text) => ({ ...state, policy: changed(text) }));
    },
  });
  const steps: readonly Step<RetentionState>[] = [
    {
      ask: async (state, at) => {
        const activeLabel = wanted.find((each) => each.isWanted === state.isWanted)?.label ?? '';
        const options = { placeHolder: t('Retention policy of the bucket; it can never be removed'), activeLabel };
        return mapAnswer(await prompts.pickStep(wanted, options, at), (each) => ({
          ...state,
          isWanted: each.isWanted,
        }));
      },
    },
    days('minimumDays', t('Days that an object is retained at least')),
    days('defaultDays', t('Days that an object is retained where nothing else is said')),
    days('maximumDays', t('Days that an object can be retained at most')),
    {
      isNeeded: isWanted,
      ask: async (state, at) => {
        const options = { placeHolder: t('Whether objects may be retained forever') };
        return mapAnswer(await prompts.pickStep(permanent, options, at), ({ isPermanentAllowed }) => ({
          ...state,
          policy: { ...state.policy, isPermanentAllowed },
        }));
      },
    },
  ];
  const initial = { isWanted: before !== undefined, policy: before ?? firstPolicy };
  const answer = await askInnerSteps(t('Create Bucket: Retention Policy'), steps, initial);
  return answer === undefined ? undefined : { retention: answer.isWanted ? answer.policy : undefined };
}

/** The policy with what is asked later raised to what was just answered, as a proposal that fits. */
function raised(policy: RetentionPolicy, field: string): RetentionPolicy {
  const defaultDays = field === 'minimumDays' ? Math.max(policy.defaultDays, policy.minimumDays) : policy.defaultDays;
  const maximumDays = field === 'maximumDays' ? policy.maximumDays : Math.max(policy.maximumDays, defaultDays);
  return { ...policy, defaultDays, maximumDays };
}

function daysSentence(text: string, policy: RetentionPolicy, field: keyof RetentionPolicy): string | undefined {
  const [problem] = /^\d+$/.test(text) ? retentionPolicyProblems(policy) : [{ kind: 'notWholeDays' } as const];
  switch (problem?.kind) {
    case 'order': {
      const least = field === 'maximumDays' ? policy.defaultDays : policy.minimumDays;
      return vscode.l10n.t('Enter {0} days or more.', least);
    }
    case 'notWholeDays':
    case 'tooLong':
      return vscode.l10n.t('Enter a whole number of days, 0 to {0}.', maxRetentionDays);
    default:
      return undefined;
  }
}

/** Asks for a quota. Undefined where the person went back; `quotaBytes` is undefined for none. */
export async function askQuota(
  prompts: Prompts,
  before: number | undefined,
): Promise<{ readonly quotaBytes: number | undefined } | undefined> {
  const t = vscode.l10n.t;
  const step: Step<{ readonly text: string }> = {
    ask: async ({ text }, at) => {
      const options = {
        prompt: t('Most that the bucket may hold, such as 500 GB or 2 TiB; nothing for no limit'),
        value: text,
        validateInput: (typed: string) =>
          typed.trim() === '' || (parseByteSize(typed) ?? 0) > 0 ? undefined : t('Enter a size such as 500 GB.'),
      };
      return mapAnswer(await prompts.inputStep(options, at), (typed) => ({ text: typed }));
    },
  };
  const initial = { text: before === undefined ? '' : sizeText(before) };
  const answer = await askInnerSteps(t('Create Bucket: Quota'), [step], initial);
  return answer === undefined ? undefined : { quotaBytes: parseByteSize(answer.text) };
}

/** A size as it can be typed, without loss. */
function sizeText(sizeBytes: number): string {
  const text = formatBytes(sizeBytes);
  return parseByteSize(text) === sizeBytes ? text : String(sizeBytes);
}
