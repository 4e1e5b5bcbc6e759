/** Scenarios in real VS Code: launching, stepping into a walk and back, changing a value, tests, Debug DMA. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf } from './harness/files.ts';
import { Debugging } from './harness/debugging.ts';
import { insist, TRY } from './harness/patience.ts';
import type { Stage, UiTest } from './harness/suite.ts';
import type { Workbench } from './harness/workbench.ts';

const EXAMPLES = 'examples';
const FIRST = 'scenarios/first-translation.smmu';
const SOC = 'merlin/merlin.dtsi';
const FAILING = 'scenarios/failing.smmu';
const FAILING_TEXT = `board "../merlin/merlin-evk.dts"
in host
  probe smmu_io
  attach eth0
  map eth0 0x1000 -> 0x90000000 4K rw
dma eth0 write 0x1008 "x"
expect ok
expect pa 0x90000000
`;

/** Opens a scenario and starts it with a breakpoint at the line that holds a text. */
async function debugAt({ workbench, folder }: Stage, file: string, text: string): Promise<Debugging> {
  const debug = new Debugging(workbench);
  const [line] = await placeOf(folder, file, text);
  await workbench.open(file);
  await debug.setBreakpoint(line);
  await workbench.page.keyboard.press('F5');
  await debug.topLine.waitFor();
  await debug.makeRoom();
  return debug;
}

/** Opens a scenario once VS Code has found its tests; 1.93 looks for them only when a file comes to the front. */
async function openWithTests(workbench: Workbench, file: string): Promise<void> {
  await workbench.open(file);
  await workbench.page.locator('.editor-group-container.active .testing-run-glyph').first().waitFor();
  await workbench.open(FIRST);
  await workbench.open(file);
}

export const debugging: readonly UiTest[] = [
  {
    name: 'debugger: debugs a scenario with F5: breakpoint, into the walk, variables, a queue, and back',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      const debug = await debugAt(stage, FIRST, 'dma eth0 write');
      await debug.standsAt('dma eth0 write');
      await workbench.screenshot('debug-breakpoint');
      await debug.press('F11', 'write of 0x10000040');
      await debug.press('F11', 'L1STD');
      await debug.press('F11', 'STE at');
      await debug.collapse('Transaction');
      await debug.expand(/^STE/);
      await debug.reveal('Config [3:1]');
      await workbench.screenshot('debug-ste');
      await debug.collapse(/^STE/);
      await debug.press('F11', 'CD at');
      for (const level of [0, 1, 2, 3]) await debug.press('F11', `level ${level}`);
      await debug.collapse('Transaction');
      await debug.expand(/^Walk/);
      await debug.reveal('stage 1 level 3');
      await workbench.screenshot('debug-walk');
      await debug.collapse(/^Walk/);
      await debug.expand(/^Command queue/);
      await debug.expand(/^smmu_io/);
      await debug.reveal('producer');
      await workbench.screenshot('debug-queue');
      await debug.click(/^Step Back$/);
      await debug.standsAt('level 2');
      await workbench.statusBar('In the past').waitFor();
      await workbench.screenshot('debug-past');
      await workbench.page.keyboard.press('Alt+Shift+F11');
      await debug.standsAt(/CD at|write of/);
      await workbench.statusBar('In the past').click();
      await workbench.statusBar('In the past').waitFor({ state: 'hidden' });
      await debug.standsAt('level 3');
    },
  },
  {
    name: 'debugger: changes a value, and another future follows',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      const debug = await debugAt(stage, FIRST, 'dma eth0 write');
      await debug.press('F11', 'write of 0x10000040');
      await debug.collapse('Transaction');
      await debug.expand(/^STE/);
      await debug.setValue('Config [3:1]', '0');
      await debug.reveal('0 (abort)');
      await workbench.screenshot('debug-edit');
      await workbench.page.keyboard.press('F5');
      await debug.exception.waitFor();
      await workbench.screenshot('debug-expectation');
    },
  },
  {
    name: 'debugger: stops where a DMA faults and says why, field by field',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      const debug = await debugAt(stage, FIRST, 'dma eth0 read 0x20000000');
      await workbench.page.keyboard.press('F5');
      await debug.exception.filter({ hasText: 'F_TRANSLATION' }).waitFor();
      await debug.exception.filter({ hasText: 'InputAddr' }).waitFor();
      await debug.exception.filter({ hasText: 'was never written' }).waitFor();
      await workbench.screenshot('debug-fault');
    },
  },
  {
    name: 'debugger: debugs one DMA from a node of a device tree, in a scenario that was written for it',
    workspace: EXAMPLES,
    // The lines that stick to the top would lie over a lens.
    settings: { 'editor.stickyScroll.enabled': false },
    async run({ workbench, folder }) {
      const debug = new Debugging(workbench);
      await workbench.open(SOC, ...(await placeOf(folder, SOC, 'eth1: ethernet@')));
      await workbench.statusBar('merlin-evk.dts').waitFor();
      // Lenses outside of the view are on the page too.
      const lens = workbench.editor.locator('.codelens-decoration a', { hasText: 'Debug DMA' }).filter({ visible: true }).last();
      await lens.waitFor();
      await workbench.screenshot('debug-dma-lens');
      await lens.click();
      await workbench.picker.getByText('The address that the device puts on the bus').waitFor();
      await workbench.pickerInput.fill('0x12340080');
      await workbench.screenshot('debug-dma-address');
      await insist(async () => {
        if (await workbench.pickerInput.isVisible()) await workbench.pickerInput.press('Enter');
        await workbench.picker.waitFor({ state: 'hidden', timeout: TRY });
      });
      await debug.topLine.waitFor();
      await debug.standsAt('probe');
      await workbench.screenshot('debug-dma');
      for (const line of ['attach', 'map', 'dma', 'expect']) await debug.press('F10', line);
      // What wrote an entry is a line of the made scenario, which is no file.
      await workbench.command('vSMMU: Show Walk');
      await workbench.preview.getByRole('button', { name: /^Level 3 table, .*opens the line that wrote it/ }).first().click();
      await workbench.editor.locator('.view-line', { hasText: '90000000' }).first().waitFor();
      await workbench.statusBar(/Ln 7,/).waitFor();
    },
  },
  {
    name: 'debugger: says on hover in a device tree what the streams of a device are at this moment',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench, folder } = stage;
      await debugAt(stage, FIRST, 'dma eth0 write');
      await workbench.open(SOC, ...(await placeOf(folder, SOC, 'eth0: ethernet@')));
      const row = workbench.page.locator('.hover-row', { hasText: /eth0 in the debugger, owned by host\s*StreamID 0x20 on smmu_io:\s+STE\s\{\s+V=1\s+Config=5/ });
      await workbench.screenshot('debug-hover', async () => {
        // A hover goes when lenses and hints that come late move the text.
        await insist(async () => {
          await workbench.hoverAtCursor(/labelled eth0/);
          await row.waitFor({ timeout: TRY });
        });
      });
    },
  },
  {
    name: 'debugger: runs scenarios as tests, and shows expected beside actual',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await writeFile(join(folder, FAILING), FAILING_TEXT);
      await openWithTests(workbench, FAILING);
      await workbench.command('Test: Run Tests in Current File');
      await workbench.editor.getByText('reached 0x90000008').first().waitFor();
      await workbench.screenshot('debug-tests');
    },
  },
  {
    name: 'debugger: debugs a test of the Test Explorer: stops where it fails, and tells the Test Explorer',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const debug = new Debugging(workbench);
      await writeFile(join(folder, FAILING), FAILING_TEXT);
      await openWithTests(workbench, FAILING);
      await workbench.command('Test: Debug Tests in Current File');
      await debug.exception.filter({ hasText: 'reached 0x90000008' }).waitFor();
      await debug.standsAt('the DMA went to another address');
      await workbench.screenshot('debug-test-stopped');
      await workbench.page.keyboard.press('F5');
      await debug.toolbar.waitFor({ state: 'hidden' });
      await workbench.editor.getByText('reached 0x90000008').first().waitFor();
      await workbench.screenshot('debug-test-ended');
    },
  },
];
