import * as vscode from '../ui/vscode';
import { readDate } from '../../model/dates';
import { maxRetentionDays, type RetentionExtension } from '../../model/retention';
import type { CommandServices } from '../command/command';
import type { ObjectTarget } from '../command/targets';
import { countOf } from './holds';

const daySeconds = 86_400;

/** Asks how to extend. Only what can be said of the selection is checked before the service is asked. */
export async function askExtension(
  { prompts }: CommandServices,
  objects: readonly ObjectTarget[],
  problemOf: (extension: RetentionExtension) => string | undefined,
): Promise<RetentionExtension | undefined> {
  const ways = [
    { label: vscode.l10n.t('Until a date…'), way: 'until' },
    { label: vscode.l10n.t('By more days…'), description: vscode.l10n.t('added to what there is'), way: 'additional' },
    { label: vscode.l10n.t('For days from now…'), way: 'fromNow' },
    {
      label: vscode.l10n.t('For days from creation…'),
      description: vscode.l10n.t('in place of the period that there is'),
      way: 'fromCreation',
    },
    { label: vscode.l10n.t('Without end'), description: vscode.l10n.t('until somebody sets one'), way: 'indefinite' },
    { label: vscode.l10n.t('For ever'), description: vscode.l10n.t('permanent; nobody can undo it'), way: 'permanent' },
  ] as const;
  const title = vscode.l10n.t('Extend the Retention of {0}', countOf(objects));
  const chosen = await prompts.pick(ways, { title, placeHolder: vscode.l10n.t('How to extend it') });
  switch (chosen?.way) {
    case undefined:
      return undefined;
    case 'indefinite':
    case 'permanent': {
      const extension = { kind: 'period', seconds: chosen.way === 'indefinite' ? -1 : -2 } as const;
      const problem = problemOf(extension);
      if (problem === undefined) return extension;
      void prompts.error(problem);
      return undefined;
    }
    case 'until': {
      const text = await prompts.input({
        title,
        prompt: vscode.l10n.t('Date such as 2030-01-31, or 2030-01-31T12:00:00Z; a date alone means midnight UTC'),
        validateInput: (typed) => {
          const untilMs = readDate(typed);
          return untilMs === undefined ? dateSentence() : problemOf({ kind: 'until', untilMs });
        },
      });
      const untilMs = readDate(text);
      return untilMs === undefined ? undefined : { kind: 'until', untilMs };
    }
    case 'additional':
    case 'fromNow':
    case 'fromCreation': {
      const { way } = chosen;
      const extensionOf = (typed: string): RetentionExtension => ({
        kind: way === 'fromCreation' ? 'period' : way,
        seconds: Number(typed) * daySeconds,
      });
      const text = await prompts.input({
        title,
        prompt: daysPrompt(way),
        validateInput: (typed) => {
          if (!/^[1-9]\d*$/.test(typed) || Number(typed) > maxRetentionDays) {
            return vscode.l10n.t('Enter a whole number of days, 1 to {0}.', maxRetentionDays);
          }
          return problemOf(extensionOf(typed));
        },
      });
      return text === undefined ? undefined : extensionOf(text);
    }
  }
}

function daysPrompt(way: 'additional' | 'fromNow' | 'fromCreation'): string {
  switch (way) {
    case 'additional':
      return vscode.l10n.t('Days to add');
    case 'fromNow':
      return vscode.l10n.t('Days from now');
    case 'fromCreation':
      return vscode.l10n.t('Days from the creation of each object');
  }
}

/** What a date looks like. */
export function dateSentence(): string {
  return vscode.l10n.t('Enter a date such as 2030-01-31, or a time with its zone such as 2030-01-31T12:00:00Z.');
}
