/** Ranges of translation tables as nodes: a page of them at a time, and a node that leads to the next page. */
import type { System } from '../system/system.ts';
import type { InspectedStream } from './context.ts';
import { group, leaf, type VariableNode } from './node.ts';
import { listRanges, spaceOf, type Space, type Stage, type TableRange } from './ranges.ts';

/** Ranges on one page. */
const PAGE = 100;

/** An input address of a space, as the device gives it. */
export function inputText(space: Space, input: number): string {
  return `0x${(space.base + BigInt(input)).toString(16)}`;
}

/** What a range says, on one line. */
export function rangeText(range: TableRange): string {
  const size = range.size % 2 ** 20 === 0 ? `${range.size / 2 ** 20}M` : `${range.size / 1024}K`;
  if (range.problem !== undefined) return `${size}: ${range.problem}`;
  const to = range.output === undefined ? '' : ` -> 0x${range.output.toString(16)}`;
  return `${size}${to} ${range.permissions}, ${range.attributes}${range.owner === undefined ? '' : `, memory of ${range.owner}`}`;
}

function pageOf(space: Space, from: number): VariableNode[] {
  const { ranges, next, note } = listRanges(space, from, PAGE);
  const nodes = ranges.map((r) => leaf(inputText(space, r.input), rangeText(r), { memory: r.descriptor, type: 'The memory view shows its descriptor.' }));
  if (next !== undefined) nodes.push(group(`from ${inputText(space, next)}`, note ?? 'more', () => pageOf(space, next), { isLazy: true }));
  return nodes;
}

/** The ranges of one stage of a stream: both halves of stage 1. */
export function rangeNodes(system: System, stream: InspectedStream, stage: Stage): VariableNode[] {
  const lower = spaceOf(system.machine, stream, stage, 0);
  const upper = stage === 'stage 2' ? 'none' : spaceOf(system.machine, stream, stage, 1);
  const spaces = [lower, upper].filter((s): s is Space => typeof s !== 'string');
  if (spaces.length === 0) return [leaf('none', typeof lower === 'string' ? lower : '')];
  const nodes = spaces.flatMap((space) => pageOf(space, 0));
  return nodes.length === 0 ? [leaf('none', 'nothing is mapped')] : nodes;
}

const STAGES: readonly { readonly stage: Stage; readonly name: string }[] = [
  { stage: 'stage 1', name: 'Stage 1 ranges' }, { stage: 'stage 2', name: 'Stage 2 ranges' }, { stage: 'combined', name: 'Both stages' },
];

/** The tables of a stream: each stage that it has. */
export function tableNodes(system: System, stream: InspectedStream): VariableNode[] {
  return STAGES.flatMap(({ stage, name }) => {
    const spaces = ([0, 1] as const).map((half) => spaceOf(system.machine, stream, stage, half));
    if (spaces.every((s) => typeof s === 'string')) return [];
    return group(name, 'input -> output, permissions, memory type, owner', () => rangeNodes(system, stream, stage), { isLazy: true });
  });
}
