/**
 * What each step reads and writes, as far as the step itself says so: memory by physical address,
 * registers by their offset in page 0. Changes that no step names are found in the history (cells.ts).
 */
import { toNumber } from '../../emulator/bits/u64.ts';
import type { TraceStep } from './traceStep.ts';

/** One access. */
export interface Touch {
  readonly kind: 'memory' | 'register';
  /** Physical address, or offset of a register. */
  readonly address: number;
  readonly size: number;
  readonly isWrite: boolean;
}

const NONE: readonly Touch[] = [];

/** The accesses of a step. */
export function touches(step: TraceStep): readonly Touch[] {
  switch (step.kind) {
    case 'fetch': return step.isCached ? NONE : [memory(step.address, Math.max(8, step.words.length * 4), false)];
    case 'descriptor': return [memory(step.address, 8, false)];
    case 'command': return [memory(step.address, 16, false)];
    case 'update': return [memory(step.address, 8, true)];
    case 'store': return [memory(step.address, 8, true)];
    case 'access': return [memory(step.address, step.bytes, step.isWrite)];
    case 'interrupt': return step.msi === undefined ? NONE : [memory(step.msi, 4, true)];
    case 'register': return [{ kind: 'register', address: step.offset & 0x3ff, size: step.size, isWrite: true }];
    default: return NONE;
  }
}

function memory(address: { readonly hi: number; readonly lo: number }, size: number, isWrite: boolean): Touch {
  return { kind: 'memory', address: toNumber(address), size, isWrite };
}
