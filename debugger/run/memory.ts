/** Writes of a processor as scenarios ask for them: any bytes anywhere, word by word, so that each is a step. */
import { fromNumber, hex, u64, type U64 } from '../../emulator/bits/u64.ts';
import { setField, type Field, type Layout } from '../../emulator/fields/layout.ts';
import { loadWords, type MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import type { Memory } from '../../emulator/memory/memory.ts';
import { misfit } from '../inspect/structure.ts';
import type { Act } from './act.ts';
import { fieldOf, unusable } from './arguments.ts';

/** Who writes where. */
export interface Target {
  readonly memory: Memory;
  readonly view: MemoryView;
}

/** Memory as whoever acts addresses it. */
export function targetOf(act: Act): Target {
  return { memory: act.system.machine.memory, view: act.system.memoryOf(act.domain) };
}

/** Writes bytes; ends the action where nothing is there. */
export function storeBytes({ memory, view }: Target, address: number, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length;) {
    const at = address + i;
    const word = at - (at % 8);
    const take = Math.min(8 - (at % 8), bytes.length - i);
    if (!storeWord({ memory, view }, word, { bytes: bytes.subarray(i, i + take), from: at % 8 })) noMemory(at);
    i += take;
  }
}

function storeWord({ memory, view }: Target, word: number, part: { readonly bytes: Uint8Array; readonly from: number }): boolean {
  const physical = view.locate(word);
  if (physical === undefined) return false;
  // Registers take accesses of their own width only.
  if (memory.map.at(physical)?.kind === 'mmio') return memory.write(physical + part.from, part.bytes);
  const old = part.bytes.length === 8 ? u64(0, 0) : view.load(word);
  if (old === undefined) return false;
  const words = [old.lo, old.hi];
  part.bytes.forEach((byte, i) => {
    const bit = ((part.from + i) % 4) * 8;
    const index = part.from + i < 4 ? 0 : 1;
    words[index] = ((words[index] ?? 0) & ~(0xff << bit)) | (byte << bit);
  });
  return view.store(word, u64(words[1] ?? 0, words[0] ?? 0));
}

function noMemory(address: number): never {
  return unusable(`no memory answers at ${hex(fromNumber(address))}`);
}

/** Reads bytes; undefined where any is missing. */
export function loadBytes({ memory, view }: Target, address: number, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const at = address + done;
    const take = Math.min(4096 - (at % 4096), length - done);
    const physical = view.locate(at);
    const piece = physical === undefined ? undefined : memory.read(physical, take);
    if (piece === undefined) return undefined;
    bytes.set(piece, done);
    done += take;
  }
  return bytes;
}

/** A value that its field can hold whole. */
export function fitting(field: Field, value: U64): U64 {
  const problem = misfit(field, value);
  return problem === undefined ? value : unusable(`${hex(value)} does not fit: ${problem}`);
}

/** Changes the named fields of a structure in memory, and only the words that they are in. */
export function changeFields(act: Act, address: number, layout: Layout): string {
  const target = targetOf(act);
  if (address % 8 !== 0) return unusable(`${hex(fromNumber(address))} is no multiple of 8`);
  const words = loadWords(target.view, address, layout.words);
  if (words === undefined) return noMemory(address);
  const before = Uint32Array.from(words);
  for (const [name, value] of act.args.fields('fields')) {
    const field = fieldOf(layout, name);
    setField(words, field, fitting(field, value));
  }
  for (let i = 0; i < words.length; i += 2) {
    if (words[i] === before[i] && words[i + 1] === before[i + 1]) continue;
    if (!target.view.store(address + i * 4, u64(words[i + 1] ?? 0, words[i] ?? 0))) noMemory(address + i * 4);
  }
  act.memo = { ...act.memo, uninvalidated: act.args.action.at, last: { ok: true, text: 'written' } };
  return `${layout.name} at ${hex(fromNumber(address))} changed`;
}
