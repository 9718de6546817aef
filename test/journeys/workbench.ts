import type { Locator, Page } from 'playwright-core';

const shortMs = 3_000;
const waitMs = 20_000;

/** A menu of VS Code listens to the mouse 100 ms after it opened; an earlier click can close it and choose nothing. */
const menuWakesMs = 250;
/** A list that is filtered moves its rows a moment later; a click before that meets another one. */
const listSettlesMs = 250;

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

  /** Puts the window back to where a journey begins: nothing open or told, the rows of the Buckets view closed and to be read anew. */
  async tidy(): Promise<void> {
    const { page } = this;
    const empty = page.locator('.editor-group-container.empty').first();
    const drop = page.locator('.monaco-dialog-box').getByRole('button', { name: "Don't Save" });
    if ((await empty.count()) === 0) {
      await this.command('View: Close All Editors');
      await empty.or(drop).first().waitFor();
      if ((await drop.count()) > 0) await drop.click();
      await empty.waitFor();
    }
    await this.command('Notifications: Clear All Notifications');
    await this.view('Buckets').hover();
    await this.view('Buckets').getByRole('button', { name: 'Collapse All' }).click();
    await this.view('Buckets').locator('.monaco-list-row[aria-expanded=true]').first().waitFor({ state: 'detached' });
    await this.command('Object Storage: Refresh All');
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
    return this.#rowIn('Buckets', label);
  }

  /** A row of the Buckets view that is selected. */
  selectedRow(label: string): Locator {
    return this.row(label).and(this.page.locator('[aria-selected="true"]'));
  }

  /** A row of the Transfers view, by its exact label. */
  transferRow(label: string): Locator {
    return this.#rowIn('Transfers', label);
  }

  /** A view of our container, by its title. */
  view(title: string): Locator {
    return this.page
      .locator('.part.sidebar .pane')
      .filter({ has: this.page.locator('.pane-header .title').getByText(title, { exact: true }) });
  }

  #rowIn(view: string, label: string): Locator {
    return this.view(view)
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) });
  }

  /** The letters that a decoration puts behind a row's label; VS Code draws them as CSS content. */
  async badge(row: Locator): Promise<string> {
    const label = row.locator('.monaco-icon-label').first();
    const content = await label.evaluate((element) => globalThis.getComputedStyle(element, '::after').content);
    return /^"(.*)"$/.exec(content)?.[1] ?? '';
  }

  async expand(label: string): Promise<void> {
    await this.#turn(label, 'true');
  }

  async collapse(label: string): Promise<void> {
    await this.#turn(label, 'false');
  }

  /** Opens or closes a row. A view that is drawn anew at that moment takes no click: so until the row is as wanted. */
  async #turn(label: string, isExpanded: 'true' | 'false'): Promise<void> {
    const row = this.row(label);
    await row.waitFor();
    const rows = this.page.locator(`.part.sidebar .monaco-list-row[aria-expanded=${isExpanded}]`, { hasText: label });
    for (let tries = 0; ; tries++) {
      if ((await row.getAttribute('aria-expanded')) === isExpanded) return;
      await row.locator('.monaco-tl-twistie').click();
      try {
        return await rows.first().waitFor({ timeout: shortMs });
      } catch (error) {
        if (tries >= 4) throw error;
      }
    }
  }

  /**
   * Picks from the context menu of a row. A menu takes no click right after it opened, so until it is gone; and a view that
   * takes the focus closes it, so it may have to be opened again.
   */
  async contextMenu(row: Locator, entry: string): Promise<void> {
    const label = this.page.locator('.action-label').getByText(entry, { exact: true });
    const item = this.page.getByRole('menuitem').filter({ has: label });
    let isClicked = false;
    for (let tries = 0; ; tries++) {
      try {
        if ((await item.count()) === 0) {
          if (isClicked) return;
          await this.#closeMenu();
          await row.click({ button: 'right' });
          await this.#showEntry(item);
          await this.page.waitForTimeout(menuWakesMs);
        }
        await item.click({ timeout: shortMs });
        isClicked = true;
        return await item.waitFor({ state: 'detached', timeout: 1000 });
      } catch (error) {
        if (tries >= 4) throw error;
      }
    }
  }

  /** What covers the window while a menu is open takes a click and closes it. */
  async #closeMenu(): Promise<void> {
    const cover = this.page.locator('.context-view-block');
    if ((await cover.count()) === 0) return;
    await this.page.mouse.click(900, 600);
    await cover.waitFor({ state: 'detached', timeout: shortMs });
  }

  /** Opens one submenu after the other of the open context menu until an entry is there. */
  async #showEntry(item: Locator): Promise<void> {
    await this.page.locator('.monaco-menu').first().waitFor({ timeout: shortMs });
    const submenus = this.page.locator('.monaco-submenu-item');
    const isOpen = this.page.locator('[aria-expanded=true]');
    for (let at = 0; (await item.count()) === 0 && at < (await submenus.count()); at++) {
      await submenus.nth(at).hover({ timeout: shortMs });
      await submenus.nth(at).and(isOpen).waitFor({ timeout: 1500 });
    }
    await item.waitFor({ timeout: shortMs });
  }

  /** Drags a row onto another, by the mouse: what is dragged begins to move a little before it goes anywhere. */
  async drag(row: Locator, onto: Locator): Promise<void> {
    await row.hover();
    await this.page.mouse.down();
    await onto.hover();
    await onto.hover({ position: { x: 60, y: 10 } });
    await this.page.mouse.up();
  }

  /** Runs a command from the palette. A view that loads may take the focus and close it: so with a retry. */
  async command(label: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.page.keyboard.press('F1');
        await this.input().fill(`>${label}`, { timeout: shortMs });
        return await this.entry(label).click({ timeout: shortMs });
      } catch (error) {
        if (tries >= 4) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  input(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-box input');
  }

  /** An entry of the quick pick or palette, by its exact label. */
  entry(label: string): Locator {
    return this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first();
  }

  /** Types into the input box with this prompt, and accepts. */
  async answer(text: string, prompt: string): Promise<void> {
    await this.page.locator('.quick-input-widget .quick-input-message', { hasText: prompt }).waitFor();
    await this.input().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Picks an entry of the quick pick with this placeholder, typing its name: of a long list only some rows are there. */
  async pick(entry: string, placeholder: string): Promise<void> {
    await this.page.locator('.quick-input-widget').getByPlaceholder(placeholder).waitFor();
    await this.input().fill(entry.replaceAll('…', ''));
    await this.entry(entry).waitFor();
    await this.page.waitForTimeout(listSettlesMs);
    await this.entry(entry).click();
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
  }

  /** Clicks a button of the notification that has both text and button: VS Code may tell of the same failure itself. */
  async clickNotification(text: string | RegExp, name: string): Promise<void> {
    const button = this.page.getByRole('button', { name, exact: true });
    const told = await this.told(text);
    await told.filter({ has: button }).first().getByRole('button', { name, exact: true }).click();
  }

  /** Notifications with a text. Where several came at once, VS Code shows some behind the bell only. */
  async told(text: string | RegExp): Promise<Locator> {
    const all = this.page.locator('.notification-list-item', { hasText: text });
    await all
      .first()
      .waitFor({ timeout: 10_000 })
      .catch(() => this.command('Notifications: Show Notifications'));
    await all.first().waitFor();
    return all;
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
    // Monaco draws spaces as no-break spaces.
    return (await lines.innerText()).replaceAll('\u00a0', ' ');
  }

  /** Follows a link in the active editor. It takes a click once it shows that the key for that is held. */
  async followLink(text: string): Promise<void> {
    await this.page.locator('.editor-instance .detected-link', { hasText: text }).first().hover();
    await this.page.keyboard.down('Control');
    await this.page.locator('.editor-instance .detected-link-active', { hasText: text }).first().waitFor();
    await this.page.mouse.down();
    await this.page.mouse.up();
    await this.page.keyboard.up('Control');
  }

  /** Puts text at the very start of the active editor. */
  async typeAtStart(text: string): Promise<void> {
    await this.page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await this.page.keyboard.press('Control+Home');
    await this.page.keyboard.type(text);
  }

  /** Replaces every occurrence of a text in the active editor, as Find and Replace does. */
  async replaceText(from: string, to: string): Promise<void> {
    await this.page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await this.page.keyboard.press('Control+h');
    const find = this.page.locator('.editor-instance .find-widget');
    await find.getByRole('textbox', { name: 'Find' }).fill(from);
    await find.getByRole('textbox', { name: 'Replace' }).fill(to);
    await find.getByRole('textbox', { name: 'Replace' }).press('Control+Alt+Enter');
    await this.page.keyboard.press('Escape');
  }

  /** Gives VS Code's own file dialog, which is a quick input here, a path. It empties its field once it has read a folder. */
  async chooseFile(fsPath: string): Promise<void> {
    const accept = this.page
      .locator('.quick-input-widget')
      .getByRole('button', { name: /^(Upload|Choose Options…|Open|Download|Download Here|OK)$/ });
    await accept.waitFor();
    for (let tries = 0; ; tries++) {
      await this.entry('..').waitFor();
      await this.input().fill(fsPath);
      await this.page.mouse.move(800, 640); // where the menu was there is a row, whose tooltip would show
      await this.page.keyboard.press('Enter');
      try {
        return await accept.waitFor({ state: 'hidden', timeout: shortMs });
      } catch (error) {
        if (tries >= 4) throw error;
      }
    }
  }

  closeActiveEditor(): Promise<void> {
    return this.command('View: Close Editor');
  }

  /**
   * Saves until a question about it is there: VS Code takes a save for done while an automatic one of the same text is still
   * running, and a person presses again.
   */
  async saveUntil(question: Locator): Promise<void> {
    for (let tries = 0; ; tries++) {
      await this.save();
      try {
        return await question.waitFor({ timeout: 5000 });
      } catch (error) {
        if (tries >= 3) throw error;
      }
    }
  }

  save(): Promise<void> {
    return this.page.keyboard.press('Control+s');
  }
}
