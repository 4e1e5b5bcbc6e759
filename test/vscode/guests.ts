/** Xen guests in real VS Code: a configuration and its board, side by side. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf, untilFileHas } from './harness/files.ts';
import type { UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const GUEST = 'xen/domd.cfg';
const HOST = 'xen/merlin-xen.dts';
const FAULTY = 'xen-faults/domd.cfg';

export const guests: readonly UiTest[] = [
  {
    name: 'shows in the guest what is typed into the host tree',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const line = '\tphy-mode = "sgmii";';
      await workbench.open(HOST, ...(await placeOf(folder, HOST, line, line.length)));
      await workbench.openBeside(GUEST);
      await workbench.statusBar('Xen Guest Configuration').waitFor();
      await workbench.focusGroup(1);
      await workbench.page.keyboard.press('Enter');
      await workbench.page.keyboard.type('interrupts = <GIC_SPI 99 IRQ_LEVEL>;');
      await workbench.anySquiggle('domd.cfg').waitFor();
      await workbench.screenshot('guest-beside-host');
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
      await workbench.fix('irqs').click();
      await workbench.save();
      await untilFileHas(folder, FAULTY, '64');
      await workbench.quickFixes();
      await workbench.fix('iomem').click();
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
    name: 'offers to set the language of a guest configuration that has another',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await writeFile(join(folder, 'xen/plain.cfg'), 'name = "plain"\nkernel = "/boot/Image"\nmemory = 256\n');
      await workbench.open(GUEST);
      await workbench.statusBar('merlin-xen.dts').waitFor();
      await workbench.open('xen/plain.cfg');
      await workbench.page.locator('.notification-toast', { hasText: 'looks like a Xen guest' }).waitFor();
      await workbench.screenshot('guest-language');
      await workbench.page.getByRole('button', { name: 'Set Language' }).click();
      await workbench.statusBar('Xen Guest Configuration').waitFor();
    },
  },
];
