import type { Locator, Page } from 'playwright-core';

const shortMs = 3_000;
const waitMs = 20_000;

/** VS Code as somebody at its window sees it. Everything here is a click, a key, or a look. */
export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(waitMs);
  }

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.activitybar').waitFor({ timeout: 60_000 });
  }

  /** Shows our view container. While VS Code loads, a click on its tab may be taken back: so until a view is there. */
  async openObjectStorage(): Promise<void> {
    const tab = this.page.getByRole('tab', { name: 'Object Storage' });
    const title = this.page.locator('.part.sidebar .composite.title', { hasText: 'Object Storage' });
    for (let tries = 0; ; tries++) {
      if ((await title.count()) > 0) return;
      await tab.click();
      try {
        return await title.waitFor({ timeout: shortMs });
      } catch (error) {
        if (tries >= 4) throw error;
      }
    }
  }

  /** A row of the Buckets view, by its exact label; `description` narrows to rows that show it too. */
  row(label: string): Locator {
    return this.page
      .locator('.part.sidebar .monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) });
  }

  async expand(label: string): Promise<void> {
    const row = this.row(label);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'true') return;
    await row.locator('.monaco-tl-twistie').click();
    await this.page.locator('.part.sidebar .monaco-list-row[aria-expanded=true]', { hasText: label }).first().waitFor();
  }

  async contextMenu(row: Locator, entry: string): Promise<void> {
    await row.click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: entry }).click();
  }

  /** Runs a command from the palette. A view that loads may take the focus and close it: so with a retry. */
  async command(label: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.page.keyboard.press('F1');
        await this.input().fill(`>${label}`, { timeout: shortMs });
        const entry = this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: label });
        await entry.waitFor({ timeout: shortMs });
        return await this.page.keyboard.press('Enter');
      } catch (error) {
        if (tries >= 4) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  input(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-box input');
  }

  /** Types into the input box that has a title or a prompt, and accepts. */
  async answer(text: string, under: string | RegExp): Promise<void> {
    await this.quickInput(under).waitFor();
    await this.input().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Picks an entry of the quick pick that has a title or a placeholder. */
  async pick(entry: string | RegExp, under: string | RegExp): Promise<void> {
    await this.quickInput(under).waitFor();
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: entry }).first().click();
  }

  /** The quick input, when it shows a text: in its title, prompt, or the field's placeholder. */
  quickInput(text: string | RegExp): Locator {
    const widget = this.page.locator('.quick-input-widget');
    return widget
      .filter({ hasText: text })
      .or(widget.filter({ has: this.page.getByPlaceholder(text) }))
      .first();
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
  }

  async clickNotification(text: string | RegExp, button: string): Promise<void> {
    await this.notification(text).getByRole('button', { name: button, exact: true }).click();
  }

  /** A modal question of VS Code. */
  dialog(text: string | RegExp): Locator {
    return this.page.locator('.monaco-dialog-box', { hasText: text });
  }

  tab(label: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: label });
  }

  async waitForTab(label: string, state: 'clean' | 'dirty'): Promise<void> {
    const which = state === 'dirty' ? '.tab.dirty' : '.tab:not(.dirty)';
    await this.page.locator(`.tabs-container ${which}`, { hasText: label }).waitFor();
  }

  /** Text of the active editor, as far as it is on screen. */
  async editorText(): Promise<string> {
    const lines = this.page.locator('.editor-instance .monaco-editor .view-lines').first();
    return (await lines.innerText()).replaceAll(' ', ' ');
  }

  /** Puts text at the very start of the active editor. */
  async typeAtStart(text: string): Promise<void> {
    await this.page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await this.page.keyboard.press('Control+Home');
    await this.page.keyboard.type(text);
  }

  save(): Promise<void> {
    return this.page.keyboard.press('Control+s');
  }
}
