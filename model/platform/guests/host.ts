/** The host tree of a system, from what a compilation gave. */
import type { ExpandedText } from '../../devicetree/source/origin.ts';
import type { DtTree } from '../../devicetree/tree/tree.ts';
import type { Problem } from '../../problem.ts';
import type { PlatformContext } from '../context.ts';
import type { HostTree } from './types.ts';

/** Problems after which a part of the tree is missing. */
const MISSING = new Set(['include-not-found', 'dts-unknown-target']);

/** What a compilation and its platform have of a host. */
export interface CompiledHost {
  readonly root: string;
  readonly tree: DtTree;
  readonly expanded: ExpandedText;
  readonly problems: readonly Pick<Problem, 'id'>[];
}

/** Makes a host tree. */
export function hostTree({ root, tree, expanded, problems }: CompiledHost, context: PlatformContext): HostTree {
  return { path: root, tree, text: expanded, context, isWhole: !problems.some((problem) => MISSING.has(problem.id)) };
}
