/**
 * A hash of machine state: equal states give equal hashes, whatever order they were reached in and
 * however often memory was grown. Cells that are zero do not count, so untouched memory costs
 * nothing and allocation alone changes nothing. Not cryptographic.
 */
import type { History } from './history.ts';

function mix(seed: number, index: number, value: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15) ^ value, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 13), 0x165667b1);
  return h ^ (h >>> 16);
}

/** Hashes all cells of a machine to 16 hex digits. */
export function stateHash(history: History): string {
  let a = 0;
  let b = 0;
  for (const cells of history.cells) {
    const { data, seed } = cells;
    for (let i = 0; i < data.length; i++) {
      const value = data[i] ?? 0;
      if (value === 0) continue;
      const h = mix(seed, i, value);
      a = (a + h) | 0;
      b = (b + Math.imul(h ^ 0x5bd1e995, (seed << 1) | 1) + (value ^ i)) | 0;
    }
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}

/** A 32-bit seed of a name, for `Cells`. */
export function seedOf(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h | 0;
}
