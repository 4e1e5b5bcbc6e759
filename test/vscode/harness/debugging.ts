/** VS Code's debugger as a person uses it: breakpoints, buttons, the views beside the editor. Knows VS Code's page, not our product. */
import type { Locator } from 'playwright-core';
import { insist, TRY } from './patience.ts';
import type { Workbench } from './workbench.ts';

/** The debugger of one window. */
export class Debugging {
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
  }

  /** The line in the editor at which the session stands. */
  get topLine(): Locator {
    return this.#workbench.page.locator('.editor-group-container .debug-top-stack-frame-line').first();
  }

  /** The buttons of a session. */
  get toolbar(): Locator {
    return this.#workbench.page.locator('.debug-toolbar');
  }

  /** Rows of the call stack. */
  get stack(): Locator {
    return this.#workbench.page.locator('.debug-call-stack .monaco-list-row');
  }

  /** Rows of the Variables view. */
  get variables(): Locator {
    return this.#workbench.page.locator('.debug-variables .monaco-list-row');
  }

  /** What says what went wrong, below the line. */
  get exception(): Locator {
    return this.#workbench.page.locator('.exception-widget').first();
  }

  /** Lines of the debug console. */
  get console(): Locator {
    return this.#workbench.page.locator('.repl .monaco-list-row');
  }

  /** Sets a breakpoint, the first one, at a line of the active editor. */
  async setBreakpoint(line: number): Promise<void> {
    const breakpoint = this.#workbench.page.locator('.editor-group-container.active .codicon-debug-breakpoint').first();
    await insist(async () => {
      await this.#workbench.goto(line, 1);
      if (!(await breakpoint.isVisible())) await this.#workbench.page.keyboard.press('F9');
      await breakpoint.waitFor({ timeout: TRY });
    });
  }

  /** Presses a key and waits until the session stands at a stack frame of that name. */
  async press(key: string, frame: string | RegExp): Promise<void> {
    await this.#workbench.page.keyboard.press(key);
    await this.standsAt(frame);
  }

  /** Waits until the innermost frame has that name. */
  async standsAt(frame: string | RegExp): Promise<void> {
    await this.stack.filter({ has: this.#workbench.page.locator('.stack-frame') }).first().filter({ hasText: frame }).waitFor();
  }

  /** The row of the Variables view with that name. */
  row(name: string | RegExp): Locator {
    return this.variables.filter({ hasText: name }).first();
  }

  /** Folds the sections of the side bar that are not looked at, so that the Variables view has room. */
  async makeRoom(): Promise<void> {
    for (const section of ['Watch', 'Breakpoints', 'Loaded Scripts']) {
      const header = this.#workbench.page.locator('.pane-header', { hasText: section }).first();
      if (await header.getAttribute('aria-expanded') === 'true') await header.click();
    }
  }

  /** Scrolls the Variables view until a row is shown: rows outside of it are not on the page. */
  async reveal(name: string | RegExp): Promise<Locator> {
    const view = this.#workbench.page.locator('.debug-variables').first();
    // Beside the words: a tooltip under the pointer would take the wheel.
    await view.hover({ position: { x: 3, y: 40 } });
    await this.#workbench.page.mouse.wheel(0, -10_000);
    const row = this.row(name);
    for (let n = 0; n < 40; n++) {
      if (await row.waitFor({ timeout: 250 }).then(() => true, () => false)) break;
      await this.#workbench.page.mouse.wheel(0, 60);
    }
    await row.waitFor();
    // A pointer that rests on a row brings up its tooltip.
    await this.#workbench.restPointer();
    return row;
  }

  /** Opens a row of the Variables view unless it is open. */
  async expand(name: string | RegExp): Promise<void> {
    await this.#toggle(name, 'true');
  }

  /** Closes a row of the Variables view. */
  async collapse(name: string | RegExp): Promise<void> {
    await this.#toggle(name, 'false');
  }

  /** A stop makes all rows anew, so a click may meet a row that is on its way out: once more then. */
  async #toggle(name: string | RegExp, wanted: 'true' | 'false'): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const row = await this.reveal(name);
      if (await row.getAttribute('aria-expanded') === wanted) return;
      await row.click({ timeout: 2000 }).catch(() => undefined);
      const isDone = await this.variables.and(this.#workbench.page.locator(`[aria-expanded="${wanted}"]`)).filter({ hasText: name }).first().waitFor({ timeout: 2000 }).then(() => true, () => false);
      if (isDone) return;
      if (attempt === 5) throw new Error(`the row ${name} does not open or close`);
    }
  }

  /** Gives a row of the Variables view another value. */
  async setValue(name: string | RegExp, value: string): Promise<void> {
    const box = this.#workbench.page.locator('.debug-variables input').first();
    for (let attempt = 1; ; attempt++) {
      await (await this.reveal(name)).locator('.value').dblclick({ timeout: 2000 }).catch(() => undefined);
      if (await box.waitFor({ timeout: 2000 }).then(() => true, () => false)) break;
      if (attempt === 5) throw new Error(`the row ${name} does not take a value`);
    }
    await box.fill(value);
    await box.press('Enter');
  }

  /** Clicks a button of the session by its title. */
  async click(title: string | RegExp): Promise<void> {
    await this.toolbar.getByRole('button', { name: title }).first().click();
  }
}
