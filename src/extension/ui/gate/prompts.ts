import * as vscode from 'vscode';
import type { Prompts, StepAnswer, StepPlace } from '../../services';
import { DisposableStore } from '../lifecycle';
import type { QuickPickItem } from '../vscode';
import { plain, plainFields, plainLines } from './plain';

/** The prompts of VS Code. Everything a person is asked goes through here, and nothing of it is more than text. */
export function createPrompts(): Prompts {
  return {
    input: async (options) => vscode.window.showInputBox({ ignoreFocusOut: true, ...plainInput(options) }),
    pick: async (items, options) => {
      const shown = plainItems(await items);
      return originalOf(shown, await vscode.window.showQuickPick([...shown.keys()], plainFields(options)));
    },
    pickMany: async (items, options) => {
      const shown = plainItems(items);
      const many = { ...plainFields(options), canPickMany: true } as const;
      const picked = await vscode.window.showQuickPick([...shown.keys()], many);
      return picked?.flatMap((item) => originalOf(shown, item) ?? []);
    },
    inputStep,
    pickStep,
    openFiles: async (options) => vscode.window.showOpenDialog(plainFields(options)),
    saveFile: async (options) => vscode.window.showSaveDialog(plainFields(options)),
    confirm: (message, detail, ...buttons) =>
      answered(buttons, (shown) =>
        vscode.window.showWarningMessage(plain(message), { modal: true, detail: plainLines(detail) }, ...shown),
      ),
    info: (message, ...buttons) =>
      answered(buttons, (shown) => vscode.window.showInformationMessage(plain(message), ...shown)),
    warn: (message, ...buttons) =>
      answered(buttons, (shown) => vscode.window.showWarningMessage(plain(message), ...shown)),
    error: (message, ...buttons) =>
      answered(buttons, (shown) => vscode.window.showErrorMessage(plain(message), ...shown)),
  };
}

/** The button that was chosen, as the caller named it. */
async function answered(
  buttons: readonly string[],
  show: (shown: readonly string[]) => Thenable<string | undefined>,
): Promise<string | undefined> {
  const shown = buttons.map(plain);
  const answer = await show(shown);
  return answer === undefined ? undefined : buttons[shown.indexOf(answer)];
}

function plainInput(options: vscode.InputBoxOptions): vscode.InputBoxOptions {
  return {
    ...plainFields(options, ['value']),
    validateInput: async (value: string) => plainProblem(await options.validateInput?.(value)),
  };
}

type Problem = Awaited<ReturnType<NonNullable<vscode.InputBoxOptions['validateInput']>>>;

function plainProblem(problem: Problem): Problem {
  if (typeof problem === 'string') return plain(problem);
  return problem === undefined || problem === null ? undefined : { ...problem, message: plain(problem.message) };
}

/** Items as they are shown, each with the one it stands for. The icon in front is the only one that is drawn. */
function plainItems<T extends QuickPickItem>(items: readonly T[]): ReadonlyMap<vscode.QuickPickItem, T> {
  return new Map(
    items.map((item) => {
      const shown = plainFields<QuickPickItem>(item);
      return [{ ...shown, label: item.icon === undefined ? shown.label : `$(${item.icon}) ${shown.label}` }, item];
    }),
  );
}

function originalOf<T>(
  shown: ReadonlyMap<vscode.QuickPickItem, T>,
  item: vscode.QuickPickItem | undefined,
): T | undefined {
  return item === undefined ? undefined : shown.get(item);
}

function inputStep(options: vscode.InputBoxOptions, place: StepPlace): Promise<StepAnswer<string>> {
  const owned = new DisposableStore();
  const box = owned.add(vscode.window.createInputBox());
  const shown = plainInput(options);
  placeQuickInput(box, place);
  box.value = options.value ?? '';
  box.prompt = shown.prompt ?? '';
  box.placeholder = shown.placeHolder ?? '';
  box.password = options.password ?? false;
  const validate = async (value: string): Promise<boolean> => {
    const problem = await shown.validateInput?.(value);
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

function pickStep<T extends QuickPickItem>(
  items: readonly T[],
  options: vscode.QuickPickOptions & { readonly activeLabel?: string },
  place: StepPlace,
): Promise<StepAnswer<T>> {
  const owned = new DisposableStore();
  const box = owned.add(vscode.window.createQuickPick());
  const shown = plainItems(items);
  placeQuickInput(box, place);
  box.placeholder = plain(options.placeHolder ?? '');
  box.matchOnDescription = options.matchOnDescription ?? true;
  box.matchOnDetail = options.matchOnDetail ?? false;
  box.items = [...shown.keys()];
  const active = box.items.find((item) => originalOf(shown, item)?.label === options.activeLabel);
  if (active !== undefined) box.activeItems = [active];
  return new Promise((resolve) => {
    const finish = (answer: StepAnswer<T>): void => {
      resolve(answer);
      owned.dispose();
    };
    owned.add(
      box.onDidAccept(() => {
        const item = originalOf(shown, box.selectedItems[0]);
        if (item !== undefined) finish({ kind: 'value', value: item });
      }),
    );
    owned.add(box.onDidTriggerButton(() => finish({ kind: 'back' })));
    owned.add(box.onDidHide(() => finish({ kind: 'cancel' })));
    box.show();
  });
}

function placeQuickInput(box: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>, place: StepPlace): void {
  box.title = plain(place.title);
  box.step = place.step;
  box.totalSteps = place.totalSteps;
  box.ignoreFocusOut = true;
  box.buttons = place.canGoBack ? [vscode.QuickInputButtons.Back] : [];
}
