/** The parts of a stream's page tables: each half of stage 1, stage 2, and each half through both. */
import { spaceOf, type Space, type Stage } from '../../inspect/ranges.ts';
import type { InspectedStream } from '../../inspect/context.ts';
import type { System } from '../../system/system.ts';

/** One part. */
export interface Part {
  readonly id: string;
  readonly stage: Stage;
  /** 1 is the upper half of the addresses, TTB1. */
  readonly half: 0 | 1;
}

/** All parts, in the order in which they are shown. */
export const PARTS: readonly Part[] = [
  { id: 's1', stage: 'stage 1', half: 0 }, { id: 's1u', stage: 'stage 1', half: 1 }, { id: 's2', stage: 'stage 2', half: 0 },
  { id: 'both', stage: 'combined', half: 0 }, { id: 'bothu', stage: 'combined', half: 1 },
];

/** The stages, in the order in which they are shown. */
export const STAGES: readonly Stage[] = ['stage 1', 'stage 2', 'combined'];

/** What the stages are called. */
export const STAGE_WORDS: Readonly<Record<Stage, string>> = { 'stage 1': 'Stage 1', 'stage 2': 'Stage 2', combined: 'Stage 1 and stage 2 together' };

/** The tables of a part as the machine stands, or why there are none. */
export function spaceOfPart({ machine }: System, stream: InspectedStream, { stage, half }: Part): Space | string {
  return spaceOf(machine, stream, stage, half);
}
