/**
 * What an inspector is told from outside: the moment that it looks at. Everything is optional, so that
 * a machine can be looked at without any session around it.
 */
import type { U64 } from '../../emulator/bits/u64.ts';
import type { Step } from '../../emulator/steps/step.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { ExpressionValue } from '../expression/value.ts';
import type { DmaOutcome } from '../system/system.ts';

/** Who wrote something last. */
export interface Writer {
  /** One sentence: who, and what it was part of. */
  readonly text: string;
  /** The line that did it. */
  readonly at: SourceRange | undefined;
  /** Line for people, from 1. */
  readonly line: number | undefined;
  /** Number of the step in its unit. */
  readonly step?: number;
}

/** Something that a step changed. */
export type MachineChange =
  | { readonly kind: 'memory'; readonly address: number; readonly before: U64; readonly after: U64 }
  /** 32 bits; `offset` without the 0x10000 of page 1. */
  | { readonly kind: 'register'; readonly smmu: number; readonly offset: number; readonly before: number; readonly after: number }
  /** Anything that has no address: a cache entry, a counter. */
  | { readonly kind: 'other'; readonly name: string; readonly before: string; readonly after: string };

/** The stream that the present frame is about. */
export interface InspectedStream {
  readonly smmu: number;
  readonly sid: number;
  readonly ssid: number | undefined;
}

/** The moment that is looked at. */
export interface InspectContext {
  /** Variables of the scenario. */
  readonly variables?: ReadonlyMap<string, ExpressionValue>;
  /** What came of the last DMA. */
  readonly last?: DmaOutcome | undefined;
  /** Who wrote the 64-bit word at a physical address last; undefined where nobody did. */
  readonly who?: (address: number) => Writer | undefined;
  /** The steps of the present transaction, up to this moment. */
  readonly steps?: readonly Step[];
  readonly stream?: InspectedStream | undefined;
  /** What the last step changed. */
  readonly changes?: () => readonly MachineChange[];
}
