/**
 * The steps of a unit as a tree of frames. The emulator reports a flat list: the stage-2 walk of a
 * table access comes before that access, commands come before the register write that set them off.
 * Here each step gets its place under what it was done for. A frame is a contiguous run of steps, so
 * that stepping is arithmetic on step numbers. Texts are in frameText.ts.
 */
import { CONFIG_NESTED, steConfig } from './steConfig.ts';
import { commandOf } from '../../emulator/fields/commands.ts';
import type { TraceStep } from './traceStep.ts';

/** What a frame is. */
export type FrameKind =
  | 'unit' | 'operation' | 'transaction' | 'configuration' | 'fetch' | 'stage 1' | 'stage 2' | 'level' | 'register write' | 'command' | 'stores';

/** A frame. */
export class FrameNode {
  readonly kind: FrameKind;
  parent: FrameNode | undefined;
  /** Frames, and numbers of steps that stand in it directly, in order. */
  items: (FrameNode | number)[];
  /** Numbers of the first and the last step, from 1; last is first - 1 for a unit without steps. */
  first = 1;
  last = 0;
  depth = 0;

  constructor(kind: FrameKind, items: (FrameNode | number)[] = []) {
    this.kind = kind;
    this.items = items;
  }
}

/** The frames of a unit. */
export interface FrameTree {
  readonly root: FrameNode;
  /** The innermost frame of each step: step k at index k - 1. */
  readonly owner: readonly FrameNode[];
}

/** Arranges the steps of a unit. */
export function frameTree(steps: readonly TraceStep[]): FrameTree {
  const builder = new Builder(steps);
  for (let number = 1; number <= steps.length; number++) builder.take(number);
  return builder.finish();
}

type Item = FrameNode | number;

/** What is known of the transaction, or other frame, that is open. */
interface Open {
  readonly node: FrameNode;
  /** Stage-2 frames that wait for the access that they are for. */
  pending: Item[];
  stage1: FrameNode | undefined;
  isNested: boolean;
  hasCd: boolean;
  /** The transaction has its result; only what belongs to it may follow. */
  isOver: boolean;
}

function opened(node: FrameNode): Open {
  return { node, pending: [], stage1: undefined, isNested: false, hasCd: false, isOver: false };
}

/** Kinds of steps that a write to a register may set off. */
const SET_OFF = new Set<TraceStep['kind']>(['command', 'interrupt', 'stall', 'event', 'global error']);

type Taker = (builder: Builder, number: number, step: TraceStep) => void;

const TAKERS: Readonly<Partial<Record<TraceStep['kind'], Taker>>> = {
  transaction: (b, n) => b.open(new FrameNode('transaction', [n])),
  fetch: (b, n, step) => { if (step.kind === 'fetch') b.fetch(n, step); },
  descriptor: (b, n, step) => { if (step.kind === 'descriptor') b.descriptor(n, step.stage, step.ipa !== undefined); },
  permission: (b, n, step) => { if (step.kind === 'permission') b.check(n, step.stage); },
  update: (b, n, step) => { if (step.kind === 'update') b.check(n, step.stage); },
  hit: (b, n, step) => { if (step.kind === 'hit') b.hit(n, step.stage); },
  result: (b, n) => b.result(n),
  register: (b, n, step) => b.wrapBack('register write', n, (item) => b.isSetOff(item, step.smmu)),
  command: (b, n, step) => { if (step.kind === 'command') b.command(n, step.words, step.smmu); },
  store: (b, n) => b.group('stores', n),
  hypervisor: (b, n, step) => { if (step.kind === 'hypervisor') b.hypervisor(n, step.action); },
};

class Builder {
  readonly #steps: readonly TraceStep[];
  readonly #root = new FrameNode('unit');
  readonly #stack: Open[] = [opened(this.#root)];

  constructor(steps: readonly TraceStep[]) {
    this.#steps = steps;
  }

  get #top(): Open {
    return this.#stack.at(-1) ?? opened(this.#root);
  }

  /** Takes the next step. */
  take(number: number): void {
    const step = this.#steps[number - 1];
    if (step === undefined) return;
    if (this.#top.isOver && !isTail(step)) this.#close();
    const taker = TAKERS[step.kind];
    if (taker === undefined) this.#leaf(number);
    else taker(this, number, step);
  }

  open(node: FrameNode): void {
    this.#flush();
    this.#top.node.items.push(node);
    this.#stack.push(opened(node));
  }

  #close(): void {
    this.#flush();
    if (this.#stack.length > 1) this.#stack.pop();
  }

  #leaf(number: number): void {
    this.#flush();
    this.#top.node.items.push(number);
  }

  /** Takes the stage-2 frames that wait, as one frame. */
  #stage2(): FrameNode[] {
    const { pending } = this.#top;
    this.#top.pending = [];
    return pending.length === 0 ? [] : [new FrameNode('stage 2', pending)];
  }

  /** Nothing came that the stage-2 frames were for: the walk ended there, or it is of the output. */
  #flush(): void {
    const top = this.#top;
    const [walk] = this.#stage2();
    if (walk === undefined) return;
    if (top.isNested && !top.hasCd) this.#configuration().items.push(new FrameNode('fetch', [walk]));
    else if (top.isNested && this.#awaitsTable()) this.#stage1().items.push(new FrameNode('level', [walk]));
    else top.node.items.push(walk);
  }

  /** Whether stage 1 has not come to its leaf. */
  #awaitsTable(): boolean {
    const last = this.#top.stage1?.items.at(-1);
    if (!(last instanceof FrameNode)) return last === undefined;
    const step = this.#steps[(last.items.findLast((i) => typeof i === 'number') ?? 0) - 1];
    return step?.kind === 'descriptor' && step.type === 'table';
  }

  #lastOf(kind: FrameKind): FrameNode {
    const { items } = this.#top.node;
    const last = items.at(-1);
    if (last instanceof FrameNode && last.kind === kind) return last;
    const node = new FrameNode(kind);
    items.push(node);
    return node;
  }

  #configuration(): FrameNode {
    return this.#lastOf('configuration');
  }

  #stage1(): FrameNode {
    const node = this.#lastOf('stage 1');
    this.#top.stage1 = node;
    return node;
  }

  fetch(number: number, step: TraceStep & { kind: 'fetch' }): void {
    const top = this.#top;
    const walk = step.ipa === undefined ? [] : this.#stage2();
    this.#flush();
    this.#configuration().items.push(new FrameNode('fetch', [...walk, number]));
    if (step.structure === 'STE') {
      top.isNested = steConfig(step.words) === CONFIG_NESTED;
      top.hasCd = false;
      top.stage1 = undefined;
    }
    if (step.structure === 'CD') top.hasCd = true;
  }

  descriptor(number: number, stage: 1 | 2, isNested: boolean): void {
    if (stage === 2) {
      this.#top.pending.push(new FrameNode('level', [number]));
      return;
    }
    const walk = isNested ? this.#stage2() : [];
    this.#flush();
    this.#stage1().items.push(new FrameNode('level', [...walk, number]));
  }

  /** Permissions and hardware updates belong to the leaf that was found last. */
  check(number: number, stage: 1 | 2): void {
    const { pending } = this.#top;
    if (stage === 2) {
      const last = pending.at(-1);
      if (last instanceof FrameNode) last.items.push(number);
      else pending.push(number);
      return;
    }
    const walk = this.#stage2();
    const node = this.#stage1();
    const last = node.items.at(-1);
    (last instanceof FrameNode ? last : node).items.push(...walk, number);
  }

  hit(number: number, stage: 1 | 2): void {
    if (stage === 2) {
      this.#top.pending.push(number);
      return;
    }
    this.#flush();
    this.#stage1().items.push(number);
  }

  result(number: number): void {
    this.#leaf(number);
    if (this.#top.node.kind === 'transaction') this.#top.isOver = true;
  }

  hypervisor(number: number, action: string): void {
    if (action === 'operation') this.open(new FrameNode('operation', [number]));
    else this.#leaf(number);
    if (action !== 'result') return;
    // What was left open inside of an operation ends with it.
    while (this.#stack.length > 1 && this.#top.node.kind !== 'operation') this.#close();
    this.#close();
  }

  command(number: number, words: Uint32Array, smmu: number): void {
    const name = commandOf(words)?.name;
    const mayAct = name === 'RESUME' || name === 'STALL_TERM';
    this.wrapBack('command', number, (item) => mayAct && this.#isStall(item, smmu));
  }

  #headStep(item: Item): TraceStep | undefined {
    return this.#steps[(item instanceof FrameNode ? headOf(item) : item) - 1];
  }

  #isStall(item: Item, smmu: number): boolean {
    const step = this.#headStep(item);
    return step?.smmu === smmu && (step.kind === 'stall' || step.kind === 'transaction');
  }

  /** Whether a write to a register of an SMMU may have set something off. */
  isSetOff(item: Item, smmu: number): boolean {
    const step = this.#headStep(item);
    if (step?.smmu !== smmu) return false;
    if (!(item instanceof FrameNode)) return SET_OFF.has(step.kind);
    return item.kind === 'command' || (item.kind === 'transaction' && this.#isRetry(item));
  }

  /** Whether a transaction is a stalled one that runs again. */
  #isRetry(node: FrameNode): boolean {
    const before = this.#steps[headOf(node) - 2];
    return before?.kind === 'stall' && before.action === 'retried';
  }

  /** Puts the last items that a test picks, and then a step, into a frame of their own. */
  wrapBack(kind: FrameKind, number: number, test: (item: Item) => boolean): void {
    this.#flush();
    const { items } = this.#top.node;
    let from = items.length;
    for (let item = items[from - 1]; item !== undefined && test(item); item = items[from - 1]) from--;
    items.push(new FrameNode(kind, [...items.splice(from), number]));
  }

  /** Puts a step into a frame together with its like before it. */
  group(kind: FrameKind, number: number): void {
    this.#flush();
    this.#lastOf(kind).items.push(number);
  }

  finish(): FrameTree {
    while (this.#stack.length > 1) this.#close();
    this.#flush();
    const owner: FrameNode[] = [];
    number(this.#root, owner);
    return { root: this.#root, owner };
  }
}

/** Whether a step still belongs to the transaction whose result came right before it. */
function isTail(step: TraceStep): boolean {
  return step.kind === 'access' || (step.kind === 'hypervisor' && step.action === 'violation');
}

/** Number of the first step of a frame. */
function headOf(node: FrameNode): number {
  let item: Item | undefined = node;
  while (item instanceof FrameNode) item = item.items[0];
  return item ?? 0;
}

/** Fills in parents, depths and numbers; without recursion, since operations may nest deeply. */
function number(root: FrameNode, owner: FrameNode[]): void {
  const work: { readonly node: FrameNode; at: number }[] = [{ node: root, at: 0 }];
  let next = 1;
  for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
    const { node } = top;
    const item = node.items[top.at++];
    if (item === undefined) {
      node.last = next - 1;
      work.pop();
    } else if (typeof item === 'number') {
      owner.push(node);
      next = item + 1;
    } else {
      item.parent = node;
      item.depth = node.depth + 1;
      item.first = next;
      work.push({ node: item, at: 0 });
    }
  }
}
