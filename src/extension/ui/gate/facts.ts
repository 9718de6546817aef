import * as vscode from 'vscode';
import { markdownText } from './plain';

/** What is known of a thing, for its tooltip. */
export type Fact = readonly [name: string, value: string | undefined];

/** A title and a line for every fact that is known. Names and values come from the service and stay text. */
export function factsTooltip(title: string, facts: readonly Fact[]): vscode.MarkdownString {
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  const lines = known.map(([name, value]) => markdownText(`${name}: ${value ?? ''}`));
  return new vscode.MarkdownString([`**${markdownText(title)}**`, ...lines].join('  \n'));
}

/** A sentence where VS Code wants Markdown. */
export function markdownSentence(sentence: string): vscode.MarkdownString {
  return new vscode.MarkdownString(markdownText(sentence));
}
