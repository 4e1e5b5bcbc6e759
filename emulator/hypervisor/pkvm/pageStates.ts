/**
 * What pKVM keeps about pages (Linux arch/arm64/kvm/hyp/include/nvhe/memory.h, struct hyp_page): the
 * state of a page for the host and for the hypervisor itself, how often it is pinned, shared with
 * guests and used by DMA, and the state of each page of each guest. Storage only: no rules.
 */
import { Cells, type History } from '../../history/history.ts';
import { seedOf } from '../../history/hash.ts';

/** States of a page for one of its users. The lower two bits are the kernel's; a guest's page may be POISON. */
export const PAGE_STATES = ['OWNED', 'SHARED_OWNED', 'SHARED_BORROWED', 'NOPAGE', 'POISON'] as const;

/** The state of a page for one of its users. */
export type PageState = (typeof PAGE_STATES)[number];

/** What is counted for each page. */
export type PageCount = 'pins' | 'guestShares' | 'dmaRefs';

/** A page of a guest. */
export interface GuestPage {
  readonly state: PageState;
  /** Index of the page in RAM that it is or was; meaningless for NOPAGE. */
  readonly page: number;
}

/** A user of memory whose state is kept for each page of RAM. */
export type PageUser = 'host' | 'hyp';

const NOPAGE = PAGE_STATES.indexOf('NOPAGE');

/** States are stored relative to what holds at boot, so that all cells start as zero. */
const AT_BOOT: Readonly<Record<PageUser, number>> = { host: 0, hyp: NOPAGE };

/** The records of all pages of RAM and of all guests. */
export class PageRecords {
  readonly #states: Readonly<Record<PageUser, Cells>>;
  readonly #counts: Readonly<Record<PageCount, Cells>>;
  readonly #guests: readonly Cells[];

  /** All pages are the host's at first; guests have none. */
  constructor(history: History, pages: number, guests: readonly { readonly pages: number }[]) {
    const cells = (name: string, count = pages): Cells => new Cells(history, count, seedOf(`pkvm.${name}`), { kind: 'state', name: `pkvm.${name}` });
    this.#states = { host: cells('host'), hyp: cells('hyp') };
    this.#counts = { pins: cells('pins'), guestShares: cells('guestShares'), dmaRefs: cells('dmaRefs') };
    this.#guests = guests.map((g, i) => cells(`guest${i}`, g.pages));
  }

  /** The state of a page for a user. */
  state(user: PageUser, page: number): PageState {
    return PAGE_STATES[(this.#states[user].data[page] ?? 0) ^ AT_BOOT[user]] ?? 'NOPAGE';
  }

  /** Stores a state. */
  setState(user: PageUser, page: number, state: PageState): void {
    this.#states[user].set(page, PAGE_STATES.indexOf(state) ^ AT_BOOT[user]);
  }

  /** A count of a page. */
  count(name: PageCount, page: number): number {
    return this.#counts[name].data[page] ?? 0;
  }

  /** Adds to a count. */
  add(name: PageCount, page: number, by: 1 | -1): void {
    this.#counts[name].set(page, this.count(name, page) + by);
  }

  /** A page of a guest by its guest frame number; undefined for a guest or frame that does not exist. */
  guestPage(guest: number, gfn: number): GuestPage | undefined {
    const word = this.#guests[guest]?.data[gfn];
    return word === undefined ? undefined : { state: PAGE_STATES[(word & 7) ^ NOPAGE] ?? 'NOPAGE', page: word >>> 3 };
  }

  /** Stores a page of a guest. */
  setGuestPage(guest: number, gfn: number, { state, page }: GuestPage): void {
    this.#guests[guest]?.set(gfn, state === 'NOPAGE' ? 0 : (page << 3) | (PAGE_STATES.indexOf(state) ^ NOPAGE));
  }

  /** The guest frame through which a guest owns a page. */
  ownerOf(page: number): { readonly guest: number; readonly gfn: number } | undefined {
    for (const [guest, cells] of this.#guests.entries()) {
      for (let gfn = 0; gfn < cells.data.length; gfn++) {
        const found = this.guestPage(guest, gfn);
        if (found?.page === page && (found.state === 'OWNED' || found.state === 'SHARED_OWNED')) return { guest, gfn };
      }
    }
    return undefined;
  }
}
