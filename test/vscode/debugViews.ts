/** The debugger's views in real VS Code: they follow the stepping, lead to lines and moments, and say what to do where nothing is there. */
import { placeOf } from './harness/files.ts';
import { Debugging } from './harness/debugging.ts';
import type { Stage, UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const FIRST = 'scenarios/first-translation.smmu';
const NESTED = 'scenarios/nested-fault.smmu';

/** Debugs a scenario up to the line that holds a text, with the editor in front again. */
async function debugAt({ workbench, folder }: Stage, file: string, text: string): Promise<Debugging> {
  const debug = new Debugging(workbench);
  const [line] = await placeOf(folder, file, text);
  await workbench.open(file);
  await debug.toggleBreakpoint(line);
  await workbench.page.keyboard.press('F5');
  await debug.topLine.waitFor();
  return debug;
}

export const debugViews: readonly UiTest[] = [
  {
    name: 'debug view: the walk follows the stepping, and an entry leads to who wrote it',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
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
      await workbench.command('View: Focus First Editor Group');
      for (const frame of ['STE at', 'CD at', 'level 0', 'level 1', 'level 2']) await debug.press('F11', frame);
      await page.getByRole('button', { name: /^▶|^Level 2 table, .*the present moment/ }).first().waitFor();
      await workbench.screenshotHere('debug-view-walk');
      await page.getByRole('button', { name: /^Level 1 table, .*opens the line that wrote it/ }).click();
      await workbench.statusBar(/Ln \d+,/).waitFor();
    },
  },
  {
    name: 'debug view: a nested walk opens below the table that it was for, by keyboard',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      await debugAt(stage, NESTED, 'dma eth0 read 0x10000000');
      await workbench.page.keyboard.press('F10');
      await workbench.command('vSMMU: Show Walk');
      const page = workbench.preview;
      const toggle = page.getByRole('button', { name: /^Show the stage-2 walk/ }).first();
      await toggle.focus();
      await workbench.page.keyboard.press('Enter');
      await page.getByRole('button', { name: /^Hide the stage-2 walk/ }).first().waitFor();
      await workbench.screenshotHere('debug-view-nested-walk');
    },
  },
];
