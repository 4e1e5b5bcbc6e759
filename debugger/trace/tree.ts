/**
 * Frames as a tree of lines: for `vsmmu walk`, `vsmmu run --trace` and titles of stack frames. Text
 * only; whoever draws it chooses lines and colours.
 */
import { hex } from '../../emulator/bits/u64.ts';
import { registerName } from '../../emulator/fields/registers.ts';
import { FrameNode, frameTree } from './frames.ts';
import { stepText, type StepText } from './stepText.ts';
import type { TraceStep } from './traceStep.ts';

/** One line of the tree, with what lies below it. */
export interface TreeNode extends StepText {
  readonly children: TreeNode[];
}

/** The tree of the steps of one transaction: the transaction itself is its root. */
export function walkTree(steps: readonly TraceStep[]): TreeNode {
  const found = traceTree(steps);
  return found.length === 1 && found[0] !== undefined ? found[0] : { label: 'transaction', detail: '', tone: 'plain', children: found };
}

/** The trees of everything that a unit did. */
export function traceTree(steps: readonly TraceStep[]): TreeNode[] {
  return below(frameTree(steps).root, steps);
}

/** An operation that was done, and nothing more is said of it: its frame says that. */
function isBareResult(step: TraceStep): boolean {
  return step.kind === 'hypervisor' && step.action === 'result' && step.text === 'done';
}

/** A crash is printed to the console first, in the same words. */
function isSaidAgain(step: TraceStep, next: TraceStep | undefined): boolean {
  return step.kind === 'hypervisor' && step.action === 'log' && next?.kind === 'hypervisor' && next.action === 'crash' && next.text === step.text;
}

function leaf(number: number, steps: readonly TraceStep[], children: TreeNode[] = []): TreeNode[] {
  const step = steps[number - 1];
  if (step === undefined || isBareResult(step) || isSaidAgain(step, steps[number])) return [];
  const { label, detail, tone } = stepText(step);
  return [{ label, detail, tone, children }];
}

function below(node: FrameNode, steps: readonly TraceStep[]): TreeNode[] {
  return node.items.flatMap((item) => (typeof item === 'number' ? leaf(item, steps) : shown(item, steps)));
}

/** Frames whose first step, or last for what ends with it, speaks for the whole. */
const HEADED: ReadonlySet<FrameNode['kind']> = new Set(['transaction', 'operation', 'register write', 'command']);

function shown(node: FrameNode, steps: readonly TraceStep[]): TreeNode[] {
  if (node.kind === 'configuration') return below(node, steps);
  if (node.kind === 'level' || node.kind === 'fetch') return accessed(node, steps);
  const head = headStep(node, steps);
  if (head === undefined) {
    const children = below(node, steps);
    return [{ label: frameTitle(node, steps), detail: '', tone: 'plain', children: node.kind === 'stores' ? endsOf(children) : children }];
  }
  const rest = new FrameNode(node.kind, node.items.filter((i) => i !== head));
  return leaf(head, steps, below(rest, steps));
}

/** Stores shown at each end of a long run of them: tables are cleared before they are filled. */
const SHOWN_STORES = 4;

/** The first and the last of many. */
function endsOf(children: TreeNode[]): TreeNode[] {
  const left = children.length - 2 * SHOWN_STORES;
  if (left < 2) return children;
  return [...children.slice(0, SHOWN_STORES), { label: `${left} more`, detail: '', tone: 'plain', children: [] }, ...children.slice(-SHOWN_STORES)];
}

/** A read, with the stage-2 walk of its address below it and what was made of it beside it. */
function accessed(node: FrameNode, steps: readonly TraceStep[]): TreeNode[] {
  const head = node.items.find((i) => typeof i === 'number');
  if (head === undefined) return below(node, steps);
  const before = node.items.slice(0, node.items.indexOf(head)).flatMap((i) => (typeof i === 'number' ? [] : shown(i, steps)));
  const after = new FrameNode(node.kind, node.items.slice(node.items.indexOf(head) + 1));
  return [...leaf(head, steps, before), ...below(after, steps)];
}

/** The number of the step that speaks for a frame; undefined for frames that are more than any of their steps. */
export function headStep(node: FrameNode, steps: readonly TraceStep[]): number | undefined {
  if (!HEADED.has(node.kind)) return undefined;
  const isLast = node.kind === 'register write' || node.kind === 'command';
  const item = isLast ? node.items.at(-1) : node.items[0];
  return typeof item === 'number' && steps[item - 1] !== undefined ? item : undefined;
}

/** What an address translation looks up: the input of the first step that has one. */
function inputOf(node: FrameNode, steps: readonly TraceStep[]): string {
  for (let n = node.first; n <= node.last || n === node.first; n++) {
    const step = steps[n - 1];
    if (step === undefined) break;
    const isOwn = (step.kind === 'descriptor' || step.kind === 'hit') && `stage ${step.stage}` === node.kind;
    if (isOwn) return ` of ${hex(step.input)}`;
  }
  // Stage 2 of its first table faulted: what it would have looked up is what the device sent.
  let around = node.parent;
  while (around !== undefined && around.kind !== 'transaction') around = around.parent;
  const asked = around === undefined ? undefined : steps[around.first - 1];
  return node.kind === 'stage 1' && asked?.kind === 'transaction' ? ` of ${hex(asked.address)}` : '';
}

/** The step that a level or a fetch is about. */
function accessOf(node: FrameNode, steps: readonly TraceStep[]): TraceStep | undefined {
  const own = node.items.find((i) => typeof i === 'number');
  return own === undefined ? undefined : steps[own - 1];
}

/** A line that says what a frame is. */
export function frameTitle(node: FrameNode, steps: readonly TraceStep[]): string {
  const head = headStep(node, steps);
  const step = head === undefined ? undefined : steps[head - 1];
  switch (node.kind) {
    case 'stage 1': case 'stage 2': return `${node.kind} walk${inputOf(node, steps)}`;
    case 'configuration': return 'configuration of the stream';
    case 'fetch': {
      const own = accessOf(node, steps);
      return own?.kind === 'fetch' ? `fetch of the ${own.structure}` : 'fetch of the CD';
    }
    case 'level': {
      const own = accessOf(node, steps);
      return own?.kind === 'descriptor' ? `level ${own.level}` : 'table access';
    }
    case 'stores': return node.last === node.first ? '1 store' : `${node.last - node.first + 1} stores`;
    case 'register write': return step?.kind === 'register' ? `write to ${registerName(step.offset)}` : 'register write';
    default: return step === undefined ? node.kind : stepText(step).label;
  }
}
