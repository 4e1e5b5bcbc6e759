/** Hands out 4K pages of a range, first fit, under the undo log. It does not touch the pages. */
import { seedOf } from '../history/hash.ts';
import { Cells, type History } from '../history/history.ts';

/** Bytes of a page. */
export const PAGE_SIZE = 4096;

/** A pool of pages. */
export class PagePool {
  readonly base: number;
  readonly count: number;
  readonly #used: Cells;

  constructor(history: History, name: string, range: { readonly base: number; readonly size: number }) {
    this.base = range.base;
    this.count = Math.floor(range.size / PAGE_SIZE);
    this.#used = new Cells(history, Math.ceil(this.count / 32), seedOf(`${name}.pages`), { kind: 'state', name: `${name}.pages` });
  }

  /** Takes pages in a row, aligned to their number rounded up to a power of two; undefined where there is no room. */
  allocate(pages = 1): number | undefined {
    const align = 2 ** Math.ceil(Math.log2(pages));
    const offset = (this.base / PAGE_SIZE) % align;
    for (let first = (align - offset) % align; first + pages <= this.count; first += align) {
      if (!this.#isFree(first, pages)) continue;
      for (let i = first; i < first + pages; i++) this.#mark(i, true);
      return this.base + first * PAGE_SIZE;
    }
    return undefined;
  }

  /** Gives pages back. */
  free(address: number, pages = 1): void {
    const first = Math.floor((address - this.base) / PAGE_SIZE);
    for (let i = first; i < first + pages; i++) this.#mark(i, false);
  }

  #isFree(first: number, pages: number): boolean {
    for (let i = first; i < first + pages; i++) if ((((this.#used.data[i >>> 5] ?? 0) >>> (i & 31)) & 1) !== 0) return false;
    return true;
  }

  #mark(page: number, isUsed: boolean): void {
    const old = this.#used.data[page >>> 5] ?? 0;
    const bit = 1 << (page & 31);
    this.#used.set(page >>> 5, isUsed ? old | bit : old & ~bit);
  }
}
