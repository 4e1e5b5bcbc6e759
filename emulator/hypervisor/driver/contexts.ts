/**
 * The address spaces that a driver gives to its devices: a table of context descriptors for each, and
 * translation tables for each descriptor in use. The stream table entry that leads there is not here.
 */
import { encode } from '../../fields/layout.ts';
import { CD } from '../../fields/cd.ts';
import type { History } from '../../history/history.ts';
import { ReplayedLog } from '../../history/replayedLog.ts';
import { clear, storeWords, type MemoryView } from '../memoryView.ts';
import { PageTable, type PageTableParts } from '../pageTable.ts';
import { PAGE_SIZE, type PagePool } from '../pages.ts';
import { Box, type Fields } from '../state.ts';
import { addRange, leadsTo, removeRange, type MappedRange } from './ranges.ts';

const CD_BYTES = 64;

/** One address space of a device. */
export interface Space {
  /** Index of its CD: 0 also for traffic without SubstreamID. */
  readonly ssid: number;
  readonly asid: number;
  readonly root: number;
}

/** A change of what an address space maps. */
type Change =
  | { readonly kind: 'map'; readonly asid: number; readonly range: MappedRange }
  | { readonly kind: 'unmap'; readonly asid: number; readonly iova: number; readonly size: number };

type Mappings = Map<number, MappedRange[]>;

/** One attached device. */
export interface Context {
  readonly sids: readonly number[];
  /** Address of its CD table, and log2 of the CDs in there. */
  readonly cd: number;
  readonly cdBits: number;
  readonly isStalling: boolean;
  readonly spaces: readonly Space[];
}

/** What contexts are made of. */
export interface ContextParts {
  readonly history: History;
  readonly name: string;
  readonly memory: MemoryView;
  readonly pages: PagePool;
  readonly state: Fields<'nextAsid' | 'oasCode'>;
  readonly onTableWrite: ((address: number) => void) | undefined;
}

/** The contexts of one driver. */
export class Contexts {
  readonly #parts: ContextParts;
  readonly #list: Box<readonly Context[]>;
  /** What each address space maps, by ASID: ASIDs are used once. */
  readonly #mappings: ReplayedLog<Change, Mappings>;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.#list = new Box<readonly Context[]>(parts.history, `${parts.name}.contexts`, []);
    this.#mappings = new ReplayedLog<Change, Mappings>(parts.history, `${parts.name}.mappings`, { start: () => new Map(), apply });
  }

  /** The attached devices. */
  get list(): readonly Context[] {
    return this.#list.value;
  }

  /** The context of a stream. */
  of(sid: number): Context | undefined {
    return this.list.find((c) => c.sids.includes(sid));
  }

  /** Makes a context in place of what its streams had; undefined where memory ran out. */
  create(shape: Pick<Context, 'sids' | 'cdBits' | 'isStalling'>): Context | undefined {
    const { pages, memory } = this.#parts;
    const bytes = Math.max(PAGE_SIZE, 2 ** shape.cdBits * CD_BYTES);
    const cd = pages.allocate(bytes / PAGE_SIZE);
    if (cd === undefined) return undefined;
    clear(memory, cd, bytes);
    const empty = { ...shape, cd, spaces: [] };
    const space = this.#space(empty, 0);
    if (space === undefined) return undefined;
    const context = { ...empty, spaces: [space] };
    this.#list.value = [...this.list.filter((c) => !c.sids.some((sid) => shape.sids.includes(sid))), context];
    return context;
  }

  /** Forgets the contexts of streams; gives them. */
  remove(sids: readonly number[]): readonly Context[] {
    const gone = this.list.filter((c) => c.sids.some((sid) => sids.includes(sid)));
    if (gone.length > 0) this.#list.value = this.list.filter((c) => !gone.includes(c));
    return gone;
  }

  /** Adds an address space to a context; undefined where memory ran out. */
  addSpace(context: Context, ssid: number): Space | undefined {
    const space = this.#space(context, ssid);
    if (space !== undefined) this.#replace({ ...context, spaces: [...context.spaces, space] });
    return space;
  }

  /** The tables of an address space. */
  table(space: Space): PageTable {
    return new PageTable(this.#tableParts(), space.root);
  }

  /** What an address space maps. */
  mappings({ asid }: Space): readonly MappedRange[] {
    return this.#mappings.state.get(asid) ?? [];
  }

  /** Notes what was mapped. */
  mapped({ asid }: Space, range: MappedRange): void {
    this.#mappings.push({ kind: 'map', asid, range });
  }

  /** Notes what was unmapped. */
  unmapped({ asid }: Space, { iova, size }: { readonly iova: number; readonly size: number }): void {
    this.#mappings.push({ kind: 'unmap', asid, iova, size });
  }

  /** Whether a stream was given a way to an output address. */
  mayReach(sid: number, output: number): boolean {
    return this.of(sid)?.spaces.some((space) => leadsTo(this.mappings(space), output)) === true;
  }

  #space(context: Context, ssid: number): Space | undefined {
    const { memory, state } = this.#parts;
    const table = PageTable.create(this.#tableParts());
    if (table === undefined) return undefined;
    const asid = state.add('nextAsid');
    storeWords(memory, context.cd + ssid * CD_BYTES, this.#descriptor(table.root, asid, context.isStalling));
    return { ssid, asid, root: table.root };
  }

  #descriptor(root: number, asid: number, isStalling: boolean): Uint32Array {
    return encode(CD, {
      T0SZ: 16, IR0: 1, OR0: 1, SH0: 3, EPD1: 1, V: 1, IPS: this.#parts.state.get('oasCode'), AA64: 1, R: 1, A: 1, ASET: 1, ASID: asid,
      S: isStalling ? 1 : 0, TTB0: root, MAIR0: 0x0044_00ff,
    });
  }

  #tableParts(): PageTableParts {
    const { memory, pages, onTableWrite } = this.#parts;
    return onTableWrite === undefined ? { memory, pages, stage: 1 } : { memory, pages, stage: 1, onWrite: onTableWrite };
  }

  #replace(context: Context): void {
    this.#list.value = this.list.map((c) => (c.cd === context.cd ? context : c));
  }
}

function apply(mappings: Mappings, change: Change): void {
  const ranges = mappings.get(change.asid) ?? [];
  mappings.set(change.asid, ranges);
  if (change.kind === 'map') addRange(ranges, change.range);
  else removeRange(ranges, change.iova, change.size);
}
