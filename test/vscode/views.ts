/** The webviews in real VS Code: what they show, by pointer and by keyboard, and how they follow the sources. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, placeOf } from './harness/files.ts';
import { run } from './harness/install.ts';
import type { UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const EVK = 'merlin/merlin-evk.dts';
const GUEST = 'xen/domd.cfg';

const tables: readonly UiTest[] = [
  {
    name: 'view: the streams of a board, sorted and filtered, each leading to its line',
    workspace: EXAMPLES,
    async run({ workbench }) {
      await workbench.open(EVK);
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.command('vSMMU: Show Stream Table');
      const page = workbench.preview;
      const streams = page.locator('section', { has: page.getByRole('heading', { name: 'Streams', exact: true }) });
      await streams.locator('tbody tr').first().waitFor();
      await workbench.screenshotView('streams', streams.locator('tbody tr').first());
      await page.getByRole('searchbox', { name: 'Filter' }).fill('eth1');
      await eventually('one row is left', async () => (await streams.locator('tbody tr').count()) === 1);
      await page.getByRole('searchbox', { name: 'Filter' }).fill('');
      const head = streams.getByRole('button', { name: 'StreamID' });
      await head.focus();
      await workbench.page.keyboard.press('Enter');
      await streams.locator('th[aria-sort="ascending"]').waitFor();
      await workbench.page.keyboard.press('Enter');
      await streams.locator('th[aria-sort="descending"]').waitFor();
      await page.getByText('merlin.dtsi:131').first().click();
      await workbench.page.locator('.editor-group-container.active .tab.active', { hasText: 'merlin.dtsi' }).waitFor();
      await workbench.statusBar(/Ln 131,/).waitFor();
    },
  },
  {
    name: 'view: the stream table follows what is typed, and stays over a reload',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(EVK, ...(await placeOf(folder, EVK, '&uart0 {', '&uart0 {'.length)));
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.command('vSMMU: Show Stream Table');
      await workbench.preview.locator('tbody tr').first().waitFor();
      await workbench.preview.getByRole('searchbox', { name: 'Filter' }).fill('0x77');
      await workbench.preview.getByText('No row matches the filter.').first().waitFor();
      await workbench.command('View: Move Editor into Next Group');
      await workbench.focusFirstGroup();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.keyboard.type('iommus = <&smmu_io 0x77>;');
      await workbench.preview.getByRole('link', { name: '0x77' }).waitFor();
      await workbench.save();
      await workbench.reload();
      await workbench.preview.getByRole('link', { name: '0x77' }).waitFor();
      const kept = await workbench.preview.getByRole('searchbox', { name: 'Filter' }).inputValue();
      if (kept !== '0x77') throw new Error(`the filter is now ${JSON.stringify(kept)}`);
    },
  },
  {
    name: 'view: who owns what, each cell leading to its line, copied as Markdown',
    workspace: EXAMPLES,
    async run({ workbench }) {
      await workbench.open(GUEST);
      await workbench.statusBar('merlin-xen.dts').waitFor();
      await workbench.command('vSMMU: Show Ownership Table');
      const page = workbench.preview;
      await page.getByRole('link', { name: 'domd' }).first().waitFor();
      await workbench.screenshotView('ownership', page.getByRole('link', { name: 'domd' }).first());
      await page.getByRole('button', { name: 'Copy as Markdown' }).first().click();
      await workbench.statusBar('Copied: Devices as Markdown').waitFor();
      await page.getByRole('link', { name: '0x1c400000+0x10000' }).first().click();
      await workbench.page.locator('.editor-group-container.active .tab.active', { hasText: 'domd.cfg' }).waitFor();
      await workbench.statusBar(/Ln 18,/).waitFor();
    },
  },
  {
    name: 'view: says what to do where there is nothing to show',
    workspace: EXAMPLES,
    async run({ workbench }) {
      await workbench.open(EVK);
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await workbench.command('vSMMU: Show Ownership Table');
      await workbench.preview.getByText('No guests are known for this file.').waitFor();
      await workbench.accessible();
    },
  },
];

/** A board with 100 masters: 70 behind one SMMU, 30 behind another, some sharing a StreamID, some behind none. */
function largeBoard(): string {
  const masters = Array.from({ length: 100 }, (_, index) => {
    const streams = index % 20 === 19 ? '' : `iommus = <&${index < 70 ? 'smmu_io' : 'smmu_gpu'} ${index % 25 === 7 ? 0x50 : 0x100 + index}>; `;
    const kind = ['ethernet', 'usb', 'mmc', 'dma-controller'][index % 4];
    return `\t${kind}@${(0x100000 + index * 0x1000).toString(16)} { reg = <${0x100000 + index * 0x1000} 0x1000>; ${streams}};`;
  });
  const smmus = ['smmu_io', 'smmu_gpu'].map((label, index) => `\t${label}: iommu@${index + 1}0000 { compatible = "arm,smmu-v3"; reg = <0x${index + 1}0000 0x20000>; #iommu-cells = <1>; };`);
  return ['/dts-v1/;', '/ {', '\t#address-cells = <1>;', '\t#size-cells = <1>;', ...smmus, ...masters, '};', ''].join('\n');
}

const blobs: readonly UiTest[] = [
  {
    name: 'view: a blob opens as source with its streams, and cannot be edited',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await run('node', ['dist/vsmmu.js', 'dtb', join(folder, EVK), '-o', join(folder, 'merlin/evk.dtb')]);
      const source = await run('node', ['dist/vsmmu.js', 'dts', join(folder, 'merlin/evk.dtb')]);
      // The editor shows one line more than the command prints: where the text was read from.
      const line = source.slice(0, source.indexOf('ethernet@1c400000 {')).split('\n').length + 1;
      await workbench.open('merlin/evk.dtb', line);
      await workbench.page.locator('.tab.active', { hasText: 'evk.dtb.dts' }).waitFor();
      await workbench.hint('iommu@15000000: 0x20').waitFor();
      await workbench.screenshot('blob');
      await workbench.page.keyboard.type('x');
      await workbench.page.getByText('read from a blob').first().waitFor();
      if (await workbench.page.locator('.tab.dirty').count() > 0) throw new Error('the blob was edited');
      await workbench.command('vSMMU: Show Topology');
      await workbench.preview.getByRole('link', { name: /^Device ethernet@1c400000/ }).waitFor();
    },
  },
];

const pictures: readonly UiTest[] = [
  {
    name: 'view: the topology of a board, filtered, by pointer and by keyboard, saved as SVG',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open('xen/merlin-xen.dts');
      await workbench.statusBar('merlin-xen.dts').waitFor();
      await workbench.command('vSMMU: Show Topology');
      const page = workbench.preview;
      await page.getByRole('link', { name: /^Device eth0/ }).waitFor();
      await page.getByRole('link', { name: /^Domain domd/ }).waitFor();
      await workbench.screenshotView('topology', page.getByRole('link', { name: /^Device eth0/ }));
      await page.getByRole('searchbox', { name: 'Filter' }).fill('usb');
      await page.getByRole('link', { name: /^Device eth0/ }).waitFor({ state: 'detached' });
      await workbench.page.keyboard.press('Tab');
      await page.getByRole('combobox', { name: 'Show' }).selectOption('all');
      await page.getByRole('button', { name: 'Export SVG' }).focus();
      await workbench.page.keyboard.press('Enter');
      const name = 'merlin-xen-topology.svg';
      await eventually('a name is offered', async () => (await workbench.pickerInput.inputValue()).endsWith(name));
      await workbench.pickerInput.press('Enter');
      await eventually('the picture is saved', async () => (await readFile(join(folder, name), 'utf8').catch(() => '')).includes('</svg>'));
      await page.getByRole('button', { name: 'Export SVG' }).focus();
      await workbench.page.keyboard.press('Tab');
      await page.locator('[aria-label^="Domain domu1"]:focus').waitFor();
      await workbench.page.keyboard.press('ArrowRight');
      await page.locator('[aria-label^="Device usb"]:focus').waitFor();
      await workbench.page.keyboard.press('ArrowRight');
      await page.locator('[aria-label^="StreamID 0x18 of usb"]:focus').waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.locator('.editor-group-container.active .tab.active', { hasText: 'merlin.dtsi' }).waitFor();
      await workbench.statusBar(/Ln 148,/).waitFor();
    },
  },
  {
    name: 'view: a board with 100 masters is drawn, and redrawn as it is edited',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await writeFile(join(folder, 'large.dts'), largeBoard());
      await workbench.open('large.dts', 5, 1);
      await workbench.statusBar('large.dts').waitFor();
      await workbench.command('vSMMU: Show Topology');
      const page = workbench.preview;
      await eventually('all masters are drawn', async () => (await page.getByRole('link', { name: /^Device / }).count()) === 100);
      await page.getByText('100 devices · 3 share a StreamID · 5 unprotected').waitFor();
      await workbench.screenshotView('topology-large', page.getByRole('link', { name: /^Device / }).first());
      await workbench.command('View: Move Editor into Next Group');
      await workbench.focusFirstGroup();
      await workbench.page.keyboard.type('gpu@f000000 { reg = <0xf000000 0x1000>; iommus = <&smmu_gpu 0x900>; };');
      await page.getByRole('link', { name: 'StreamID 0x900 of gpu@f000000' }).waitFor();
    },
  },
];

export const views: readonly UiTest[] = [...tables, ...pictures, ...blobs];
