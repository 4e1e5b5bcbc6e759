/** One 64-bit word of a larger structure, in words. */
import { decode, type Layout } from '../../emulator/fields/layout.ts';
import { fieldText } from './structure.ts';

/** The fields of a structure that lie in one of its 64-bit words and are not zero; `words` are the two halves of that word. */
export function decodedWord(layout: Layout, dword: number, words: ArrayLike<number>): string {
  const whole = new Uint32Array(layout.words);
  whole[dword * 2] = words[0] ?? 0;
  if (dword * 2 + 1 < whole.length) whole[dword * 2 + 1] = words[1] ?? 0;
  return decode(layout, whole)
    .filter((v) => v.field.dword === dword && v.field.name !== 'Type' && (v.value.hi !== 0 || v.value.lo !== 0))
    .map((v) => `${v.field.name}=${fieldText(v)}`).join(' ');
}
