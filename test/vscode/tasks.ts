/** Tasks in real VS Code: what a program finds gets into the Problems panel, all of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './harness/install.ts';
import { insist, TRY } from './harness/patience.ts';
import type { UiTest } from './harness/suite.ts';
import type { Workbench } from './harness/workbench.ts';

const EXAMPLES = 'examples';
const EVK = 'merlin/merlin-evk.dts';
/** Of each kind. VS Code's terminal may lose what is beyond 4096 bytes when a program ends at once. */
const LINES = 12;

/** Runs a task by the rows that lead to it. */
async function runTask(workbench: Workbench, ...rows: readonly string[]): Promise<void> {
  // The list of tasks is made anew while VS Code asks for them.
  await insist(async () => {
    await workbench.command('Tasks: Run Task');
    for (const text of rows) await workbench.picker.locator('.monaco-list-row', { hasText: text }).first().click({ timeout: TRY });
  });
}

/** Waits until the status bar counts so many errors and warnings. */
async function counts(workbench: Workbench, errors: string | number | undefined, warnings: string | number | undefined): Promise<void> {
  await workbench.page.locator('[id="status.problems"]', { hasText: new RegExp(`^\\D*${errors}\\D+${warnings}(?!\\d)`) }).waitFor();
}

export const tasks: readonly UiTest[] = [
  {
    name: 'task: checks the workspace and lists what it finds in files that are not open',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(EVK);
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await runTask(workbench, 'vsmmu', 'check device trees and guests');
      const summary = await run('node', ['dist/vsmmu.js', 'check', folder]).catch(String);
      const [, errors, warnings] = /(\d+) errors?, (\d+) warnings?[^\n]*checked/.exec(summary) ?? [];
      await counts(workbench, errors, warnings);
      // The terminal comes into view by itself, in its own time.
      await insist(async () => {
        const problems = await workbench.problems();
        await problems.filter({ hasText: 'faulty-evk.dts' }).first().waitFor({ timeout: TRY });
        await problems.filter({ hasText: 'smmu-reg' }).first().waitFor({ timeout: TRY });
      });
      await workbench.screenshot('task');
    },
  },
  {
    name: 'task: lists all that dtc says, with relative and with absolute paths',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const said = Array.from({ length: LINES }, (_, index) => [
        `merlin/merlin-evk.dts:${index + 1}.2-10: Warning (reg_format): /soc: number ${index}`,
        `${folder}/merlin/merlin.dtsi:${index + 1}.2-10: ERROR (phandle_references): /soc: number ${index}`,
      ]);
      await writeFile(join(folder, 'dtc.log'), `${said.flat().join('\n')}\n`);
      await mkdir(join(folder, '.vscode'), { recursive: true });
      const task = { label: 'dtbs', type: 'process', command: 'cat', args: ['dtc.log'], problemMatcher: ['$dtc', '$dtc-absolute'] };
      await writeFile(join(folder, '.vscode/tasks.json'), JSON.stringify({ version: '2.0.0', tasks: [task] }));
      // A folder .vscode that comes later is not always noticed.
      await workbench.reload();
      await workbench.open(EVK);
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await runTask(workbench, 'dtbs');
      await counts(workbench, LINES, LINES);
    },
  },
];
