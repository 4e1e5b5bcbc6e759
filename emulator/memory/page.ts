/**
 * One 4K page of physical address space as the memory's lookup sees it: what kind of place it is
 * and, for RAM that was written, its contents. Knows nothing of regions or of other pages.
 */
import type { Cells } from '../history/history.ts';

/** RAM in one piece, nothing there, or a page that needs a closer look at each access. */
export const PLAIN = 0;
/** Every access aborts. */
export const HOLE = 1;
/** Device registers, injected aborts, or several regions in one page. */
export const SPECIAL = 2;

const ZEROS = new Int32Array(1024);

/** A page; `cells` is null as long as nothing but zero was stored. */
export class Page {
  /** Bits 43:12 of the address. */
  readonly key: number;
  /** Bits 51:44 of the address. */
  readonly top: number;
  kind: number;
  cells: Cells | null = null;
  /** The words to read. */
  words: Int32Array = ZEROS;

  constructor(key: number, top: number, kind: number) {
    this.key = key;
    this.top = top;
    this.kind = kind;
  }
}
