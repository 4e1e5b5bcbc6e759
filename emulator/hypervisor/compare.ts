/**
 * A guest's stream table entry beside the one that the hardware uses for the same stream: field by
 * field, with what became of each. What belongs to stage 2 is the host's alone. Caches are not looked
 * at: an entry that the hardware has cached may differ from both.
 */
import { getField, type Field } from '../fields/layout.ts';
import { STE } from '../fields/ste.ts';
import { hex, type U64 } from '../bits/u64.ts';

/** One field of both entries. */
export interface ComparedField {
  readonly field: Field;
  readonly guest: U64;
  readonly host: U64;
  /** `merged`: the host's value follows from the guest's; `host`: the host's own business; `dropped`: the guest's wish had no effect; `differs`: the hardware does something else. */
  readonly verdict: 'same' | 'merged' | 'host' | 'dropped' | 'differs';
}

/** Both entries. */
export interface SteComparison {
  /** Fields that are not zero in at least one of them. */
  readonly fields: readonly ComparedField[];
  /** Whether the hardware does what the guest's entry asks for. */
  readonly isFollowed: boolean;
  readonly sentence: string;
}

/** The entries of one stream of a device. */
export interface ComparedStream {
  /** The device as the model's configuration names it, and the domain that has it. */
  readonly device: string;
  readonly domain: string;
  /** StreamID in the guest's table; the physical one where both are the same. */
  readonly virtualSid: number;
  /** Index of the physical SMMU, and the StreamID there. */
  readonly smmu: number;
  readonly sid: number;
  /** All 16 words of each entry. The guest's are zeros where its table has none, the host's where the hardware has none. */
  readonly guest: Uint32Array;
  readonly host: Uint32Array;
  readonly comparison: SteComparison;
}

/** A stream with both of its entries compared; an entry that is not there counts as zeros. */
export function comparedStream(stream: Omit<ComparedStream, 'guest' | 'host' | 'comparison'>, guest: Uint32Array | undefined, host: Uint32Array | undefined): ComparedStream {
  const entries = { guest: guest ?? new Uint32Array(16), host: host ?? new Uint32Array(16) };
  return { ...stream, ...entries, comparison: compareStes(entries.guest, entries.host) };
}

const CONFIG_WORDS: Readonly<Record<number, string>> = { 0: 'abort', 4: 'bypass', 5: 'stage 1 only', 6: 'stage 2 only', 7: 'stage 1 and stage 2' };
/** What the host should do for the Config of a guest; an invalid or reserved one aborts. */
const WANTED: Readonly<Record<number, number>> = { 0: 0, 4: 6, 5: 7 };
const POINTERS = new Set(['S1ContextPtr', 'S1Fmt', 'S1CDMax']);

function configOf(words: ArrayLike<number>): number {
  const low = words[0] ?? 0;
  return (low & 1) === 0 ? 0 : (low >>> 1) & 7;
}

/** Compares a guest's entry with the host's. */
export function compareStes(guest: ArrayLike<number>, host: ArrayLike<number>): SteComparison {
  const [asked, live] = [configOf(guest), configOf(host)];
  const wanted = WANTED[asked] ?? 0;
  const isConfigured = live === wanted;
  const isNested = live === 7 && wanted === 7;
  const fields = STE.fields.flatMap((field): ComparedField[] => {
    const values = { field, guest: getField(guest, field), host: getField(host, field) };
    const isZero = [values.guest, values.host].every((v) => v.hi === 0 && v.lo === 0);
    return isZero ? [] : [{ ...values, verdict: verdictOf(values, { isConfigured, isNested }) }];
  });
  const wrong = fields.find((f) => f.verdict === 'differs');
  const isFollowed = isConfigured && wrong === undefined;
  const doing = CONFIG_WORDS[live] ?? `Config ${live}`;
  const sentence = isFollowed
    ? `The hardware follows the guest: ${doing}.`
    : `The guest asks for ${(guest[0] ?? 0) % 2 === 0 ? 'nothing (V is 0)' : (CONFIG_WORDS[asked] ?? `Config ${asked}`)}, the hardware does ${doing}${isNested && wrong !== undefined ? ` with another ${wrong.field.name} (${hex(wrong.host)})` : ''}.`;
  return { fields, isFollowed, sentence };
}

function verdictOf(values: Omit<ComparedField, 'verdict'>, state: { isConfigured: boolean; isNested: boolean }): ComparedField['verdict'] {
  const { field, guest, host } = values;
  const isSame = guest.hi === host.hi && guest.lo === host.lo;
  if (field.name === 'Config' || field.name === 'V') return state.isConfigured ? 'merged' : 'differs';
  if (field.name.startsWith('S2')) return 'host';
  if (isSame) return 'same';
  if (POINTERS.has(field.name)) return state.isNested ? 'differs' : 'dropped';
  return guest.hi === 0 && guest.lo === 0 ? 'host' : 'dropped';
}
