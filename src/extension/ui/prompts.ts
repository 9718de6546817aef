import * as vscode from 'vscode';
import type { Prompts, StepAnswer, StepPlace } from '../services';
import { DisposableStore } from './lifecycle';
import { withoutLinks } from './plainText';

/** The prompts of VS Code. Everything a person is asked goes through here. */
export function createPrompts(): Prompts {
  return {
    input: (options) => settle(vscode.window.showInputBox({ ignoreFocusOut: true, ...options })),
    pick: (items, options) => settle(vscode.window.showQuickPick(items, options)),
    pickMany: (items, options) => settle(vscode.window.showQuickPick(items, { ...options, canPickMany: true })),
    inputStep,
    pickStep,
    openFiles: (options) => settle(vscode.window.showOpenDialog(options)),
    saveFile: (options) => settle(vscode.window.showSaveDialog(options)),
    confirm: (message, detail, ...buttons) =>
      settle(vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons)),
    info: (message, ...buttons) => settle(vscode.window.showInformationMessage(withoutLinks(message), ...buttons)),
    warn: (message, ...buttons) => settle(vscode.window.showWarningMessage(withoutLinks(message), ...buttons)),
    error: (message, ...buttons) => settle(vscode.window.showErrorMessage(withoutLinks(message), ...buttons)),
  };
}

async function settle<T>(thenable: Thenable<T>): Promise<T> {
  return thenable;
}

function inputStep(options: vscode.InputBoxOptions, place: StepPlace): Promise<StepAnswer<string>> {
  const owned = new DisposableStore();
  const box = owned.add(vscode.window.createInputBox());
  placeQuickInput(box, place);
  box.value = options.value ?? '';
  box.prompt = options.prompt ?? '';
  box.placeholder = options.placeHolder ?? '';
  box.password = options.password ?? false;
  const validate = async (value: string): Promise<boolean> => {
    const problem = await options.validateInput?.(value);
    if (value === box.value) box.validationMessage = problem ?? '';
    return problem === undefined || problem === null || problem === '';
  };
  return new Promise((resolve) => {
    const finish = (answer: StepAnswer<string>): void => {
      resolve(answer);
      owned.dispose();
    };
    owned.add(box.onDidChangeValue((value) => void validate(value)));
    owned.add(
      box.onDidAccept(async () => {
        const value = box.value;
        if (await validate(value)) finish({ kind: 'value', value });
      }),
    );
    owned.add(box.onDidTriggerButton(() => finish({ kind: 'back' })));
    owned.add(box.onDidHide(() => finish({ kind: 'cancel' })));
    box.show();
  });
}

function pickStep<T extends vscode.QuickPickItem>(
  items: readonly T[],
  options: vscode.QuickPickOptions & { readonly activeLabel?: string },
  place: StepPlace,
): Promise<StepAnswer<T>> {
  const owned = new DisposableStore();
  const box = owned.add(vscode.window.createQuickPick<T>());
  placeQuickInput(box, place);
  box.placeholder = options.placeHolder ?? '';
  box.matchOnDescription = options.matchOnDescription ?? true;
  box.matchOnDetail = options.matchOnDetail ?? false;
  box.items = items;
  const active = items.find((item) => item.label === options.activeLabel);
  if (active !== undefined) box.activeItems = [active];
  return new Promise((resolve) => {
    const finish = (answer: StepAnswer<T>): void => {
      resolve(answer);
      owned.dispose();
    };
    owned.add(
      box.onDidAccept(() => {
        const item = box.selectedItems[0];
        if (item !== undefined) finish({ kind: 'value', value: item });
      }),
    );
    owned.add(box.onDidTriggerButton(() => finish({ kind: 'back' })));
    owned.add(box.onDidHide(() => finish({ kind: 'cancel' })));
    box.show();
  });
}

function placeQuickInput(box: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>, place: StepPlace): void {
  box.title = place.title;
  box.step = place.step;
  box.totalSteps = place.totalSteps;
  box.ignoreFocusOut = true;
  box.buttons = place.canGoBack ? [vscode.QuickInputButtons.Back] : [];
}
