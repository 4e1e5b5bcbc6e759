/**
 * The present transaction as nodes: what it asks for, and the way that it took so far, with the stage-2
 * walks below the table access that they served. Made of the steps alone; nothing is looked up again.
 */
import { hex, toNumber } from '../../emulator/bits/u64.ts';
import { CD } from '../../emulator/fields/cd.ts';
import { descriptorLayout } from '../../emulator/fields/descriptors.ts';
import { fieldNamed, getField, type Layout } from '../../emulator/fields/layout.ts';
import { eventOf } from '../../emulator/fields/events.ts';
import { STE } from '../../emulator/fields/ste.ts';
import { STRUCTURE_LAYOUTS } from '../../emulator/fields/structures.ts';
import type { DescriptorStep, FetchStep, Step, StructureName, TransactionStep } from '../../emulator/steps/step.ts';
import { accessText } from '../../emulator/walk/access.ts';
import { deviceOf } from '../system/names.ts';
import type { System } from '../system/system.ts';
import { smmuName, streamText } from './machineNames.ts';
import { group, leaf, type VariableNode } from './node.ts';
import { structureNode, summary, type NumberReader, type Structure } from './structure.ts';

/** The step with which the last transaction among some steps began, and what followed. */
export function lastTransaction(steps: readonly Step[]): { readonly start: (Step & TransactionStep) | undefined; readonly steps: readonly Step[] } {
  const at = steps.findLastIndex((s) => s.kind === 'transaction');
  const start = steps[at];
  return start?.kind === 'transaction' ? { start, steps: steps.slice(at) } : { start: undefined, steps };
}

/** What the transaction asks for, and what came of it so far. */
export function transactionNodes(system: System, steps: readonly Step[]): VariableNode[] {
  const { start, steps: own } = lastTransaction(steps);
  if (start === undefined) return [];
  const device = deviceOf(system, start.smmu, start.sid);
  const result = own.findLast((s) => s.kind === 'result');
  const event = own.findLast((s) => s.kind === 'event');
  return [
    leaf('device', device?.name ?? 'no known device', device?.at === undefined ? {} : { from: device.at }),
    leaf('SMMU', smmuName(system, start.smmu)),
    leaf('StreamID', `0x${start.sid.toString(16)}`),
    leaf('SubstreamID', start.ssid === undefined ? 'none' : `0x${start.ssid.toString(16)}`),
    leaf('address', hex(start.address)),
    leaf('access', accessText(start.access)),
    ...(result === undefined ? [leaf('result', 'under way')] : [
      leaf('result', result.status, { type: result.sentence }),
      ...(result.address === undefined ? [] : [leaf('output', hex(result.address), { memory: toNumber(result.address) }), leaf('attributes', result.attributes)]),
      ...(result.sentence === '' ? [] : [leaf('why', result.sentence)]),
    ]),
    ...(event === undefined ? [] : [leaf('event', `${eventOf(event.words)?.name ?? 'unknown event'}, ${event.fate}`)]),
  ];
}

/** The steps of the walk as nodes; stage-2 steps are gathered under what they were for. */
export function walkNodes(system: System, steps: readonly Step[], read: NumberReader): VariableNode[] {
  const nodes: VariableNode[] = [];
  let nested: VariableNode[] = [];
  const own = lastTransaction(steps).steps;
  const order = tableOrder(own);
  for (const [i, step] of own.entries()) {
    const node = stepNode(system, step, { order, read });
    if (node === undefined) continue;
    if (isStage2(step, own[i + 1])) nested.push(node);
    else {
      nodes.push(...(serves(step) ? [withNested(node, nested)] : [...nested, node]));
      nested = [];
    }
  }
  return [...nodes, ...nested];
}

/** Whether a step belongs to a stage-2 walk; a walk cache answers right before the walk that goes on from there. */
function isStage2(step: Step, next: Step | undefined): boolean {
  if (step.kind === 'hit' && step.cache === 'walk cache') return next?.kind === 'descriptor' && next.stage === 2;
  return (step.kind === 'descriptor' && step.stage === 2) || (step.kind === 'permission' && step.stage === 2) || (step.kind === 'hit' && step.cache === 'stage-2 tlb');
}

/** A stage-2 walk before such a step was for its address. */
function serves(step: Step): boolean {
  return (step.kind === 'descriptor' || (step.kind === 'fetch' && !step.isCached)) && step.ipa !== undefined;
}

function withNested(node: VariableNode, nested: readonly VariableNode[]): VariableNode {
  if (nested.length === 0) return node;
  const { children } = node;
  return { ...node, children: () => [group('stage 2 of its address', nested.length === 1 ? '1 step' : `${nested.length} steps`, () => nested), ...(children?.() ?? [])] };
}

/** A configuration structure that was read, with its fields. */
export function fetchStructure(step: FetchStep): Structure {
  // A cached copy has no place: what memory holds may differ from it.
  return { layout: STRUCTURE_LAYOUTS[step.structure], words: step.words, place: step.isCached ? undefined : { kind: 'memory', address: toNumber(step.address) } };
}

/** Whether the tables of a stage are big-endian, as the configuration that the transaction met has it. */
export type TableOrder = (stage: 1 | 2) => boolean;

/** The byte order of the tables of a transaction. */
export function tableOrder(steps: readonly Step[]): TableOrder {
  const isSet = (structure: StructureName, layout: Layout, name: string): boolean => {
    const fetch = steps.findLast((s): s is Step & FetchStep => s.kind === 'fetch' && s.structure === structure);
    const order = fieldNamed(layout, name);
    return fetch !== undefined && order !== undefined && getField(fetch.words, order).lo === 1;
  };
  return (stage) => (stage === 1 ? isSet('CD', CD, 'ENDI') : isSet('STE', STE, 'S2ENDI'));
}

/** A descriptor that was read. */
export function descriptorStructure(step: DescriptorStep, order: TableOrder): Structure {
  const address = toNumber(step.address);
  return {
    layout: descriptorLayout(step.stage, step.level, step.value.lo), words: [step.value.lo, step.value.hi],
    place: order(step.stage) ? { kind: 'memory', address, isBigEndian: true } : { kind: 'memory', address },
  };
}

/** The descriptors of the walk, without what lies between them. */
export function descriptorNodes(steps: readonly Step[], read: NumberReader): VariableNode[] {
  const own = lastTransaction(steps).steps;
  const order = tableOrder(own);
  return own.flatMap((s) => (s.kind === 'descriptor' ? [descriptorNode(s, order, read)] : []));
}

function descriptorNode(step: DescriptorStep, order: TableOrder, read: NumberReader): VariableNode {
  const structure = descriptorStructure(step, order);
  const text = step.type === 'aborted' ? 'no memory answered' : `${step.type} ${hex(step.value)} ${step.type === 'invalid' ? '' : summary(structure)}`.trimEnd();
  return structureNode(`stage ${step.stage} level ${step.level}`, structure, read, {
    value: `[${step.index}] ${text}`, type: `Descriptor of ${hex(step.input)}, at ${hex(step.address)}${step.ipa === undefined ? '' : ` (IPA ${hex(step.ipa)})`}.`,
  });
}

function fetchNode(system: System, step: Step & FetchStep, read: NumberReader): VariableNode {
  if (step.isAborted) return leaf(step.structure, `no memory answered at ${hex(step.address)}`);
  const structure = fetchStructure(step);
  const where = step.isCached ? 'cached copy' : `at ${hex(step.address)}`;
  return structureNode(step.structure, structure, read, { value: `${where}: ${summary(structure)}`, type: `${structure.layout.text} SMMU ${smmuName(system, step.smmu)}.` });
}

type Shower<K extends Step['kind']> = (step: Extract<Step, { kind: K }>) => VariableNode;

const OTHERS: { readonly [K in Step['kind']]?: Shower<K> } = {
  hit: (s) => leaf(`${s.cache} hit`, `${hex(s.input)} -> ${hex(s.output)}`),
  permission: (s) => leaf(`stage ${s.stage} permissions`, `${s.isAllowed ? 'allow' : 'forbid'} the ${accessText(s.access)}`),
  update: (s) => leaf(`stage ${s.stage} update`, `${hex(s.before)} -> ${hex(s.after)}`, { memory: toNumber(s.address) }),
  result: (s) => leaf('result', s.status === 'ok' ? `ok ${s.address === undefined ? '' : hex(s.address)}` : s.status, { type: s.sentence }),
  event: (s) => leaf('event', `${eventOf(s.words)?.name ?? 'unknown event'}, ${s.fate}`),
  stall: (s) => leaf('stall', `STAG ${s.stag} ${s.action}`),
};

function stepNode(system: System, step: Step, { order, read }: { readonly order: TableOrder; readonly read: NumberReader }): VariableNode | undefined {
  if (step.kind === 'transaction') return leaf('transaction', `${streamText(system, step.smmu, step.sid)}: ${accessText(step.access)} of ${hex(step.address)}`);
  if (step.kind === 'fetch') return fetchNode(system, step, read);
  if (step.kind === 'descriptor') return descriptorNode(step, order, read);
  const show = OTHERS[step.kind] as ((step: Step) => VariableNode) | undefined;
  return show?.(step);
}
