/**
 * All of dtc's checks that this product runs, in dtc's order. What the merge must decide itself
 * (duplicate names, unresolved references) has its words here and its check there.
 */
import type { RuleInfo } from '../../rule.ts';

/** The words of every check. */
export const DTC_CHECKS: readonly RuleInfo[] = [];
