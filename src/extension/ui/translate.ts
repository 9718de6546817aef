/** `vscode.l10n.t`, handed in so that sentences can be tested outside of VS Code. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;
