/** Device trees in real VS Code: what a person sees and does while writing a board. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, placeOf, untilFileHas } from './harness/files.ts';
import type { UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const SOC = 'merlin/merlin.dtsi';
const EVK = 'merlin/merlin-evk.dts';
const GATEWAY = 'merlin/merlin-gateway.dts';
const FAULTY = 'faults/faulty-evk.dts';

const reading: readonly UiTest[] = [
  {
    name: 'shows the board in force, streams beside devices and a lens above each SMMU',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(SOC, ...(await placeOf(folder, SOC, 'smmu_io: iommu@')));
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.editor.locator('.codelens-decoration', { hasText: /master/ }).first().waitFor();
      await workbench.screenshot('lens');
      await workbench.goto(...(await placeOf(folder, SOC, 'eth1: ethernet@')));
      await workbench.hint('smmu_io: 0x21').waitFor();
      await workbench.screenshot('board');
    },
  },
  {
    name: 'says on hover what a stream ID is',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(SOC, ...(await placeOf(folder, SOC, 'MERLIN_SID_ETH(0)', 4)));
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.screenshot('hover', () => workbench.hoverAtCursor(/0x20\b[^]*32\b/));
    },
  },
  {
    name: 'switches the board through the status bar, and the stream IDs with it',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(SOC, ...(await placeOf(folder, SOC, 'MERLIN_SID_ETH(1)', 4)));
      await workbench.statusBar('merlin-evk.dts').click();
      await workbench.picker.locator('.monaco-list-row', { hasText: 'merlin-gateway.dts' }).waitFor();
      await workbench.screenshot('boards');
      await workbench.pick('merlin-gateway.dts');
      await workbench.restPointer();
      await workbench.statusBar('merlin-gateway.dts').waitFor();
      await workbench.hint('smmu_io: 0x128').waitFor();
      await workbench.screenshot('board-switched', () => workbench.hoverAtCursor(/0x128\b/));
    },
  },
  {
    name: 'explains a rule',
    workspace: EXAMPLES,
    async run({ workbench }) {
      await workbench.open(EVK);
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.command('vSMMU: Explain Rule');
      await workbench.pickerInput.fill('iommu-property-name');
      await workbench.pick('iommu-property-name');
      await workbench.preview.getByText('misspelt').first().waitFor();
      await workbench.screenshot('rule');
    },
  },
];

const writing: readonly UiTest[] = [
  {
    name: 'underlines a misspelt property and mends it by a quick fix',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(FAULTY, ...(await placeOf(folder, FAULTY, 'iommu = <', 2)));
      await workbench.squiggles('warning').first().waitFor();
      await workbench.quickFixes();
      await workbench.fix('iommus').waitFor();
      await workbench.screenshot('quick-fix');
      await workbench.doFix('iommus');
      await workbench.save();
      await untilFileHas(folder, FAULTY, '\tiommus = <&smmu_io 0x60>;');
    },
  },
  {
    name: 'lists what is wrong with a board',
    workspace: EXAMPLES,
    async run({ workbench }) {
      await workbench.open(FAULTY);
      const problems = await workbench.problems();
      await problems.filter({ hasText: 'smmu-interrupt-names' }).first().waitFor();
      await problems.filter({ hasText: 'iommus-length' }).first().waitFor();
      await workbench.screenshot('problems');
      await problems.locator('a', { hasText: 'smmu-reg' }).first().click();
      await workbench.preview.getByText('What to do').waitFor();
    },
  },
  {
    name: 'has nothing to say against a good board',
    workspace: EXAMPLES,
    async run({ workbench }) {
      await workbench.open(EVK);
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.hint('smmu_io: 0x14').waitFor();
      await (await workbench.problems()).first().waitFor({ state: 'hidden' });
      await workbench.page.getByText('No problems have been detected in the workspace.').waitFor();
    },
  },
  {
    name: 'offers the IOMMUs inside iommus = <&',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(EVK, ...(await placeOf(folder, EVK, '&uart0 {', '&uart0 {'.length)));
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.keyboard.type('iommus = <&', { delay: 20 });
      await workbench.suggestions.filter({ hasText: 'smmu_pcie' }).first().waitFor();
      await workbench.suggestions.filter({ hasText: 'smmu_io' }).first().waitFor();
      await workbench.screenshot('completion');
      await workbench.page.keyboard.type('smmu_i');
      await workbench.suggestion.filter({ hasText: 'smmu_io' }).waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.keyboard.type(' 0x77');
      await eventually('the line is complete', async () =>
        /iommus = <&smmu_io.0x77/.test((await workbench.editor.innerText()).replaceAll('\u00a0', ' ')));
    },
  },
  {
    name: 'renames a label in every file that uses it',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(GATEWAY, ...(await placeOf(folder, GATEWAY, '<&smmu_io', 4)));
      await workbench.statusBar('merlin-gateway.dts').waitFor();
      await workbench.rename('smmu_soc', () => workbench.screenshot('rename'));
      await workbench.command('File: Save All');
      await untilFileHas(folder, GATEWAY, '<&smmu_soc MERLIN_SID_ETH(0)>');
      await untilFileHas(folder, SOC, 'smmu_soc: iommu@15000000');
      await untilFileHas(folder, FAULTY, '&smmu_soc {');
      await workbench.screenshot('renamed');
      const soc = await readFile(join(folder, SOC), 'utf8');
      if (soc.includes('smmu_io')) throw new Error('the old label is still in the SoC file');
    },
  },
  {
    name: 'formats a board in the kernel style',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(EVK, ...(await placeOf(folder, EVK, 'status = "okay";', 16)));
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.keyboard.type('current-speed=<115200>;');
      await workbench.command('Format Document');
      await workbench.save();
      await untilFileHas(folder, EVK, '\tcurrent-speed = <115200>;');
    },
  },
];

const surroundings: readonly UiTest[] = [
  {
    name: 'works beside an extension that owns device trees under another language id',
    workspace: EXAMPLES,
    beside: 'test/vscode/otherExtension',
    settings: { 'files.associations': { '*.dts': 'devicetree', '*.dtsi': 'devicetree' } },
    async run({ workbench, folder }) {
      const [line] = await placeOf(folder, FAULTY, 'iommu = <');
      await workbench.open(FAULTY, line);
      await workbench.statusBar('Other Devicetree').waitFor();
      await workbench.statusBar('faulty-evk.dts').waitFor();
      await workbench.squiggles('warning').first().waitFor();
    },
  },
  {
    name: 'understands a board of a workspace that is on no disk',
    workspace: EXAMPLES,
    beside: 'test/vscode/virtualFiles',
    async run({ workbench, folder }) {
      const file = join(folder, 'virtual.code-workspace');
      await writeFile(file, JSON.stringify({ folders: [{ uri: 'memfs://box/board', name: 'virtual' }] }));
      await workbench.openWorkspace(file);
      const rows = workbench.page.locator('.explorer-folders-view .monaco-list-row');
      await rows.filter({ hasText: 'board.dts' }).dblclick();
      await workbench.statusBar('board.dts').waitFor();
      await workbench.hint('smmu: 0x42').waitFor();
      await (await workbench.problems()).first().waitFor({ state: 'hidden' });
      await workbench.screenshot('virtual');
      await rows.filter({ hasText: 'soc.dtsi' }).dblclick();
      await workbench.page.locator('.tab.active', { hasText: 'soc.dtsi' }).waitFor();
      await workbench.statusBar('board.dts').waitFor();
    },
  },
  {
    name: 'checks a board of a workspace that is not trusted',
    workspace: EXAMPLES,
    // Not asked whether to trust it, the workspace is not trusted.
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' },
    async run({ workbench }) {
      await workbench.open(FAULTY);
      await workbench.statusBar('Restricted Mode').waitFor();
      await workbench.squiggles('warning').first().waitFor();
      await workbench.screenshot('restricted');
    },
  },
];

export const deviceTree: readonly UiTest[] = [...reading, ...writing, ...surroundings];
