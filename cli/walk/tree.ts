/**
 * Arranges the steps of one transaction as a tree: the stage-2 walk of a table access under that
 * access, the levels of a walk under the walk. Text only; colours and lines are drawn in print.ts.
 */
import { hex, type U64 } from '../../emulator/bits/u64.ts';
import { CD, L1CD } from '../../emulator/fields/cd.ts';
import { descriptorLayout } from '../../emulator/fields/descriptors.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import { decode, format, formatValue, type Layout } from '../../emulator/fields/layout.ts';
import { L1STD, STE } from '../../emulator/fields/ste.ts';
import type { DescriptorStep, EventStep, FetchStep, PermissionStep, ResultStep, Step, StructureName, TransactionStep } from '../../emulator/steps/step.ts';
import { INSTRUCTION, PRIVILEGED, READ, S2_PX, S2_UX, WRITE } from '../../emulator/walk/access.ts';

/** One line of the tree, with what lies below it. */
export interface TreeNode {
  readonly label: string;
  /** Further text of the same line, less important. */
  readonly detail: string;
  readonly tone: 'plain' | 'good' | 'bad';
  readonly children: TreeNode[];
}

function node(label: string, detail = '', tone: TreeNode['tone'] = 'plain', children: TreeNode[] = []): TreeNode {
  return { label, detail, tone, children };
}

const LAYOUTS: Readonly<Record<StructureName, Layout>> = { L1STD, STE, L1CD, CD };

/** What an access does, in words. */
export function accessText(access: number): string {
  const verb = (access & INSTRUCTION) !== 0 ? 'instruction fetch' : (access & (READ | WRITE)) === (READ | WRITE) ? 'atomic' : (access & WRITE) !== 0 ? 'write' : 'read';
  return `${(access & PRIVILEGED) !== 0 ? 'privileged' : 'unprivileged'} ${verb}`;
}

/** Builds the tree of the steps of one transaction. */
export function walkTree(steps: readonly Step[]): TreeNode {
  const builder = new TreeBuilder();
  for (const step of steps) builder.take(step);
  return builder.finish();
}

class TreeBuilder {
  #root = node('transaction');
  /** Steps of stage 2 that wait for the access that they are for. */
  #stage2: TreeNode[] = [];
  #stage2Input: U64 | undefined;
  #stage1: TreeNode | undefined;

  take(step: Step): void {
    switch (step.kind) {
      case 'transaction': this.#root = node(transactionText(step)); break;
      case 'fetch': this.#root.children.push(this.#below(fetchNode(step), step.ipa)); break;
      case 'descriptor': this.#descriptor(step); break;
      case 'permission': this.#of(step.stage, permissionNode(step)); break;
      case 'update': this.#of(step.stage, node(`hardware update at ${hex(step.address)}`, `${hex(step.before, 16)} becomes ${hex(step.after, 16)}`)); break;
      case 'hit': this.#of(step.cache === 'stage-2 tlb' ? 2 : 1, node(`${step.cache} hit`, `${hex(step.input)} is ${hex(step.output)}`)); break;
      case 'result': this.#end(resultNode(step)); break;
      case 'event': this.#end(eventNode(step)); break;
      default: break;
    }
  }

  finish(): TreeNode {
    this.#flush();
    return this.#root;
  }

  #descriptor(step: DescriptorStep): void {
    if (step.stage === 2) {
      this.#stage2Input ??= step.input;
      this.#stage2.push(descriptorNode(step));
      return;
    }
    this.#ofStage1(step.input).children.push(this.#below(descriptorNode(step), step.ipa));
  }

  #ofStage1(input: U64): TreeNode {
    if (this.#stage1 === undefined) {
      this.#stage1 = node(`stage 1 walk of ${hex(input)}`);
      this.#root.children.push(this.#stage1);
    }
    return this.#stage1;
  }

  #of(stage: 1 | 2, item: TreeNode): void {
    if (stage === 2) this.#stage2.push(item);
    else (this.#stage1 ?? this.#root).children.push(item);
  }

  /** Puts the stage-2 steps seen so far under the access that needed them. */
  #below(item: TreeNode, ipa: U64 | undefined): TreeNode {
    if (this.#stage2.length === 0) return item;
    if (ipa === undefined) {
      this.#flush();
      return item;
    }
    item.children.push(node(`stage 2 walk of ${hex(ipa)}`, '', 'plain', this.#stage2));
    this.#forget();
    return item;
  }

  #forget(): void {
    this.#stage2 = [];
    this.#stage2Input = undefined;
  }

  #flush(): void {
    if (this.#stage2.length === 0) return;
    const input = this.#stage2Input;
    this.#root.children.push(node(`stage 2 walk${input === undefined ? '' : ` of ${hex(input)}`}`, '', 'plain', this.#stage2));
    this.#forget();
  }

  #end(item: TreeNode): void {
    this.#flush();
    this.#root.children.push(item);
  }
}

function transactionText(step: TransactionStep): string {
  const ssid = step.ssid === undefined ? '' : `, SubstreamID 0x${step.ssid.toString(16)}`;
  const translated = step.isTranslated === true ? 'translated ' : '';
  return `${accessText(step.access)} of ${translated}${hex(step.address)} by StreamID 0x${step.sid.toString(16)}${ssid}`;
}

/** The fields that decide about a structure come first; these are left out of the line. */
const UNINTERESTING = new Set(['S1CIR', 'S1COR', 'S1CSH', 'IR0', 'OR0', 'SH0', 'IR1', 'OR1', 'SH1', 'S2IR0', 'S2OR0', 'S2SH0', 'SW_RESERVED']);

function fieldsText(layout: Layout, words: ArrayLike<number>): string {
  const set = decode(layout, words).filter((v) => (v.value.hi !== 0 || v.value.lo !== 0) && !UNINTERESTING.has(v.field.name));
  return set.map((v) => `${v.field.name}=${formatValue(v)}`).join(' ');
}

function fetchNode(step: FetchStep): TreeNode {
  const where = `${step.structure} at ${hex(step.address)}${step.ipa === undefined ? '' : ` (IPA ${hex(step.ipa)})`}`;
  if (step.isAborted) return node(where, 'the read aborts', 'bad');
  const layout = LAYOUTS[step.structure];
  const raw = step.structure === 'L1STD' || step.structure === 'L1CD' ? `${hex({ hi: step.words[1] ?? 0, lo: step.words[0] ?? 0 }, 16)}  ` : '';
  return node(`${where}${step.isCached ? ', cached' : ''}`, raw + fieldsText(layout, step.words));
}

function descriptorNode(step: DescriptorStep): TreeNode {
  const where = `level ${step.level}, index ${step.index}, at ${hex(step.address)}${step.ipa === undefined ? '' : ` (IPA ${hex(step.ipa)})`}`;
  if (step.type === 'aborted') return node(where, 'the read aborts', 'bad');
  if (step.type === 'invalid') return node(`${where} = ${hex(step.value, 16)}`, 'invalid', 'bad');
  const words = [step.value.lo, step.value.hi];
  const layout = descriptorLayout(step.stage, step.level, step.value.lo);
  return node(`${where} = ${hex(step.value, 16)}`, `${step.type}: ${format(layout, words).replace(/^Type=\S+(?: \([^)]*\))? ?/, '')}`);
}

function permissionNode(step: PermissionStep): TreeNode {
  const allowed = step.stage === 1 ? stage1Text(step.permissions) : stage2Text(step.permissions);
  return node(`${accessText(step.access)} ${step.isAllowed ? 'is allowed' : 'is not allowed'}`, `the mapping allows ${allowed}`, step.isAllowed ? 'plain' : 'bad');
}

function letters(bits: number): string {
  return `${(bits & 1) !== 0 ? 'R' : '-'}${(bits & 2) !== 0 ? 'W' : '-'}${(bits & 4) !== 0 ? 'X' : '-'}`;
}

function stage1Text(permissions: number): string {
  return `${letters(permissions & 7)} unprivileged, ${letters((permissions >> 3) & 7)} privileged`;
}

function stage2Text(permissions: number): string {
  const data = letters(permissions & 3).slice(0, 2);
  return `${data}, execute ${[(permissions & S2_UX) !== 0 ? 'unprivileged' : '', (permissions & S2_PX) !== 0 ? 'privileged' : ''].filter((t) => t !== '').join(' and ') || 'never'}`;
}

function resultNode(step: ResultStep): TreeNode {
  if (step.status === 'ok') return node(`passes to ${step.address === undefined ? '?' : hex(step.address)}`, step.attributes, 'good');
  const status = { abort: 'aborted', 'raz-wi': 'reads as zero, writes ignored', stall: 'stalled' }[step.status];
  return node(status, step.sentence, 'bad');
}

function eventNode(step: EventStep): TreeNode {
  const type = eventOf(step.words);
  const fate = { written: 'recorded', waiting: 'waits for room in the queue', dropped: 'lost', merged: 'merged into an earlier record' }[step.fate];
  return node(`event ${type?.name ?? 'unknown'}, ${fate}`, type === undefined ? '' : format(type.layout, step.words), 'bad');
}
