/**
 * Where a `}` is missing, told from the indentation. By the grammar it is missing at the end of
 * the source or before the next `&label {`; the writer left it out where lines begin to stand
 * further left than the node's members do.
 */
import type { NodeSyntax } from './ast.ts';

const TAB = 8;
/** A line with more before its first word than this is not looked at. */
const WIDEST = 200;

/** The column of an offset if it is the first on its line, else undefined. */
function indentOf(text: string, offset: number): number | undefined {
  let column = 0;
  const from = Math.max(0, offset - WIDEST);
  const before = text.slice(from, offset);
  const line = before.lastIndexOf('\n') + 1;
  if (line === 0 && from > 0) return undefined;
  for (const char of before.slice(line)) {
    if (char === '\t') column += TAB - (column % TAB);
    else if (char === ' ') column++;
    else return undefined;
  }
  return column;
}

/** The offset of the first member of `root` that by its indentation stands outside of the node that it was read into. */
export function findUnclosed(text: string, root: NodeSyntax): number | undefined {
  const pending: NodeSyntax[] = [root];
  let best: number | undefined;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const outside = firstOutside(text, node);
    if (outside !== undefined && (best === undefined || outside < best)) best = outside;
    for (const member of node.members) if (member.kind === 'node') pending.push(member);
  }
  return best;
}

function firstOutside(text: string, node: NodeSyntax): number | undefined {
  const own = indentOf(text, node.start);
  const [first] = node.members;
  if (own === undefined || first === undefined) return undefined;
  const inner = indentOf(text, first.start);
  if (inner === undefined || inner <= own) return undefined;
  return node.members.find((member) => (indentOf(text, member.start) ?? Infinity) <= own)?.start;
}
