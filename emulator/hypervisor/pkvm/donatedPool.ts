/**
 * Memory that the hypervisor builds tables from: empty at first, filled with what the host donates.
 * A block is cut from its front; neighbours are not joined again.
 */
import type { History } from '../../history/history.ts';
import { PAGE_SIZE, PagePool } from '../pages.ts';
import { Box } from '../state.ts';

/** Pages in a row. */
interface Block {
  readonly base: number;
  readonly pages: number;
}

/** A pool that says how much it lacked. */
export class DonatedPool extends PagePool {
  /** Pages that the last allocation since `forget` could not be given; 0 for none. */
  lacking = 0;
  readonly #blocks: Box<readonly Block[]>;

  constructor(history: History, name: string) {
    super(history, name, { base: 0, size: 0 });
    this.#blocks = new Box<readonly Block[]>(history, `${name}.blocks`, []);
  }

  /** Pages that are free. */
  get size(): number {
    return this.#blocks.value.reduce((sum, block) => sum + block.pages, 0);
  }

  override allocate(pages = 1): number | undefined {
    const blocks = this.#blocks.value;
    const align = 2 ** Math.ceil(Math.log2(pages)) * PAGE_SIZE;
    const at = blocks.findIndex((block) => block.pages >= pages && block.base % align === 0);
    const block = blocks[at];
    if (block === undefined) {
      this.lacking = pages;
      return undefined;
    }
    const rest = { base: block.base + pages * PAGE_SIZE, pages: block.pages - pages };
    this.#blocks.value = [...blocks.slice(0, at), ...(rest.pages > 0 ? [rest] : []), ...blocks.slice(at + 1)];
    return block.base;
  }

  override free(address: number, pages = 1): void {
    this.#blocks.value = [...this.#blocks.value, { base: address, pages }];
  }
}
