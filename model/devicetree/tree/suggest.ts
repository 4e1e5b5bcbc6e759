/** Problems about names that nothing bears, with the nearest name as a way out. */
import type { ReferenceSyntax } from '../syntax/ast.ts';
import type { SyntaxProblem } from '../syntax/problem.ts';
import type { MergedTree } from './mergedTree.ts';
import { nearest } from './nearest.ts';

/** More labels than this are not searched for a near one. */
const SEARCHED = 20_000;

/** The same problem with a fix that replaces the label by the nearest one, where there is one. */
export function suggest(tree: MergedTree, reference: ReferenceSyntax, problem: SyntaxProblem): SyntaxProblem {
  if (reference.label === undefined || reference.path !== undefined) return problem;
  const names = [...tree.knownLabels()];
  if (names.length > SEARCHED) return problem;
  const label = nearest(reference.label, names.filter((name) => tree.withLabel(name).length > 0));
  if (label === undefined) return problem;
  return {
    ...problem,
    advice: `Did you mean \`${label}\`?`,
    fixes: [{ title: `Change to \`&${label}\``, start: reference.start, end: reference.end, text: `&${label}` }],
  };
}
