/** The first minutes: how one comes to the examples, and the walkthrough from its beginning to its end. */
import type { Page } from 'playwright-core';
import { Debugging } from './harness/debugging.ts';
import { insist, TRY } from './harness/patience.ts';
import type { UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const EVK = 'merlin/merlin-evk.dts';

/** The examples are open where a user may edit them: in the extension's own storage. */
async function showsCopy(page: Page): Promise<void> {
  await page.waitForURL(({ search }) => /examples-\d/.test(decodeURIComponent(search)));
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'merlin' }).first().waitFor();
}

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
      const listed = guide.locator('.gettingStarted.showCategories').getByText('Why does my DMA fault?').first();
      // An older VS Code begins with the first step of its own walkthrough, before that page.
      const back = guide.locator('.gettingStarted.showDetails .prev-button');
      await listed.or(back).first().waitFor();
      if (await back.isVisible()) await back.click();
      await listed.waitFor();
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
  {
    name: 'examples: open as a copy in a window of their own',
    workspace: EXAMPLES,
    async run({ workbench }) {
      await workbench.open(EVK);
      await workbench.statusBar('merlin-evk.dts').waitFor();
      const [opened] = await Promise.all([workbench.page.context().waitForEvent('page'), workbench.command('vSMMU: Open the Examples')]);
      await showsCopy(opened);
    },
  },
  {
    name: 'examples: open from the Explorer of a window without a folder, in that window',
    workspace: EXAMPLES,
    async run({ workbench }) {
      const { page } = workbench;
      await page.goto(new URL('/?ew=true', page.url()).href);
      await page.locator('.statusbar-item').first().waitFor();
      const welcome = page.locator('.welcome-view-content', { hasText: 'Device trees, StreamIDs and SMMU faults' });
      await insist(async () => {
        await workbench.command('View: Show Explorer');
        await welcome.waitFor({ timeout: TRY });
      });
      await welcome.getByRole('button', { name: 'Open the vSMMU Examples' }).click();
      await showsCopy(page);
    },
  },
];
