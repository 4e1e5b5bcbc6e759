/**
 * Changes that a person makes to a machine while looking at it, as plain data: the session applies them,
 * and applies them again when it runs a unit anew. An edit changes state and nothing else. A register
 * gets its value without the protocol of a write, so nothing runs because of it; the scenario's `write`
 * is for that.
 */
import type { Machine } from '../../emulator/machine/machine.ts';

/** One change. */
export type Edit =
  /** Bytes at a physical address. */
  | { readonly kind: 'memory'; readonly address: number; readonly bytes: readonly number[] }
  /** 32 bits of a register: `offset` is that of the half, page 1 without its 0x10000. */
  | { readonly kind: 'register'; readonly smmu: number; readonly offset: number; readonly value: number };

/** Edits, or one sentence that says why there are none. */
export type EditResult = { readonly ok: true; readonly edits: readonly Edit[] } | { readonly ok: false; readonly message: string };

/** A refusal. */
export function refused(message: string): EditResult & { ok: false } {
  return { ok: false, message };
}

/** Carries out edits; false where memory did not take one. */
export function applyEdits(machine: Machine, edits: readonly Edit[]): boolean {
  let isDone = true;
  for (const edit of edits) {
    if (edit.kind === 'memory') isDone = machine.memory.write(edit.address, edit.bytes) && isDone;
    else machine.smmus[edit.smmu]?.parts.registers.set(edit.offset, edit.value);
  }
  return isDone;
}

/** The bytes of 32-bit words. */
export function bytesOfWords(words: ArrayLike<number>): number[] {
  return Array.from(words).flatMap((w) => [w & 0xff, (w >>> 8) & 0xff, (w >>> 16) & 0xff, w >>> 24]);
}
