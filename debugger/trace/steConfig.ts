/** The one field of an STE that decides what a walk is made of. */
import { fieldNamed, getField } from '../../emulator/fields/layout.ts';
import { STE } from '../../emulator/fields/ste.ts';

/** STE.Config of a stream with both stages. */
export const CONFIG_NESTED = 7;

const CONFIG = fieldNamed(STE, 'Config');

/** STE.Config; 0 where the entry could not be read. */
export function steConfig(words: Uint32Array): number {
  return CONFIG === undefined || words.length === 0 ? 0 : getField(words, CONFIG).lo;
}
