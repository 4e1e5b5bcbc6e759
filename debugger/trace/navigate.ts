/**
 * Stepping inside one unit, as arithmetic on its frames. A moment k is right after step k. Open at k are
 * the frames that have begun and not ended there; the outermost frame that ends at k is what was just
 * done. All functions give the number of a step, or undefined where the unit has none in that direction.
 */
import { FrameNode, type FrameTree } from './frames.ts';

/** The innermost frame that is open at a moment; undefined before and after the unit. */
export function openAt(tree: FrameTree, step: number): FrameNode | undefined {
  const { root, owner } = tree;
  if (step <= 0 || step >= root.last) return undefined;
  let node = owner[step - 1];
  while (node !== undefined && node.last <= step) node = node.parent;
  return node;
}

/** The path of a moment, innermost first: the outermost frame that ended there, then the open ones. */
export function pathAt(tree: FrameTree, step: number): FrameNode[] {
  if (step <= 0) return [];
  const path: FrameNode[] = [];
  let node = left(tree, step) ?? tree.owner[step - 1];
  for (; node !== undefined; node = node.parent) path.push(node);
  return path;
}

/** The outermost frame that begins with a step, without being open before it; undefined for a step of an open frame. */
function entered(tree: FrameTree, step: number): FrameNode | undefined {
  let node = tree.owner[step - 1];
  if (node === undefined || node.first !== step || node === tree.root) return undefined;
  while (node.parent !== undefined && node.parent !== tree.root && node.parent.first === step) node = node.parent;
  return node;
}

/** The outermost frame that ends with a step and is not the whole unit. */
function left(tree: FrameTree, step: number): FrameNode | undefined {
  let node = tree.owner[step - 1];
  if (node === undefined || node.last !== step || node === tree.root) return undefined;
  while (node.parent !== undefined && node.parent !== tree.root && node.parent.last === step) node = node.parent;
  return node;
}

/** Over the frame that comes next. */
export function overForward(tree: FrameTree, step: number): number | undefined {
  if (step >= tree.root.last) return undefined;
  return entered(tree, step + 1)?.last ?? step + 1;
}

/** Back to before the frame that was just done. */
export function overBackward(tree: FrameTree, step: number): number | undefined {
  if (step <= 0) return undefined;
  return (left(tree, step)?.first ?? step) - 1;
}

/** To the end of the innermost open frame; undefined where that is the unit. */
export function outForward(tree: FrameTree, step: number): number | undefined {
  const node = openAt(tree, step);
  return node === undefined || node === tree.root ? undefined : node.last;
}

/** To before the innermost open frame; undefined where that is before the unit. */
export function outBackward(tree: FrameTree, step: number): number | undefined {
  if (step <= 0) return undefined;
  const node = openAt(tree, step) ?? tree.root;
  return node === tree.root ? undefined : node.first - 1;
}

/** To the end of the phase or level that comes next. */
export function phaseForward(tree: FrameTree, step: number): number | undefined {
  const node = tree.owner[step];
  if (node === undefined) return undefined;
  let at = step + 1;
  while (tree.owner[at] === node) at++;
  return at;
}

/** Back to the end of the phase or level before. */
export function phaseBackward(tree: FrameTree, step: number): number | undefined {
  const node = tree.owner[step - 1];
  if (node === undefined) return undefined;
  let at = step - 1;
  while (at > 0 && tree.owner[at - 1] === node) at--;
  return at;
}

/** The frames that could be entered from a moment: those ahead in the innermost open frame, with what is nested in them. */
export function targetsAt(tree: FrameTree, step: number, most: number): FrameNode[] {
  const from = openAt(tree, step) ?? (step <= 0 ? tree.root : undefined);
  const found: FrameNode[] = [];
  const visit = (node: FrameNode, depth: number): void => {
    for (const item of node.items) {
      if (!(item instanceof FrameNode) || found.length >= most) continue;
      if (item.first > step) found.push(item);
      if (depth > 0 && item.last > step) visit(item, depth - 1);
    }
  };
  if (from !== undefined) visit(from, TARGET_DEPTH);
  return found;
}

/** Transaction, stage 1, level, nested stage 2. */
const TARGET_DEPTH = 4;
