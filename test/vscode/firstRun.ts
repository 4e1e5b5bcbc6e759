/** The first minutes: the walkthrough from its beginning to its end, in a window that has nothing open but the examples' copy. */
import { Debugging } from './harness/debugging.ts';
import type { UiTest } from './harness/suite.ts';

export const firstRun: readonly UiTest[] = [
  {
    name: 'first run: leads through the walkthrough, from the examples to a fault and its cause',
    workspace: 'docs/images/walkthrough',
    settings: { 'workbench.startupEditor': 'welcomePage' },
    async run({ workbench }) {
      const { page } = workbench;
      const guide = page.locator('.gettingStartedContainer');
      const step = (title: string) => guide.locator('.getting-started-step', { hasText: title });
      const button = (title: string) => guide.locator('a.monaco-button', { hasText: title });
      const isDone = (title: string) => step(title).locator('.codicon-getting-started-step-checked').waitFor();

      // The welcome page lists the walkthrough once VS Code knows the extension, and then the command is there too.
      await guide.getByText('Why does my DMA fault?').first().waitFor();
      await workbench.command('vSMMU: Get Started');
      await step('Open the examples').waitFor();
      await workbench.screenshot('walkthrough', () => workbench.preview.locator('svg').first().waitFor());
      await Promise.all([page.waitForEvent('load'), button('Open the Examples').click()]);
      await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'scenarios' }).waitFor();
      await isDone('Open the examples');

      await step('See who a device is').click();
      await button('Hover a StreamID').click();
      await workbench.hover.filter({ hasText: 'StreamID' }).waitFor();
      await workbench.screenshot('walkthrough-board');
      await isDone('See who a device is');

      await step('Step into the walk').click();
      await button('Debug the Scenario').click();
      const debug = new Debugging(workbench);
      await debug.topLine.waitFor();
      await debug.standsAt('dma eth0 write');
      await isDone('Step into the walk');
      await debug.press('F11', 'write of 0x10000000');
      await debug.press('F11', 'STE at');
      await workbench.screenshot('walkthrough-walk');

      await step('Read the fault').click();
      await button('Continue to the Fault').click();
      await debug.exception.filter({ hasText: 'F_TRANSLATION' }).waitFor();
      await debug.exception.filter({ hasText: 'on line 17' }).waitFor();
      await workbench.screenshot('walkthrough-fault');
      await isDone('Read the fault');

      await button('Show the Line to Mend').click();
      await workbench.statusBar(/Ln 17, .*selected/).waitFor();
      await page.keyboard.press('Delete');
      await workbench.save();
      await page.keyboard.press('Control+Shift+F5');
      await debug.standsAt('dma eth0 write');
      await page.keyboard.press('F5');
      await debug.exception.filter({ hasText: '0x10000000' }).waitFor();
      await workbench.screenshot('walkthrough-mended');
    },
  },
];
