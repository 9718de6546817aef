import { shortened, shownLines, shownText } from '../../../model/shownText';

/** Names in a sentence are at most so long; a message of VS Code ends after a thousand characters. */
const mostCharacters = 300;

/**
 * VS Code reads `[label](command:id)` as a link that runs a command (`base/common/linkedText.ts`: notifications, prompts of
 * inputs, validation messages) and `$(name)` as an icon (`base/common/iconLabels.ts`: quick picks, status bar, labels).
 * Neither does anything without its parenthesis.
 */
function inert(text: string): string {
  return text.replace(/(?<=[\]$])\(/g, '<U+0028>');
}

/** One line that VS Code shows as it is, whatever names are in it: nothing to click, no icon, nothing invisible. */
export function plain(text: string): string {
  return inert(shownText(text));
}

/** The same for a text of several lines. */
export function plainLines(text: string): string {
  return inert(shownLines(text));
}

/** A name within a sentence or a list. */
export function plainName(name: string): string {
  return shortened(plain(name), mostCharacters);
}

/** Text within Markdown that stays text: every sign is escaped, so that there is no link of any kind, not even a bare URL. */
export function markdownText(text: string): string {
  return plain(text).replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** The strings of an object made plain, but for those that must stay exactly what they are. */
export function plainFields<T extends object>(fields: T, exact: readonly (keyof T)[] = []): T {
  const entries = Object.entries(fields).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' && !exact.includes(name as keyof T) ? plain(value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}
