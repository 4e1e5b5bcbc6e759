/**
 * VMSAv8-64 translation tables of either stage as software builds them: 4K granule, 48-bit input, four
 * levels, pages and 2M blocks. Tables that become empty stay; attributes are Normal write-back, inner
 * shareable, access flag set. Invalidation is the caller's business.
 */
import { u64, type U64 } from '../bits/u64.ts';
import { clear, type MemoryView } from './memoryView.ts';
import { PAGE_SIZE, type PagePool } from './pages.ts';

/** Bytes of a level-2 block. */
export const BLOCK_SIZE = 0x20_0000;

const ADDRESS_HI = 0xffff;
const LEAF_LEVEL = 3;

/** What tables are made of. */
export interface PageTableParts {
  readonly memory: MemoryView;
  readonly pages: PagePool;
  readonly stage: 1 | 2;
  /** Told for each descriptor that is written. */
  readonly onWrite?: (address: number, value: U64) => void;
}

/** How a range is mapped. */
export interface MapOptions {
  /** No write access. */
  readonly readOnly?: boolean;
  /** 2M blocks where input and output allow them. */
  readonly blocks?: boolean;
}

/** A leaf descriptor that maps an address. */
export interface Leaf {
  /** Where the address leads. */
  readonly output: number;
  readonly level: number;
  /** Address of the descriptor, and what it holds. */
  readonly address: number;
  readonly value: U64;
}

/** Attributes of a leaf in its low word, without type. */
function attributes(stage: 1 | 2, options: MapOptions): number {
  if (stage === 1) return options.readOnly === true ? 0xfc0 : 0xf40;
  return options.readOnly === true ? 0x77c : 0x7fc;
}

/** One set of tables. `root` is its address in the view that the tables are built through. */
export class PageTable {
  readonly root: number;
  readonly #parts: PageTableParts;

  /** Tables at a root that exists; `PageTable.create` makes a new one. */
  constructor(parts: PageTableParts, root: number) {
    this.#parts = parts;
    this.root = root;
  }

  /** Makes empty tables; undefined where there is no page for the root. */
  static create(parts: PageTableParts): PageTable | undefined {
    const root = freshTable(parts);
    return root === undefined ? undefined : new PageTable(parts, root);
  }

  /** Maps a range of whole pages, replacing what was there; false where pages for tables ran out. */
  map(input: number, output: number, size: number, options: MapOptions = {}): boolean {
    const low = attributes(this.#parts.stage, options);
    for (let done = 0; done < size; ) {
      const isBlock = options.blocks === true && size - done >= BLOCK_SIZE && (input + done) % BLOCK_SIZE === 0 && (output + done) % BLOCK_SIZE === 0;
      const at = this.#descriptor(input + done, isBlock ? 2 : LEAF_LEVEL, true);
      if (at === undefined) return false;
      const to = output + done;
      this.#write(at, u64(Math.floor(to / 2 ** 32) & ADDRESS_HI, to | low | (isBlock ? 1 : 3)));
      done += isBlock ? BLOCK_SIZE : PAGE_SIZE;
    }
    return true;
  }

  /** Unmaps a range of whole pages; gives how many descriptors it cleared. */
  unmap(input: number, size: number): number {
    let cleared = 0;
    for (let done = 0; done < size; ) {
      const leaf = this.find(input + done);
      if (leaf === undefined) {
        done += PAGE_SIZE;
        continue;
      }
      const isWhole = leaf.level === LEAF_LEVEL || ((input + done) % BLOCK_SIZE === 0 && size - done >= BLOCK_SIZE);
      const at = isWhole ? leaf.address : this.#descriptor(input + done, LEAF_LEVEL, true);
      if (at === undefined) return cleared;
      this.#write(at, u64(0, 0));
      cleared++;
      done += isWhole && leaf.level < LEAF_LEVEL ? BLOCK_SIZE : PAGE_SIZE;
    }
    return cleared;
  }

  /** The leaf that maps an address, or undefined. */
  find(input: number): Leaf | undefined {
    let table = this.root;
    for (let level = 0; level <= LEAF_LEVEL; level++) {
      const address = table + indexAt(input, level) * 8;
      const value = this.#parts.memory.load(address);
      if (value === undefined || (value.lo & 1) === 0) return undefined;
      if (level === LEAF_LEVEL || (value.lo & 2) === 0) {
        const size = 2 ** (12 + 9 * (LEAF_LEVEL - level));
        const base = addressOf(value);
        return { output: base - (base % size) + (input % size), level, address, value };
      }
      table = addressOf(value);
    }
    return undefined;
  }

  /** The address and value of the descriptor of an input at a level, whatever it is; undefined where no table leads there. */
  entry(input: number, level: number): Pick<Leaf, 'address' | 'value'> | undefined {
    const address = this.#descriptor(input, level, false);
    const value = address === undefined ? undefined : this.#parts.memory.load(address);
    return address === undefined || value === undefined ? undefined : { address, value };
  }

  /** Address of the level-3 descriptor of a page, with tables made on the way; undefined without room. */
  slot(input: number): number | undefined {
    return this.#descriptor(input, LEAF_LEVEL, true);
  }

  /** Stores any value as the level-3 descriptor of a page. */
  put(input: number, value: U64): boolean {
    const at = this.slot(input);
    if (at !== undefined) this.#write(at, value);
    return at !== undefined;
  }

  #write(at: number, value: U64): void {
    this.#parts.memory.store(at, value);
    this.#parts.onWrite?.(at, value);
  }

  #descriptor(input: number, level: number, make: boolean): number | undefined {
    let table = this.root;
    for (let l = 0; l < level; l++) {
      const at = table + indexAt(input, l) * 8;
      const value = this.#parts.memory.load(at);
      if (value === undefined) return undefined;
      const isTable = (value.lo & 3) === 3;
      const next = isTable ? addressOf(value) : make ? this.#newTable(at, value, l) : undefined;
      if (next === undefined) return undefined;
      table = next;
    }
    return table + indexAt(input, level) * 8;
  }

  /** A table where none was; a block there becomes a table that maps the same. */
  #newTable(at: number, old: U64, level: number): number | undefined {
    const table = freshTable(this.#parts);
    if (table === undefined) return undefined;
    if ((old.lo & 1) === 1) {
      const size = 2 ** (12 + 9 * (2 - level));
      const base = addressOf(old);
      const type = level + 1 === LEAF_LEVEL ? 3 : 1;
      for (let i = 0; i < 512; i++) {
        const to = base - (base % (size * 512)) + i * size;
        this.#write(table + i * 8, u64((old.hi & ~ADDRESS_HI) | (Math.floor(to / 2 ** 32) & ADDRESS_HI), to | (old.lo & 0xffc) | type));
      }
    }
    this.#write(at, u64(Math.floor(table / 2 ** 32) & ADDRESS_HI, table | 3));
    return table;
  }
}

function freshTable(parts: PageTableParts): number | undefined {
  const table = parts.pages.allocate();
  if (table !== undefined) clear(parts.memory, table, PAGE_SIZE);
  return table;
}

function indexAt(input: number, level: number): number {
  return Math.floor(input / 2 ** (12 + 9 * (LEAF_LEVEL - level))) % 512;
}

function addressOf(value: U64): number {
  return (value.hi & ADDRESS_HI) * 2 ** 32 + ((value.lo & -4096) >>> 0);
}
