import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** A quick pick or input box. */
export interface Question {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  /** Labels of the rows on screen. */
  readonly entries: readonly string[];
}

export interface Notification {
  readonly text: string;
  readonly buttons: readonly string[];
  readonly isError: boolean;
  readonly isBusy: boolean;
}

/** What lies open in front of a person. */
export interface Window {
  readonly question?: Question;
  readonly notifications: readonly Notification[];
  /** Label of the active tab. */
  readonly editor: string;
  readonly panel: string;
  readonly sideBar: string;
}

async function ask(path: string, method: 'GET' | 'POST'): Promise<unknown> {
  const url = process.env['TEST_WINDOW'];
  assert.ok(url, 'TEST_WINDOW is not set');
  const answer = await fetch(`${url}${path}`, { method });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

/** A window that a suite drives shows no toasts: what was told is read where the bell shows it. */
export async function look(): Promise<Window> {
  const now = (await ask('/look', 'GET')) as Window & { readonly isBellRung: boolean };
  if (now.question !== undefined || now.notifications.length > 0 || !now.isBellRung) return now;
  await vscode.commands.executeCommand('notifications.showList');
  return (await ask('/look', 'GET')) as Window;
}

export const press = (key: string): Promise<unknown> => ask(`/press?key=${encodeURIComponent(key)}`, 'POST');

/** Types where the cursor is. */
export const type = (text: string): Promise<unknown> => ask(`/type?text=${encodeURIComponent(text)}`, 'POST');

/** Puts away what was told. */
export async function putAwayNotifications(): Promise<void> {
  await vscode.commands.executeCommand('notifications.clearAll');
  await vscode.commands.executeCommand('notifications.hideList');
}
