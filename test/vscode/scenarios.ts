/** Scenarios in real VS Code: what a person sees and does while writing one. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf, untilFileHas } from './harness/files.ts';
import type { UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const FIRST = 'scenarios/first-translation.smmu';

export const scenarios: readonly UiTest[] = [
  {
    name: 'completes devices of the board in a scenario and says what they are',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const last = 'expect fault F_TRANSLATION';
      await workbench.open(FIRST, ...(await placeOf(folder, FIRST, last, last.length)));
      await workbench.statusBar('SMMU Scenario').waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.keyboard.type('dma ', { delay: 30 });
      // Labels come first: the nodes may be below what the list shows.
      await workbench.suggests('eth0');
      await workbench.screenshot('scenario-completion');
      await workbench.page.keyboard.type('ethernet@1c4', { delay: 30 });
      await workbench.suggestion.filter({ hasText: 'ethernet@1c400000' }).waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.keyboard.type(' read 0x10000000 4 ssid=1');
      await workbench.page.keyboard.press('Escape');
      await workbench.save();
      await untilFileHas(folder, FIRST, 'dma ethernet@1c400000 read 0x10000000 4 ssid=1');
    },
  },
  {
    name: 'explains actions, devices and fields of a scenario on hover',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      await workbench.open(FIRST, ...(await placeOf(folder, FIRST, 'attach eth0', 8)));
      await workbench.statusBar('SMMU Scenario').waitFor();
      await workbench.screenshot('scenario-hover-device', () => workbench.hoverAtCursor(/StreamID 0x20\b/));
      await workbench.page.keyboard.press('Escape');
      await workbench.goto(...(await placeOf(folder, FIRST, 'map eth0', 1)));
      await workbench.screenshot('scenario-hover-action', () => workbench.hoverAtCursor(/map DEVICE IOVA -> ADDRESS SIZE/));
    },
  },
  {
    name: 'underlines what is wrong with a scenario and mends it by a quick fix',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const wrong = 'scenarios/wrong.smmu';
      await writeFile(join(folder, wrong), 'board "../merlin/merlin-evk.dts"\n\nin host\n  probe\n  attach eth00\n  ste smmu_io 0x20 Confg=5\ndma eth0 reed 0x1000\nexpect fault F_TRANSLATION\n');
      await workbench.open(wrong, ...(await placeOf(folder, wrong, 'eth00', 2)));
      await workbench.squiggles('error').nth(2).waitFor();
      await workbench.quickFixes();
      await workbench.doFix('eth0');
      await workbench.save();
      await untilFileHas(folder, wrong, 'attach eth0\n');
      const problems = await workbench.problems();
      await problems.filter({ hasText: 'scenario-unknown-field' }).first().waitFor();
      await problems.filter({ hasText: 'scenario-value' }).first().waitFor();
      await problems.filter({ hasText: 'scenario-unknown-device' }).first().waitFor({ state: 'hidden' });
      // Colours, also of lines with errors: an action, a device, and the field that is none.
      const [action, device, field] = await Promise.all(['probe', 'eth0', 'Confg'].map((text) => workbench.colourOf(text)));
      if (new Set([action, device, field]).size < 3) throw new Error(`probe, eth0 and Confg have the colours ${action}, ${device}, ${field}`);
      await workbench.screenshot('scenario-problems');
    },
  },
  {
    name: 'says what is wrong with the machine of a scenario, and stops saying so once it is mended',
    workspace: EXAMPLES,
    async run({ workbench, folder }) {
      const wrong = 'scenarios/wrong-machine.smmu';
      await writeFile(join(folder, wrong), 'smmu smmu0 base=0x9050000\nmemory ram 0x40000800 4K\nprobe smmu0\n');
      await workbench.open(wrong, ...(await placeOf(folder, wrong, '0x40000800', 10)));
      const said = (await workbench.problems()).filter({ hasText: 'Memory begins and ends at multiples of 4K' });
      await said.first().waitFor();
      await workbench.screenshot('scenario-setup-problem');
      await workbench.goto(...(await placeOf(folder, wrong, '0x40000800', 10)));
      await workbench.page.keyboard.press('Backspace');
      await workbench.page.keyboard.press('Backspace');
      await workbench.page.keyboard.press('Backspace');
      await workbench.page.keyboard.type('000');
      await said.first().waitFor({ state: 'hidden' });
    },
  },
];
