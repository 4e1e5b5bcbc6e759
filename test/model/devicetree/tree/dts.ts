import { parseDts } from '../../../../model/devicetree/syntax/parse.ts';
import type { SyntaxProblem } from '../../../../model/devicetree/syntax/problem.ts';
import { mergeDts } from '../../../../model/devicetree/tree/merge.ts';
import type { DtNode, DtTree } from '../../../../model/devicetree/tree/tree.ts';

/** A source without preprocessing, parsed and merged. */
export function compiled(text: string, options: { symbols?: boolean } = {}): { tree: DtTree; text: string; problems: SyntaxProblem[] } {
  const parsed = parseDts(text);
  const merged = mergeDts(parsed.syntax, options);
  return { tree: merged.tree, text, problems: [...parsed.problems, ...merged.problems] };
}

/** The same with `/dts-v1/;` put before what begins with a node. */
export function treeOf(text: string, options: { symbols?: boolean } = {}): ReturnType<typeof compiled> {
  return compiled(text.startsWith('/ ') ? `/dts-v1/; ${text}` : text, options);
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
