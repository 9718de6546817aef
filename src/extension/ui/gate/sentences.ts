import * as vscode from 'vscode';
import { plainName } from './plain';

/** Sentences that were made lately: within another one they stay as they are. */
const made = new Set<string>();
const mostMade = 500;

/** `vscode.l10n.t` whose arguments are shown as names: on one line, harmless, and not too long. */
function t(message: string, ...args: (string | number | boolean)[]): string {
  const shown = args.map((arg) => (typeof arg === 'string' && !made.has(arg) ? plainName(arg) : arg));
  const sentence = vscode.l10n.t(message, ...shown);
  made.add(sentence);
  const [oldest] = made.size > mostMade ? made : [];
  if (oldest !== undefined) made.delete(oldest);
  return sentence;
}

export const l10n = { t };
