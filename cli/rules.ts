/**
 * The words of everything that the product can report, in one list: for `vsmmu explain`, for the
 * pages under `docs/rules/` and for the rule table of SARIF output. The words themselves stand
 * beside the checks.
 */
import { BLOB_PROBLEMS } from '../model/devicetree/blob/problems.ts';
import { DTC_CHECKS } from '../model/devicetree/checks/index.ts';
import { PROJECT_FILE } from '../model/platform/guests/project.ts';
import { SYSTEM_RULES } from '../model/platform/guests/rules/index.ts';
import { PLATFORM_RULES } from '../model/platform/rules/index.ts';
import { SCENARIO_PROBLEMS } from '../debugger/scenario/problems.ts';
import { PREPROCESSOR_PROBLEMS } from '../model/devicetree/preprocess/problems.ts';
import { SYNTAX_PROBLEMS } from '../model/devicetree/syntax/problems.ts';
import { TREE_PROBLEMS } from '../model/devicetree/tree/problems.ts';
import type { RuleInfo } from '../model/rule.ts';
import { XL_RULES } from '../model/xl/rules/index.ts';
import { SERVER_PROBLEMS } from '../server/workspace/problems.ts';

/** One group of rules, as the index page shows them. */
export interface RuleGroup {
  readonly title: string;
  readonly rules: readonly RuleInfo[];
}

/** All rules by group. */
export const RULE_GROUPS: readonly RuleGroup[] = [
  { title: 'IOMMUs, masters and StreamIDs', rules: PLATFORM_RULES },
  { title: 'Device-tree sources', rules: [...PREPROCESSOR_PROBLEMS, ...SYNTAX_PROBLEMS, ...TREE_PROBLEMS] },
  { title: 'Device-tree blobs', rules: BLOB_PROBLEMS },
  { title: 'Checks of the device-tree compiler', rules: DTC_CHECKS },
  { title: 'Xen guest configurations', rules: XL_RULES },
  { title: 'Guests, their board and their partial device trees', rules: [...SYSTEM_RULES, PROJECT_FILE] },
  { title: 'Scenarios', rules: SCENARIO_PROBLEMS },
  { title: 'In the editor', rules: SERVER_PROBLEMS },
];

/** All rules by id. */
export const RULES: ReadonlyMap<string, RuleInfo> = new Map(RULE_GROUPS.flatMap((g) => g.rules).map((rule) => [rule.id, rule]));
