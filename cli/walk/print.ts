/** Draws a tree with box lines, breaks long lines under their own text, and colours what matters. */
import { type Painter, wrap } from '../paint.ts';
import type { TreeNode } from '../../debugger/trace/tree.ts';

function line(item: TreeNode, paint: Painter): (text: string) => string {
  if (item.tone === 'good') return (text) => paint.bold(paint.green(text));
  return item.tone === 'bad' ? (text) => paint.bold(paint.red(text)) : (text) => text;
}

/** The label on its line; detail beside it where it fits, else below. */
function own(item: TreeNode, width: number, indent: { first: string; rest: string }, paint: Painter): string[] {
  const color = line(item, paint);
  const lead = (text: string): string => paint.dim(text);
  const oneLine = item.detail === '' ? item.label : `${item.label}  ${item.detail}`;
  if (indent.first.length + oneLine.length <= width) {
    return [lead(indent.first) + color(item.label) + (item.detail === '' ? '' : `  ${paint.cyan(item.detail)}`)];
  }
  const labels = wrap(item.label, width - Math.max(indent.first.length, indent.rest.length + 2), '', '').map((text, i) => lead(i === 0 ? indent.first : `${indent.rest}  `) + color(text));
  const details = item.detail === '' ? [] : wrap(item.detail, width - indent.rest.length - 2, '', '');
  return [...labels, ...details.map((text) => `${lead(indent.rest)}  ${paint.cyan(text)}`)];
}

function below(item: TreeNode, width: number, prefix: string, paint: Painter): string[] {
  return item.children.flatMap((child, i) => {
    const isLast = i === item.children.length - 1;
    const rest = `${prefix}${isLast ? '   ' : '│  '}`;
    const lines = own(child, width, { first: `${prefix}${isLast ? '└─ ' : '├─ '}`, rest: child.children.length > 0 ? `${rest}│` : rest }, paint);
    return [...lines, ...below(child, width, rest, paint)];
  });
}

/** The lines of a tree. */
export function drawTree(root: TreeNode, width: number, paint: Painter): string {
  const lines = [...own(root, width, { first: '', rest: '' }, paint), ...below(root, width, '', paint)];
  return `${lines.join('\n')}\n`;
}
