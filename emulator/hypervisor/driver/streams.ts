/**
 * The stream table of a driver: two-level with a split of 8 where the SMMU has it, else linear. New
 * level-2 tables are filled with entries that abort. An entry is changed so that the SMMU never sees a
 * mix: see `writeSte`. The finer steps that Linux plans are not here.
 */
import { u64 } from '../../bits/u64.ts';
import { encodeCommand } from '../../fields/commands.ts';
import { encode } from '../../fields/layout.ts';
import { L1STD, STE } from '../../fields/ste.ts';
import { clear, loadWords, storeWords, type MemoryView } from '../memoryView.ts';
import { PAGE_SIZE, type PagePool } from '../pages.ts';
import type { Fields } from '../state.ts';

const SPLIT = 8;
const LEVEL_2_PAGES = (2 ** SPLIT * 64) / PAGE_SIZE;
const ABORT_STE = encode(STE, { V: 1, Config: 0 });

/** What a stream table is made of. */
export interface StreamTableParts {
  readonly memory: MemoryView;
  readonly pages: PagePool;
  readonly state: Fields<'strtab' | 'isTwoLevel' | 'sidBits'>;
  /** Told when a level-1 descriptor became valid: the SMMU may have cached that it was not. */
  readonly onLevel2?: ((sid: number) => void) | undefined;
  /** What level-2 tables are made of, if not the same pages. */
  readonly level2Pages?: PagePool | undefined;
  /** The entry that new tables are filled with; one that aborts without it. */
  readonly empty?: Uint32Array;
}

/** Shape of the table to be made. */
export interface StreamTableShape {
  readonly isTwoLevel: boolean;
  readonly sidBits: number;
}

/** The stream table of one driver. */
export class StreamTable {
  readonly #parts: StreamTableParts;

  constructor(parts: StreamTableParts) {
    this.#parts = parts;
  }

  /** Makes the table; false where there is no room. */
  create(shape: StreamTableShape): boolean {
    const { memory, pages, state } = this.#parts;
    const bytes = shape.isTwoLevel ? 2 ** Math.max(0, shape.sidBits - SPLIT) * 8 : 2 ** shape.sidBits * 64;
    const table = pages.allocate(Math.ceil(bytes / PAGE_SIZE));
    if (table === undefined) return false;
    clear(memory, table, Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE);
    state.set('strtab', table);
    state.set('isTwoLevel', shape.isTwoLevel ? 1 : 0);
    state.set('sidBits', shape.sidBits);
    if (!shape.isTwoLevel) for (let at = table; at < table + bytes; at += 64) storeWords(memory, at, this.#parts.empty ?? ABORT_STE);
    return true;
  }

  /** Values of STRTAB_BASE and STRTAB_BASE_CFG. */
  get registers(): { readonly base: number; readonly config: number } {
    const { state } = this.#parts;
    const shape = state.get('isTwoLevel') === 1 ? (1 << 16) | (SPLIT << 6) : 0;
    return { base: state.get('strtab'), config: shape | state.get('sidBits') };
  }

  /** Address of a stream's entry, with a level-2 table made on the way; undefined out of range or without room. */
  entry(sid: number): number | undefined {
    return this.#entry(sid, true);
  }

  /** The words of a stream's entry as they lie in memory; undefined where there is none. Changes nothing. */
  words(sid: number): Uint32Array | undefined {
    const at = this.#entry(sid, false);
    return at === undefined ? undefined : loadWords(this.#parts.memory, at, 16);
  }

  #entry(sid: number, make: boolean): number | undefined {
    const { state } = this.#parts;
    if (state.get('strtab') === 0 || sid >= 2 ** state.get('sidBits')) return undefined;
    if (state.get('isTwoLevel') === 0) return state.get('strtab') + sid * 64;
    const table = this.#level2(state.get('strtab') + (sid >>> SPLIT) * 8, sid, make);
    return table === undefined ? undefined : table + (sid & (2 ** SPLIT - 1)) * 64;
  }

  #level2(at: number, sid: number, make: boolean): number | undefined {
    const { memory, pages, level2Pages = pages, empty = ABORT_STE } = this.#parts;
    const old = memory.load(at);
    if (old === undefined) return undefined;
    if ((old.lo & 31) !== 0) return old.hi * 2 ** 32 + ((old.lo & -64) >>> 0);
    const table = make ? level2Pages.allocate(LEVEL_2_PAGES) : undefined;
    if (table === undefined) return undefined;
    for (let i = 0; i < 2 ** SPLIT; i++) storeWords(memory, table + i * 64, empty);
    const words = encode(L1STD, { Span: SPLIT + 1, L2Ptr: table });
    memory.store(at, u64(words[1] ?? 0, words[0] ?? 0));
    this.#parts.onLevel2?.(sid);
    return table;
  }
}

/** What `writeSte` needs. */
export interface SteWrite {
  readonly memory: MemoryView;
  /** Where the entry is. */
  readonly at: number;
  readonly sid: number;
  readonly words: Uint32Array;
  /** Invalidates and waits. */
  readonly submit: (commands: readonly Uint32Array[]) => unknown;
}

/**
 * Changes an entry that may be in use: word 0, which holds V and Config, is written alone; the rest
 * goes before it where the new configuration needs the rest, and after it where it does not.
 */
export function writeSte(write: SteWrite): void {
  const { memory, at, sid, words, submit } = write;
  const old = loadWords(memory, at, 16);
  if (old === undefined) return;
  const cfgi = (): unknown => submit([encodeCommand('CFGI_STE', { StreamID: sid, Leaf: 1 }) ?? new Uint32Array(4)]);
  const first = (): void => {
    if (old[0] === words[0] && old[1] === words[1]) return;
    memory.store(at, u64(words[1] ?? 0, words[0] ?? 0));
    cfgi();
  };
  const rest = (): void => {
    if (old.subarray(2).every((word, i) => word === words[i + 2])) return;
    storeWords(memory, at + 8, words.subarray(2));
    cfgi();
  };
  const isSimple = ((words[0] ?? 0) & 0xe) < 10;
  for (const part of isSimple ? [first, rest] : [rest, first]) part();
}
