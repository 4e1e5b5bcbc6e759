/**
 * Drives VS Code's window as a person does: keys, pointer, and what is on the screen. Every wait is
 * for something visible; nothing sleeps. Knows VS Code's page, not our product.
 */
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { insist, TRY } from './patience.ts';
import type { Version } from './versions.ts';

/** What the editor in front tells apart by colour. */
const TOKENS = '.editor-group-container.active .view-line span span';

/** How long nothing changes before something is measured, in milliseconds. */
const CALM = 300;

/** What a window is used with. */
export interface Surroundings {
  /** Writes the user's settings, which a window reads when it is loaded. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  readonly version: Pick<Version, 'goesTo'>;
  /** The folder for pictures; undefined where none are wanted. */
  readonly pictures: string | undefined;
}

export class Workbench {
  readonly page: Page;

  readonly #configure: Surroundings['configure'];
  readonly #pictures: Surroundings['pictures'];
  readonly #goesTo: Version['goesTo'];

  constructor(page: Page, { configure, pictures, version }: Surroundings) {
    this.page = page;
    this.#configure = configure;
    this.#pictures = pictures;
    this.#goesTo = version.goesTo;
  }

  /** The text editor that is in front. */
  get editor(): Locator {
    return this.page.locator('.editor-group-container.active .monaco-editor[role="code"]').first();
  }

  /** The hover that is up, whether asked for by key or by pointer. */
  get hover(): Locator {
    return this.page.locator('.monaco-hover:not(.hidden) .hover-contents, .monaco-resizable-hover .hover-row').first();
  }

  /** An inlay hint by its text. */
  hint(text: string): Locator {
    return this.editor.locator('.view-line span', { hasText: text.replaceAll(' ', '\u00a0') }).first();
  }

  get suggestions(): Locator {
    return this.page.locator('.suggest-widget.visible .monaco-list-row');
  }

  /** Waits for a suggestion after what was typed; asks for them by key if nobody answered yet when it was. */
  async suggests(text: string): Promise<void> {
    const row = this.suggestions.filter({ hasText: text }).first();
    if (await row.waitFor({ timeout: TRY }).then(() => true, () => false)) return;
    await insist(async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+Space');
      await row.waitFor({ timeout: TRY });
    });
  }

  /** The suggestion that Enter takes. */
  get suggestion(): Locator {
    return this.page.locator('.suggest-widget.visible .monaco-list-row.focused');
  }

  get picker(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  /** Where one types in the picker; older VS Codes have a box to tick beside it. */
  get pickerInput(): Locator {
    return this.picker.locator('.quick-input-box input');
  }

  async openFolder(url: string, folder: string): Promise<void> {
    await this.page.goto(`${url}/?folder=${encodeURIComponent(folder)}`);
    await this.page.locator('.monaco-workbench .explorer-folders-view .monaco-list-row').first().waitFor();
  }

  /** Opens a `.code-workspace` file in the window, as *Open Workspace from File* does. */
  async openWorkspace(file: string): Promise<void> {
    const url = `${new URL(this.page.url()).origin}/?workspace=${encodeURIComponent(file)}`;
    // A window that asks for the file before its server answers shows no folder, and does not ask again.
    await insist(async () => {
      await this.page.goto(url);
      await this.page.locator('.monaco-workbench .explorer-folders-view .monaco-list-row').first().waitFor({ timeout: TRY });
    });
  }

  /** Opens the picker by a key and types into it. A picker that was closing meanwhile may take what is typed: for use with `insist`. */
  async #ask(key: string, text: string): Promise<void> {
    await this.page.keyboard.press(key);
    // A webview that is being moved or painted anew swallows keys: then the focus goes elsewhere first.
    if (!(await this.pickerInput.waitFor({ timeout: 3000 }).then(() => true, () => false))) {
      await this.page.locator('.sidebar .composite.title').click({ timeout: 2000 }).catch(() => undefined);
      await this.page.keyboard.press(key);
    }
    await this.pickerInput.fill(text, { timeout: TRY });
  }

  async #openBy(key: string, name: string, tab: string): Promise<void> {
    const base = name.slice(name.lastIndexOf('/') + 1);
    await insist(async () => {
      await this.#ask('Control+p', name);
      await this.picker.locator('.monaco-list-row.focused', { hasText: base }).waitFor({ timeout: TRY });
      await this.pickerInput.press(key, { timeout: TRY });
      await this.page.locator(tab, { hasText: base }).waitFor({ timeout: TRY });
    });
    await this.editor.locator('.view-line').first().waitFor();
  }

  /** Opens a file by name through Quick Open, with the cursor at a place as `goto` takes it. */
  async open(name: string, ...place: Parameters<Workbench['goto']>): Promise<void> {
    await this.#openBy('Enter', name, '.tab.active');
    await this.goto(...place);
  }

  /** Opens a file in a second group of editors, to the right. */
  async openBeside(name: string): Promise<void> {
    await this.#openBy('Control+Enter', name, '.editor-group-container.active .tab.active');
  }

  /** Puts the focus into the text editor of the first group. */
  async focusFirstGroup(): Promise<void> {
    await insist(async () => {
      await this.command('View: Focus First Editor Group');
      await this.page.locator('.editor-group-container').first().locator('.monaco-editor.focused').waitFor({ timeout: TRY });
    });
  }

  /** An underline in the file that a group in the background shows. */
  anySquiggle(name: string): Locator {
    return this.page.locator('.editor-group-container', { has: this.page.locator('.tab', { hasText: name }) })
      .locator('.squiggly-error, .squiggly-warning').first();
  }

  /**
   * Milliseconds from a key to the frame in which the file in the background gets (or loses) its first underline,
   * by the window's clock; infinite if it never does. What the keys before have changed is waited for first.
   */
  async timeToSquiggle(key: string, name: string, isShown: boolean): Promise<number> {
    const selector = ['error', 'warning'].map((level) => `.editor-group-container:has(.tab[data-resource-name$="${name}"]) .squiggly-${level}`).join();
    const isDone = `(document.querySelector(${JSON.stringify(selector)}) !== null) === ${isShown}`;
    await this.page.evaluate('delete window.calmSince');
    await this.page.waitForFunction(`((now) => {
      if (${isDone}) window.calmSince = now;
      return now - (window.calmSince ??= now) > ${CALM};
    })(performance.now())`);
    const measured = await this.page.evaluateHandle(`({ time: new Promise((resolve) => addEventListener('keydown', () => {
      const start = performance.now();
      const look = () => {
        const time = performance.now() - start;
        if (${isDone} || time > ${TRY}) resolve(${isDone} ? time : Infinity);
        else requestAnimationFrame(look);
      };
      look();
    }, { capture: true, once: true })) })`);
    await this.page.keyboard.press(key);
    return measured.evaluate((box) => (box as { time: Promise<number> }).time);
  }

  /** Puts the cursor at a line and a visible column, which is the line's `character`, all from 1, and the line into view. */
  async goto(line = 1, column = 1, character = column): Promise<void> {
    await insist(async () => {
      await this.#ask('Control+g', `:${line}:${this.#goesTo === 'column' ? column : character}`);
      await this.pickerInput.press('Enter', { timeout: TRY });
      await this.picker.waitFor({ state: 'hidden', timeout: TRY });
      await this.statusBar(new RegExp(`Ln ${line}, Col ${column}\\b`)).waitFor({ timeout: TRY });
    });
  }

  /** Runs a command by its title in the command palette. */
  async command(title: string): Promise<void> {
    await insist(async () => {
      await this.#ask('F1', `>${title}`);
      // Not the first row: "Tasks: Run Task" finds "Tasks: Run Build Task" too.
      await this.picker.locator('.monaco-list-row').filter({ has: this.page.getByText(title, { exact: true }) }).first().click({ timeout: TRY });
    });
  }

  /** Chooses the row that contains `text` in the picker that is open. */
  async pick(text: string): Promise<void> {
    const row = this.picker.locator('.monaco-list-row', { hasText: text }).first();
    await row.waitFor();
    await row.click();
    await this.picker.waitFor({ state: 'hidden' });
  }

  statusBar(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  squiggles(level: 'error' | 'warning' | 'info' | 'hint' = 'error'): Locator {
    return this.page.locator(`.editor-group-container.active .squiggly-${level}`);
  }

  /** Rows of the Problems panel, which is opened if need be. */
  async problems(): Promise<Locator> {
    const panel = this.page.locator('.markers-panel-container');
    await insist(async () => {
      if (!(await panel.isVisible())) await this.page.keyboard.press('Control+Shift+m');
      await panel.waitFor({ timeout: TRY });
    });
    return panel.locator('.monaco-list-row');
  }

  /** The Markdown preview's page, inside VS Code's two frames of a webview. */
  get preview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** The colour of the first token that is `text`, in the editor that is in front. */
  colourOf(text: string): Promise<string> {
    const token = this.editor.locator('.view-line span span').getByText(text, { exact: true }).first();
    return token.evaluate((element) => (globalThis as unknown as { getComputedStyle(of: unknown): { color: string } }).getComputedStyle(element).color);
  }

  /** Takes the pointer out of the way, so that only what the keys ask for is shown. */
  async restPointer(): Promise<void> {
    await this.page.mouse.move(1, 1);
  }

  /** Asks for the hover at the cursor, again if the server was not ready, until it says `text`. */
  async hoverAtCursor(text: RegExp): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      await this.page.keyboard.press('Control+k');
      await this.page.keyboard.press('Control+i');
      const found = await this.hover.filter({ hasText: text }).waitFor({ timeout: 3000 }).then(() => true, () => false);
      if (found) return;
      if (attempt === 9) throw new Error(`the hover says ${JSON.stringify(await this.hover.allInnerTexts())}`);
      await this.page.keyboard.press('Escape');
    }
  }

  /**
   * Opens the list of quick fixes at the cursor, once the bulb is there. VS Code asks for fixes by itself
   * 250 ms after a problem came or the cursor moved, and drops what was asked for by key until then.
   * VS Code 1.93 asks when the cursor moves only, so that no bulb may come.
   */
  async quickFixes(): Promise<void> {
    await this.page.locator('.editor-group-container.active').locator('.lightBulbWidget, [class*="codicon-gutter-lightbulb"]').first()
      .waitFor({ timeout: 3000 }).catch(() => undefined);
    await insist(async () => {
      await this.page.keyboard.press('Control+.');
      await this.page.locator('.action-widget .monaco-list-row.action').first().waitFor({ timeout: TRY });
    });
  }

  /** A quick fix of the list that is open, by a part of its title. */
  fix(title: string): Locator {
    return this.page.locator('.action-widget .monaco-list-row.action', { hasText: title }).first();
  }

  /** Does a quick fix of the list that is open. */
  async doFix(title: string): Promise<void> {
    const row = this.fix(title);
    await row.waitFor();
    // A list that comes up under the pointer takes no click until the pointer has moved.
    const box = await row.boundingBox();
    if (box !== null) await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
    await row.click();
  }

  /** Renames the symbol at the cursor; `meanwhile` runs while the box is open. */
  async rename(name: string, meanwhile: () => Promise<void>): Promise<void> {
    await this.page.keyboard.press('F2');
    const box = this.page.locator('.rename-box input');
    await box.waitFor();
    await box.fill(name);
    await meanwhile();
    await box.press('Enter');
    await box.waitFor({ state: 'hidden' });
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+s');
    await this.page.locator('.editor-group-container.active .tab.active:not(.dirty)').waitFor();
  }

  /**
   * A picture of the window as it stands, in a light and in a dark theme. `again` brings back what
   * a change of theme closes.
   */
  async screenshot(name: string, again?: () => Promise<void>): Promise<void> {
    if (this.#pictures === undefined) return again?.();
    const tokens = await this.page.locator(TOKENS).count();
    for (const [colorScheme, shown] of [['light', '.monaco-workbench.vs'], ['dark', '.monaco-workbench.vs-dark']] as const) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.locator(shown).first().waitFor();
      // Colours of the language server are gone for a moment; what else has changed with the theme is a picture too.
      await this.page.waitForFunction(`document.querySelectorAll('${TOKENS}').length >= ${tokens}`, undefined, { timeout: 3000 }).catch(() => undefined);
      await again?.();
      await this.picture(`${name}-${colorScheme}`, this.#pictures);
    }
  }

  /** A picture of the window as it stands. */
  async picture(name: string, folder = this.#pictures): Promise<void> {
    if (folder !== undefined) await this.page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  }

  /** Loads the window anew as a user does, so that it remembers what is open. */
  async reload(): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), this.command('Developer: Reload Window')]);
  }

  /**
   * Pictures of a webview in light, dark and, after a reload of the window, high contrast, each checked
   * for accessibility; `shown` is what is seen in it when it is back.
   */
  async screenshotView(name: string, shown: Locator): Promise<void> {
    await this.screenshot(name, () => this.accessible());
    await this.#configure({ 'workbench.preferredDarkColorTheme': 'Default High Contrast' });
    await this.reload();
    await this.page.locator('.monaco-workbench.hc-black').first().waitFor();
    await shown.waitFor();
    await this.picture(`${name}-contrast`);
    await this.accessible();
  }

  /** A picture of a webview in light and dark, each checked for accessibility; for what a reload would end. */
  async screenshotHere(name: string): Promise<void> {
    await this.screenshot(name, () => this.accessible());
  }

  /** Goes over to high contrast, which takes a reload of the window. */
  async goContrast(): Promise<void> {
    await this.#configure({ 'workbench.preferredDarkColorTheme': 'Default High Contrast' });
    await this.page.emulateMedia({ colorScheme: 'dark' });
    await this.reload();
    await this.page.locator('.monaco-workbench.hc-black').first().waitFor();
  }

  /** A picture of a webview in high contrast, checked for accessibility. */
  async screenshotContrast(name: string): Promise<void> {
    await this.accessible();
    await this.picture(`${name}-contrast`);
  }

  /** Fails with what axe finds wrong with the accessibility of the webview in front. */
  async accessible(): Promise<void> {
    const handle = await this.page.locator('iframe.webview.ready').contentFrame().locator('iframe#active-frame').elementHandle();
    const frame = await handle?.contentFrame();
    if (frame === null || frame === undefined) throw new Error('no webview is in front');
    await frame.evaluate(axe.source);
    const found = await frame.evaluate(`axe.run(document, { resultTypes: ['violations'] })`) as AxeResults;
    const problems = found.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`));
    if (problems.length > 0) throw new Error(`not accessible:\n${problems.join('\n')}`);
  }
}
