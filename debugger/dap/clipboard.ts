/** A value as text to be pasted into a mail: with its parts, indented, as deep and as long as is read. */
import type { VariableNode } from '../inspect/node.ts';

const MOST_LINES = 500;
const DEEPEST = 4;

/** The text of a node and what is below it. */
export function clipboardText(node: VariableNode): string {
  if (node.children === undefined) return node.value;
  const lines = [`${node.name} ${node.value}`.trim()];
  add(lines, node, 1);
  return (lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '...'] : lines).join('\n');
}

function add(lines: string[], node: VariableNode, depth: number): void {
  if (depth > DEEPEST || lines.length > MOST_LINES) return;
  const children = node.count === undefined ? node.children?.() : node.children?.(0, MOST_LINES);
  for (const child of children ?? []) {
    lines.push(`${'  '.repeat(depth)}${child.name} ${child.value}`.trimEnd());
    if (child.isLazy !== true) add(lines, child, depth + 1);
  }
}
