/**
 * A guest's grant table, version 1, as it lies in the guest's memory (Xen public/grant_table.h):
 * 8-byte entries of flags, domain and frame. The guest's side of it: taking references, granting,
 * ending. Version 2, transitive and sub-page grants are not modelled beyond their flag bits.
 */
import type { History } from '../../history/history.ts';
import { u64 } from '../../bits/u64.ts';
import type { MemoryView } from '../memoryView.ts';
import { PAGE_SIZE } from '../pages.ts';
import { Box } from '../state.ts';

/** Bits of an entry's flags: the type in bits 1:0, and what both sides write beside it. */
export const GTF = {
  invalid: 0, permitAccess: 1, acceptTransfer: 2, transitive: 3, typeMask: 3,
  readonly: 4, reading: 8, writing: 16, pwt: 32, pcd: 64, pat: 128, subPage: 256,
} as const;

/** Entries in a 4K frame of the table. */
export const ENTRIES_PER_FRAME = PAGE_SIZE / 8;

/** References 0..7 are for the toolstack: console, xenstore and others to come. */
export const RESERVED_REFS = 8;

/** What Xen allows a guest unless told otherwise (`gnttab_max_frames`). */
export const DEFAULT_MAX_FRAMES = 64;

/** An entry, decoded. */
export interface GrantEntry {
  readonly flags: number;
  /** Domain that may map the frame. */
  readonly domid: number;
  /** Guest frame number. */
  readonly frame: number;
}

/** References in a row. */
interface Run {
  readonly first: number;
  readonly count: number;
}

/** Where a table is, and how far it may grow. */
export interface GrantTableParts {
  readonly history: History;
  readonly name: string;
  /** The guest's memory, by guest physical address. */
  readonly memory: MemoryView;
  /** Guest physical address of the first frame. */
  readonly base: number;
  readonly maxFrames: number;
}

/** The grant table of one guest. */
export class GrantTable {
  readonly #parts: GrantTableParts;
  readonly #taken: Box<readonly Run[]>;

  constructor(parts: GrantTableParts) {
    this.#parts = parts;
    this.#taken = new Box<readonly Run[]>(parts.history, `${parts.name}.grants`, []);
  }

  /** How many references the table can hold, the reserved ones included. */
  get size(): number {
    return this.#parts.maxFrames * ENTRIES_PER_FRAME;
  }

  /** How many references are free. */
  get free(): number {
    return this.#taken.value.reduce((left, run) => left - run.count, this.size - RESERVED_REFS);
  }

  /** Takes references in a row, lowest first; undefined where no such row is free. */
  take(count: number): number | undefined {
    const taken = this.#taken.value;
    const starts = [RESERVED_REFS, ...taken.map((run) => run.first + run.count)];
    const at = starts.findIndex((start, i) => start + count <= (taken[i]?.first ?? this.size));
    const first = starts[at];
    if (first === undefined) return undefined;
    this.#taken.value = [...taken.slice(0, at), { first, count }, ...taken.slice(at)];
    return first;
  }

  /** Gives a row back that was taken as a whole. */
  release(first: number): void {
    this.#taken.value = this.#taken.value.filter((run) => run.first !== first);
  }

  /** An entry; undefined outside the table. */
  entry(ref: number): GrantEntry | undefined {
    if (ref >= this.size) return undefined;
    const value = this.#parts.memory.load(this.#parts.base + ref * 8);
    return value === undefined ? undefined : { flags: value.lo & 0xffff, domid: value.lo >>> 16, frame: value.hi };
  }

  /** Grants a frame: domain and frame first, flags last, so that Xen never sees half an entry. */
  grant(ref: number, { domid, frame, flags }: GrantEntry): void {
    this.#store(ref, { domid, frame, flags: GTF.invalid });
    this.#store(ref, { domid, frame, flags });
  }

  /** Ends a grant; false while the other side has it mapped. */
  end(ref: number): boolean {
    const entry = this.entry(ref);
    if (entry === undefined || (entry.flags & (GTF.reading | GTF.writing)) !== 0) return false;
    this.#store(ref, { ...entry, flags: GTF.invalid });
    return true;
  }

  /** Changes flags of an entry, as Xen does when it maps and unmaps. */
  mark(ref: number, set: number, clear: number): void {
    const entry = this.entry(ref);
    if (entry !== undefined) this.#store(ref, { ...entry, flags: (entry.flags | set) & ~clear });
  }

  #store(ref: number, { flags, domid, frame }: GrantEntry): void {
    this.#parts.memory.store(this.#parts.base + ref * 8, u64(frame, (domid << 16) | flags));
  }
}
