/** Xen guests in real VS Code: a configuration and its board, side by side. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf, untilFileHas } from './harness/files.ts';
import type { UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const GUEST = 'xen/domd.cfg';
const HOST = 'xen/merlin-xen.dts';
const PARTIAL = 'xen/domu1.dts';
const SOC = 'merlin/merlin.dtsi';
const FAULTY = 'xen-faults/domd.cfg';
const ROUNDS = 6;
const MOST_MILLISECONDS = 150;

export const guests: readonly UiTest[] = [
  {
    name: 'shows in the guest what is typed into the host tree',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const line = '\tphy-mode = "sgmii";';
      await workbench.open(HOST, ...(await placeOf(folder, HOST, line, line.length)));
      await workbench.openBeside(GUEST);
      await workbench.statusBar('Xen Guest Configuration').waitFor();
      await workbench.focusFirstGroup();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.keyboard.type('interrupts = <GIC_SPI 99 IRQ_LEVEL>');
      await workbench.page.keyboard.press(';');
      await workbench.anySquiggle('domd.cfg').waitFor();
      await workbench.screenshot('guest-beside-host');
      // SPI 32 is what domd.cfg passes, 321 is not: the underline comes and goes with the last digit.
      for (const _ of ' IRQ_LEVEL>;') await workbench.page.keyboard.press('ArrowLeft');
      for (const key of ['Backspace', 'Backspace', '3', '2']) await workbench.page.keyboard.press(key);
      await workbench.anySquiggle('domd.cfg').waitFor({ state: 'detached' });
      const [comes, goes]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        comes.push(await workbench.timeToSquiggle('1', 'domd.cfg', true));
        goes.push(await workbench.timeToSquiggle('Backspace', 'domd.cfg', false));
      }
      const best = [comes, goes].map((times) => Math.round(Math.min(...times)));
      console.log(`  from a key in the host to the guest's underline, at best: ${best.join(' ms until it comes, ')} ms until it goes`);
      if (Math.max(...best) > MOST_MILLISECONDS) throw new Error(`the guest took ${best.join(' and ')} ms at best`);
    },
  },
  {
    name: 'writes the missing interrupts and register pages of a passed device',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(FAULTY, ...(await placeOf(folder, FAULTY, '/ethernet@', 3)));
      await workbench.squiggles('warning').first().waitFor();
      await workbench.quickFixes();
      await workbench.screenshot('guest-fix');
      await workbench.doFix('irqs');
      await workbench.save();
      await untilFileHas(folder, FAULTY, '64');
      await workbench.quickFixes();
      await workbench.doFix('iomem');
      await workbench.save();
      await untilFileHas(folder, FAULTY, '"0x1c400,10"');
    },
  },
  {
    name: 'offers the paths of the host tree inside dtdev',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const last = '"/soc@10000000/ethernet@1c400000"';
      await workbench.open(GUEST, ...(await placeOf(folder, GUEST, last, last.length)));
      await workbench.statusBar('merlin-xen.dts').waitFor();
      await workbench.page.keyboard.type(', "/soc', { delay: 30 });
      await workbench.suggestions.filter({ hasText: 'usb@1c300000' }).first().waitFor();
      await workbench.screenshot('guest-completion');
    },
  },
  {
    name: 'finds all uses of a passed device, in the host and in every guest',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(GUEST, ...(await placeOf(folder, GUEST, '"/soc@10000000/ethernet@1c400000"', 3)));
      await workbench.statusBar('merlin-xen.dts').waitFor();
      await workbench.page.keyboard.press('Shift+F12');
      const peek = workbench.page.locator('.peekview-widget');
      for (const file of ['domd.cfg', 'domd.dts', 'merlin.dtsi', 'merlin-xen.dts']) await peek.locator('.ref-tree .monaco-list-row', { hasText: file }).first().waitFor();
      await workbench.screenshot('guest-references');
    },
  },
  {
    name: 'lets the user choose the host of a guest through the status bar',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const boards = [{ path: 'merlin-xen.dts' }, { path: '../merlin/merlin-evk.dts' }];
      await writeFile(join(folder, 'xen/vsmmu.json'), JSON.stringify({ dialect: 'viommu-v3', boards, guests: [{ config: 'domd.cfg', partial: 'domd.dts' }] }));
      await workbench.open(GUEST);
      await workbench.statusBar('merlin-xen.dts').click();
      await workbench.picker.locator('.monaco-list-row', { hasText: 'merlin-evk.dts' }).waitFor();
      await workbench.screenshot('guest-hosts');
      await workbench.pick('merlin-evk.dts');
      await workbench.statusBar('merlin-evk.dts').waitFor();
      await (await workbench.problems()).filter({ hasText: 'pd-iommus-edited' }).first().waitFor();
      await workbench.screenshot('guest-host-chosen');
    },
  },
  {
    name: 'offers host paths in xen,path, and leads to the node of the host',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const place = 'xen,path = "/soc';
      await workbench.open(PARTIAL, ...(await placeOf(folder, PARTIAL, place, place.length)));
      await workbench.statusBar('domu1.dts').waitFor();
      await workbench.page.keyboard.press('Control+Space');
      await workbench.suggestions.filter({ hasText: 'ethernet@1c410000' }).first().waitFor();
      await workbench.screenshot('xen-path');
      await workbench.page.keyboard.press('Escape');
      await workbench.page.keyboard.press('F12');
      await workbench.page.locator('.tab.active', { hasText: 'merlin.dtsi' }).waitFor();
    },
  },
  {
    name: 'generates a partial device tree of the selected nodes',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const [first] = await placeOf(folder, SOC, 'sdhci: mmc@');
      const [last] = await placeOf(folder, SOC, 'usb: usb@');
      await workbench.open(SOC, first);
      await workbench.statusBar('merlin-evk.dts').waitFor();
      for (let line = first; line <= last; line += 1) await workbench.page.keyboard.press('Shift+ArrowDown');
      await workbench.quickFixes();
      await workbench.screenshot('partial-tree-action');
      await workbench.doFix('partial device tree');
      await untilFileHas(folder, 'merlin/passthrough-mmc.dts', 'usb@1c300000');
      await workbench.open('merlin/passthrough-mmc.dts');
      await workbench.screenshot('partial-tree');
    },
  },
  {
    name: 'offers to set the language of a guest configuration that has another',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await writeFile(join(folder, 'xen/plain.cfg'), 'name = "plain"\nkernel = "/boot/Image"\nmemory = 256\n');
      await workbench.open(GUEST);
      await workbench.statusBar('merlin-xen.dts').waitFor();
      await workbench.open('xen/plain.cfg');
      // Under the pointer it stays: else it goes after ten seconds.
      await workbench.page.locator('.notification-toast', { hasText: 'looks like a Xen guest' }).hover();
      await workbench.screenshot('guest-language');
      await workbench.page.getByRole('button', { name: 'Set Language' }).click();
      await workbench.statusBar('Xen Guest Configuration').waitFor();
    },
  },
];
