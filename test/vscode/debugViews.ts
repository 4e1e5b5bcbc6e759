/** The debugger's views in real VS Code: they follow the stepping, lead to lines and moments, and say what to do where nothing is there. */
import { placeOf } from './harness/files.ts';
import { Debugging } from './harness/debugging.ts';
import type { Stage, UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const FIRST = 'scenarios/first-translation.smmu';
const NESTED = 'scenarios/nested-fault.smmu';
const MERGE = 'scenarios/vsmmu-merge-v3.smmu';

/** Debugs a scenario up to the line that holds a text, with nothing but it and the editor to be seen. */
async function debugAt({ workbench, folder }: Stage, file: string, text: string): Promise<Debugging> {
  const debug = new Debugging(workbench);
  const [line] = await placeOf(folder, file, text);
  await workbench.open(file);
  await debug.setBreakpoint(line);
  await workbench.page.keyboard.press('F5');
  await debug.topLine.waitFor();
  await debug.standsAt(text);
  await workbench.command('View: Hide Panel');
  return debug;
}

/** Every view by its command, its pictures and what it is headed by. */
const ALL = [
  { command: 'Show Walk', picture: 'walk', heading: /^Walk of|No transaction/ }, { command: 'Show Timeline', picture: 'timeline', heading: 'Timeline' },
  { command: 'Show Queues', picture: 'queues', heading: 'Queues' }, { command: 'Show Page Tables', picture: 'page-tables', heading: /^Page tables of/ },
  { command: 'Show Guest Against Host STE', picture: 'guest-host', heading: 'Guest against host STE' },
] as const;

export const debugViews: readonly UiTest[] = [
  {
    name: 'debug view: the walk follows the stepping, and an entry leads to who wrote it',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      await workbench.open(FIRST);
      await workbench.command('vSMMU: Show Walk');
      const page = workbench.preview;
      await page.getByText('No scenario is being debugged.').waitFor();
      await workbench.accessible();
      await workbench.command('View: Close Editor');
      const debug = await debugAt(stage, FIRST, 'dma eth0 write');
      await debug.press('F11', 'write of 0x10000040');
      await debug.press('F11', 'L1STD');
      await workbench.command('vSMMU: Show Walk');
      await page.getByRole('button', { name: /^Level 3 table, .*not reached yet/ }).waitFor();
      await workbench.focusFirstGroup();
      for (const frame of ['STE at', 'CD at', 'level 0', 'level 1', 'level 2']) await debug.press('F11', frame);
      await page.getByRole('button', { name: /^Level 2 table, .*the present moment/ }).waitFor();
      await workbench.screenshotHere('debug-view-walk');
      await page.getByRole('button', { name: /^Level 1 table, .*opens the line that wrote it/ }).click();
      await workbench.statusBar(/Ln 11,/).waitFor();
      const groups = await workbench.page.locator('.editor-group-container').count();
      if (groups !== 2) throw new Error(`the line was opened in one more group: ${groups}`);
    },
  },
  {
    name: 'debug view: nested walks and queues of a guest below Xen, by keyboard',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      const debug = await debugAt(stage, NESTED, 'dma eth0 read 0x10000000');
      await debug.press('F10', 'expect ok');
      await workbench.command('vSMMU: Show Walk');
      const page = workbench.preview;
      await page.getByRole('button', { name: /^Show the stage-2 walk/ }).first().focus();
      await workbench.page.keyboard.press('Enter');
      await page.getByRole('button', { name: /^Hide the stage-2 walk/ }).first().waitFor();
      await workbench.screenshotHere('debug-view-nested-walk');
      await workbench.command('View: Close Editor');
      await workbench.command('vSMMU: Show Queues');
      await page.getByRole('group', { name: /^Command queue of .* waiting/ }).first().waitFor();
      await workbench.screenshotHere('debug-view-queues');
    },
  },
  {
    name: 'debug view: page tables of a guest as trees, by keyboard, with what a step changed; choices outlive a reload',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      const { keyboard } = workbench.page;
      const debug = await debugAt(stage, NESTED, 'revoke domd');
      await debug.press('F10', 'dma eth0 read 0x10001000');
      await workbench.command('vSMMU: Show Page Tables');
      const page = workbench.preview;
      const row = (name: RegExp): ReturnType<typeof page.getByRole> => page.getByRole('row', { name });
      await row(/^0x5f009000–0x5f009fff\s*gone .*line 18/).waitFor();
      await page.getByRole('heading', { name: /^Differences since the stop before/ }).waitFor();
      await page.getByRole('treegrid', { name: 'Stage 1 and stage 2 together' }).getByRole('gridcell', { name: 'domd' }).first().waitFor();
      await workbench.screenshotHere('debug-view-page-tables');
      await workbench.command('View: Toggle Maximize Editor Group');
      await workbench.screenshotHere('debug-view-page-tables-wide');
      await page.getByRole('heading', { name: /^Differences since the stop before/ }).scrollIntoViewIfNeeded();
      await workbench.screenshot('debug-view-page-tables-changes');
      await workbench.command('View: Toggle Maximize Editor Group');

      await row(/S2TTB/).focus();
      await keyboard.press('ArrowDown');
      await keyboard.press('ArrowLeft');
      await row(/^▸?\s*0x0–0x7fffffffff\s*1 difference below/).waitFor();
      await keyboard.press('End');
      await keyboard.press('Home');
      await keyboard.press('ArrowDown');
      await keyboard.press('Enter');
      await row(/^0x5f009000–0x5f009fff\s*gone/).waitFor();
      await keyboard.press('Enter');
      await row(/^0x5f009000–0x5f009fff\s*gone/).first().waitFor({ state: 'detached' });
      await page.getByRole('combobox', { name: 'Tables' }).selectOption('stage 2');
      await page.getByRole('treegrid', { name: 'Stage 1', exact: true }).waitFor({ state: 'detached' });

      await workbench.reload();
      await page.getByText('No scenario is being debugged.').waitFor();
      await workbench.command('View: Focus First Editor Group');
      await keyboard.press('F5');
      await debug.standsAt('revoke domd');
      await debug.press('F10', 'dma eth0 read 0x10001000');
      await row(/^▸?\s*0x0–0x7fffffffff\s*1 difference below/).waitFor();
      if (await page.getByRole('treegrid').count() !== 1) throw new Error('the choice of tables was forgotten');
      await row(/S2TTB/).focus();
      await keyboard.press('ArrowDown');
      await keyboard.press('ArrowRight');
      await row(/^0x5f009000–0x5f009fff\s*gone/).getByRole('link', { name: 'line 18' }).click();
      await workbench.statusBar(/Ln 18,/).waitFor();
    },
  },
  {
    name: 'debug view: the timeline searches all steps and leads to a moment; the guest STE beside the host STE',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      const debug = await debugAt(stage, MERGE, 'expect');
      await workbench.command('vSMMU: Show Guest Against Host STE');
      const page = workbench.preview;
      await page.getByText("the hypervisor's own").first().waitFor();
      await workbench.screenshotHere('debug-view-guest-host');
      await workbench.command('View: Close Editor');
      await workbench.command('vSMMU: Show Timeline');
      await page.getByRole('combobox', { name: 'Kind' }).selectOption('command');
      await page.getByRole('searchbox', { name: 'Search all steps' }).fill('cfgi_ste');
      await page.getByRole('cell', { name: /^CMD_CFGI_STE/ }).first().waitFor();
      await page.getByRole('cell', { name: 'hypervisor', exact: true }).first().waitFor({ state: 'detached' });
      await workbench.screenshotHere('debug-view-timeline');
      await page.locator('tbody button').first().click();
      await debug.standsAt('CMD_CFGI_STE');
      await workbench.statusBar('In the past').waitFor();
    },
  },
  {
    name: 'debug view: all of them in high contrast',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      await workbench.open(MERGE);
      await workbench.goContrast();
      await debugAt(stage, MERGE, 'expect ok');
      for (const { command, picture, heading } of ALL) {
        await workbench.command(`vSMMU: ${command}`);
        await workbench.preview.getByRole('heading', { level: 1, name: heading }).waitFor();
        await workbench.screenshotContrast(`debug-view-${picture}`);
        await workbench.command('View: Close Editor');
      }
    },
  },
];
