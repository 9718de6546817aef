/**
 * Text that VS Code shows as it is: notifications turn `[label](command:id)` into a link that runs a command, and names of
 * files and keys may look like that.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', ']\u2060(');
}
