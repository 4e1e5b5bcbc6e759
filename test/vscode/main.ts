/**
 * Every test in real VS Code, in the order in which a user meets the features; in the current one, then in
 * the oldest. Words choose tests by name, with `in-host` among them those inside the extension host, and run
 * them in the current one. With `--floor`, or VSMMU_TEST_VSCODE=floor, only the oldest is taken.
 */
import { type Plan, runSuite } from './harness/suite.ts';
import { CURRENT, FLOOR } from './harness/versions.ts';
import { deviceTree } from './deviceTree.ts';
import { debugging } from './debugger.ts';
import { debugViews } from './debugViews.ts';
import { firstRun } from './firstRun.ts';
import { guests } from './guests.ts';
import { scenarios } from './scenarios.ts';
import { tasks } from './tasks.ts';
import { views } from './views.ts';

const ALL = [...firstRun, ...deviceTree, ...guests, ...scenarios, ...views, ...tasks, ...debugging, ...debugViews];
const IN_HOST = 'in-host';

function planned(args: readonly string[]): readonly Plan[] {
  const floor = args.includes('--floor') || process.env['VSMMU_TEST_VSCODE'] === 'floor';
  const version = floor ? FLOOR : CURRENT;
  const words = args.filter((word) => word !== '--floor');
  if (words.includes(IN_HOST)) return [{ version, tests: [], inHost: words.filter((word) => word !== IN_HOST) }];
  if (words.length > 0) return [{ version, tests: ALL.filter(({ name }) => words.every((word) => name.includes(word))), inHost: undefined }];
  return (floor ? [FLOOR] : [CURRENT, FLOOR]).map((each) => ({ version: each, tests: ALL, inHost: [] }));
}

export function main(args: readonly string[]): Promise<number> {
  return runSuite(planned(args));
}
