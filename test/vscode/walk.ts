import * as vscode from 'vscode';
import { look, press, putAwayNotifications, type, type Question, type Window } from './window';
import { isSoWithin } from '../until';

/** What a command that was run came to: what it showed, one after the other, and what was wrong with that. */
export interface Walk {
  readonly shown: readonly string[];
  readonly problem?: string;
}

const waitMs = 3000;
const soonMs = 150;
/** VS Code shows no modal question while a suite drives it, but tells that one was asked. */
const refusedDialog = /refused to show dialog in tests\. Contents: (.*)/s;

/** How questions for the place that a command works on are answered. */
const places: readonly (readonly [RegExp, string])[] = [
  [/Choose a bucket/, 'getting-started'],
  [/Key of the object in/, 'README.md'],
  [/Folder within/, ''],
];

/** Runs a command without a selection, says where it is to work if it asks for that, and presses Escape at whatever comes then. */
export async function walk(command: string): Promise<Walk> {
  const before = await look();
  const shown: string[] = [];
  let outcome: 'done' | { readonly error: string } | undefined;
  void vscode.commands.executeCommand(command).then(
    () => (outcome = 'done'),
    (error: unknown) => (outcome = { error: String(error) }),
  );
  const hasEnded = () => outcome !== undefined;
  const showsMore = async (): Promise<boolean> => {
    const text = newlyShown(await look(), before);
    if (text === undefined || text === shown.at(-1)) return false;
    shown.push(text);
    return true;
  };
  do {
    if (!(await isSoWithin(waitMs, async () => hasEnded() || (await showsMore())))) break;
    if (hasEnded()) await isSoWithin(soonMs, showsMore);
  } while (!hasEnded() && (await answerPlace(shown.at(-1) ?? '')));
  const isPutAway = await isSoWithin(waitMs, putAway);
  await isSoWithin(waitMs, hasEnded);
  if ((await look()).editor !== before.editor) await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const error = typeof outcome === 'object' ? outcome.error : undefined;
  const dialog = refusedDialog.exec(error ?? '')?.[1];
  if (dialog !== undefined) shown.push(`dialog: ${dialog}`);
  const problems = [
    ...(shown.length === 0 ? ['shows nothing'] : []),
    ...(isPutAway ? [] : [`leaves open ${JSON.stringify(await look())}`]),
    ...(hasEnded() ? [] : ['goes on after Escape']),
    ...(error === undefined || dialog !== undefined ? [] : [`throws ${error}`]),
  ];
  return { shown, ...(problems.length === 0 ? {} : { problem: problems.join('; ') }) };
}

/** What stands in front of a person now that did not before; undefined when nothing does, or it still loads. */
function newlyShown(now: Window, before: Window): string | undefined {
  if (now.question !== undefined) return `question: ${wordsOf(now.question)}`;
  const told = now.notifications.find(({ isBusy }) => !isBusy);
  if (told !== undefined) return [`${told.isError ? 'error' : 'told'}: ${told.text}`, ...told.buttons].join(' | ');
  for (const part of ['editor', 'panel', 'sideBar'] as const) {
    if (now[part] !== before[part] && now[part] !== '') return `${part}: ${now[part]}`;
  }
  return undefined;
}

function wordsOf({ title, prompt, placeholder }: Question): string {
  return [title, prompt.replace(/ ?\(Press .*/, ''), placeholder].filter((text) => text !== '').join(' | ');
}

/** False when something else is asked. */
async function answerPlace(shown: string): Promise<boolean> {
  const answer = places.find(([pattern]) => pattern.test(shown))?.[1];
  if (answer === undefined) return false;
  if (answer !== '') await type(answer);
  // What a list offers may still be on its way.
  const isOffered = async () => (await look()).question?.entries[0] === answer;
  if (shown.includes('Choose a bucket') && !(await isSoWithin(waitMs, isOffered))) return false;
  await press('Enter');
  return true;
}

/** Whether nothing is left open. */
async function putAway(): Promise<boolean> {
  const { question, notifications } = await look();
  if (notifications.length > 0) await putAwayNotifications();
  if (question !== undefined) await press('Escape');
  return question === undefined && notifications.length === 0;
}
