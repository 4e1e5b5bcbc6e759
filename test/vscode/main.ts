/** Every test in real VS Code, in the order in which a user meets the features. */
import { runSuite } from './harness/suite.ts';
import { deviceTree } from './deviceTree.ts';
import { debugging } from './debugger.ts';
import { debugViews } from './debugViews.ts';
import { firstRun } from './firstRun.ts';
import { guests } from './guests.ts';
import { scenarios } from './scenarios.ts';
import { views } from './views.ts';

export function main(words: readonly string[]): Promise<number> {
  return runSuite([...firstRun, ...deviceTree, ...guests, ...scenarios, ...views, ...debugging, ...debugViews], words);
}
