/**
 * The public entry of the device-tree front end, for programs that use it as a library
 * (docs/libraries.md): from sources to a merged tree with origins, and blobs in and out.
 */
export { compile, compileSteps, type Compilation } from './compile.ts';
export { findIncludeRoots } from './roots.ts';
export { DEFAULT_LIMITS, type CompileOptions, type FileHost, type Limits, type SourceFile } from './source/files.ts';
export type { ExpandedText, Expansion, Inclusion, Origin } from './source/origin.ts';
export { LineIndex, linesOf } from './source/lines.ts';
export type * from './syntax/ast.ts';
export type { Cell, DeletedNode, DtNode, DtProperty, DtTree } from './tree/tree.ts';
export { byteLength, bytes, cells, isBoolean, nodePath, stringList, strings, type PropertyBytes, type StringAt } from './tree/values.ts';
export { toBlob } from './blob/write.ts';
export { readBlob, type Blob, type BlobNode, type BlobProblem, type BlobProperty } from './blob/read.ts';
export { printBlob, unprintable } from './blob/print.ts';
export { DTC_CHECKS, DTC_RULES } from './checks/index.ts';
export { CheckTree } from './checks/view.ts';
export type { Level, Problem, QuickFix, Related, SourceRange, TextEdit } from '../problem.ts';
export type { Rule, RuleInfo } from '../rule.ts';
