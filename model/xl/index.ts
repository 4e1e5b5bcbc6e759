/**
 * The public entry of the reader of xl guest configurations, for programs that use it as a library
 * (docs/libraries.md): syntax as libxlutil has it, values as xl reads them, and the rules.
 */
export { parseXl } from './parser.ts';
export { XL_LIMITS, type XlAssignment, type XlAtom, type XlLimits, type XlList, type XlSpan, type XlSyntax, type XlSyntaxError, type XlValue } from './syntax.ts';
export { configOf, readList, readLong, readString, stringsOf, type XlConfig, type XlRead, type XlReadError, type XlSetting } from './config.ts';
export { guestOf, hasIommu, wantsViommu, type Written, type WrittenFault, type XlGuest, type XlReadOptions } from './guestConfig.ts';
export { dialectByName, keysOf, UPSTREAM, XL_DIALECTS, type VsmmuProfile, type XlDialect, type XlDialectName } from './dialects.ts';
export type { XlKey } from './keys.ts';
export { looksLikeXl } from './looksLikeXl.ts';
export { XL_RULES } from './rules/index.ts';
export type { Level, Problem, QuickFix, Related, SourceRange, TextEdit } from '../problem.ts';
export type { Rule, RuleInfo } from '../rule.ts';
