/** Device trees in real VS Code: what a person sees and does while writing a board. */
import type { UiTest } from './harness/suite.ts';

const MERLIN = 'examples/merlin';

export const deviceTree: readonly UiTest[] = [
  {
    name: 'colours a board',
    workspace: MERLIN,
    async run({ workbench }) {
      await workbench.open('merlin.dtsi', 170);
      await workbench.screenshot('colours');
    },
  },
];
