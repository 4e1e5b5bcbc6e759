/**
 * The table from virtual to physical streams of one domain (fact sheet 1.10). Entries are handed out
 * in ascending order and never given back one by one, as in the posted code. The field for the SMMU
 * is filled here; whether anything reads it is the profile's business.
 */
import { seedOf } from '../../history/hash.ts';
import { Cells, type History } from '../../history/history.ts';
import { Fields } from '../state.ts';

/** Virtual StreamIDs of a domain. */
export const MAX_VSIDS = 65536;

/** A physical stream. */
export interface PhysicalStream {
  readonly smmu: number;
  readonly sid: number;
}

/** The table of one domain. */
export class VsidTable {
  readonly #state: Fields<'used'>;
  readonly #entries: Cells;

  constructor(history: History, name: string) {
    this.#state = new Fields(history, `${name}.vsids`, ['used']);
    this.#entries = new Cells(history, 16, seedOf(`${name}.vsids.entries`), { kind: 'state', name: `${name}.vsids.entries` });
  }

  /** How many virtual streams there are. */
  get used(): number {
    return this.#state.get('used');
  }

  /** Takes the first free virtual StreamID; undefined where none is left. */
  allocate(stream: PhysicalStream): number | undefined {
    const vsid = this.used;
    if (vsid >= MAX_VSIDS) return undefined;
    this.#room(vsid);
    this.#entries.set(vsid * 2, stream.smmu);
    this.#entries.set(vsid * 2 + 1, stream.sid);
    this.#state.set('used', vsid + 1);
    return vsid;
  }

  /** The physical stream of a virtual one. */
  find(vsid: number): PhysicalStream | undefined {
    if (vsid >= this.used) return undefined;
    const { data } = this.#entries;
    return { smmu: data[vsid * 2] ?? 0, sid: (data[vsid * 2 + 1] ?? 0) >>> 0 };
  }

  /** The first virtual stream of a physical one. */
  virtual(stream: PhysicalStream): number | undefined {
    const { data } = this.#entries;
    for (let vsid = 0; vsid < this.used; vsid++) {
      if (data[vsid * 2] === stream.smmu && (data[vsid * 2 + 1] ?? 0) >>> 0 === stream.sid) return vsid;
    }
    return undefined;
  }

  #room(vsid: number): void {
    const { data } = this.#entries;
    if (vsid * 2 + 1 < data.length) return;
    const grown = new Int32Array(data.length * 2);
    grown.set(data);
    this.#entries.replace(grown);
  }
}
