/**
 * Which structure raw words are when nobody says so. Length decides most of it; 64 bytes are an STE
 * or a CD and 16 bytes a command or a page request, which a look at reserved bits tells apart. A
 * guess that could have gone the other way comes with a note.
 */
import { hex, type U64 } from '../bits/u64.ts';
import { CD } from '../fields/cd.ts';
import { commandOf } from '../fields/commands.ts';
import type { Layout } from '../fields/layout.ts';
import { STE } from '../fields/ste.ts';
import type { RecordKind } from './finding.ts';
import { words32 } from './structures.ts';

/** A kind, and whether the shape alone decided it. */
export interface Guess {
  readonly kind: RecordKind;
  readonly note: string | undefined;
}

/** How many 64-bit words each kind has; a longer input is a table of them. */
export const DWORDS: Readonly<Record<RecordKind, number>> = { event: 4, command: 2, pri: 2, ste: 8, cd: 8, desc: 1 };

/** Guesses the kind of some 64-bit words; undefined where nothing has that length. */
export function guess(dwords: readonly U64[]): Guess | undefined {
  if (dwords.length % 8 === 0 && dwords.length > 0) return steOrCd(dwords.slice(0, 8));
  if (dwords.length === 4 || dwords.length === 3) return { kind: 'event', note: undefined };
  if (dwords.length === 2) return commandOrPri(dwords);
  return dwords.length === 1 ? { kind: 'desc', note: undefined } : undefined;
}

function strayCount(of: Layout, words: Uint32Array): number {
  let count = 0;
  for (let bit = 0; bit < words.length * 32; bit++) {
    if (((words[bit >> 5] ?? 0) >>> (bit & 31) & 1) === 0) continue;
    const dword = bit >> 6;
    const at = bit & 63;
    if (!of.fields.some((f) => f.dword === dword && f.lsb <= at && at <= f.msb)) count++;
  }
  return count;
}

function steOrCd(dwords: readonly U64[]): Guess {
  const words = words32(dwords);
  const first = words[0] ?? 0;
  const steScore = ((first & 1) === 1 ? 2 : 0) + ((first & 9) === 9 ? 1 : 0) - strayCount(STE, words);
  const isCdShape = (first >>> 31) === 1 && ((words[1] ?? 0) >>> 9 & 1) === 1;
  const hasMair = ((words[7] ?? 0) >>> 24) !== 0 || ((words[6] ?? 0) & 0xff) !== 0;
  const cdScore = (isCdShape ? 3 : 0) + (hasMair ? 2 : 0) - strayCount(CD, words);
  const kind = cdScore > steScore ? 'cd' : 'ste';
  const other = kind === 'cd' ? 'ste' : 'cd';
  return { kind, note: Math.abs(cdScore - steScore) < 3 ? `This may also be read with --as ${other}.` : undefined };
}

function commandOrPri(dwords: readonly U64[]): Guess {
  const words = words32(dwords);
  const command = commandOf(words);
  const strayOfCommand = command === undefined ? 64 : strayCount(command.layout, words);
  const isZero = words.every((w) => w === 0);
  // A page request has rights in bits 63:58 and no more than a group number in the low bits of its second word.
  const isPriShape = ((words[1] ?? 0) >>> 26) !== 0 && ((words[1] ?? 0) >>> 20 & 0x3f) === 0 && ((words[2] ?? 0) & 0xe00) === 0;
  if (isZero || (command !== undefined && strayOfCommand === 0) || !isPriShape) {
    return { kind: 'command', note: isPriShape && command !== undefined ? 'This may also be read with --as pri.' : undefined };
  }
  return { kind: 'pri', note: `Read as a page request: ${hex(dwords[0] ?? { hi: 0, lo: 0 })} is not a well-formed command (--as cmd reads it as one).` };
}
