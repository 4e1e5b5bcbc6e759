import { parseDts } from '../../../../model/devicetree/syntax/parse.ts';
import type { SyntaxProblem } from '../../../../model/devicetree/syntax/problem.ts';
import { mergeDts } from '../../../../model/devicetree/tree/merge.ts';
import type { DtNode, DtTree } from '../../../../model/devicetree/tree/tree.ts';

/** A source without preprocessing, parsed and merged; `text` may leave out `/dts-v1/;`. */
export function treeOf(text: string, options: { symbols?: boolean } = {}): { tree: DtTree; text: string; problems: SyntaxProblem[] } {
  const whole = text.includes('/dts-v1/') ? text : `/dts-v1/; ${text}`;
  const parsed = parseDts(whole);
  const merged = mergeDts(parsed.syntax, options);
  return { tree: merged.tree, text: whole, problems: [...parsed.problems, ...merged.problems] };
}

/** The tree as one line: `/{a;b{c;};}` with deleted things gone and values left out. */
export function shape(node: DtNode): string {
  const properties = [...node.properties.keys()].map((name) => `${name};`);
  const children = [...node.children.values()].map((child) => `${shape(child)};`);
  return `${node.name}{${properties.join('')}${children.join('')}}`;
}

/** Each problem as `id: text at it`. */
export function found({ text, problems }: { text: string; problems: readonly SyntaxProblem[] }): string[] {
  return problems.map((p) => `${p.id}: ${text.slice(p.start, p.end)}`);
}
