/**
 * Who owns a page under pKVM, and how that changes (Linux arch/arm64/kvm/hyp/nvhe/mem_protect.c):
 * sharing, donating, pinning and reclaiming, one page at a time, and the references that DMA holds
 * (v2 of the pKVM SMMUv3 series: host_use_dma and host_unuse_dma). CPU page tables, scrubbing and the
 * life of guests are not modelled; unsharing with FF-A trusts its caller to have asked the secure world.
 */
import type { History } from '../../history/history.ts';
import type { Owners } from '../../memory/owners.ts';
import { PAGE_SIZE } from '../pages.ts';
import { PageRecords, type PageState } from './pageStates.ts';

/** Results of ownership calls, by their error names. */
export type OwnershipResult = '0' | '-EBUSY' | '-EHWPOISON' | '-EINVAL' | '-ENOENT' | '-EPERM';

/** A stretch of memory, in bytes. */
export interface Stretch {
  readonly base: number;
  readonly size: number;
}

/** What ownership is about. */
export interface OwnershipParts {
  readonly history: History;
  readonly owners: Owners;
  readonly ram: Stretch;
  /** Device registers that the hypervisor took for itself. */
  readonly hypDevices: readonly Stretch[];
  /** How many pages each guest may have. */
  readonly guests: readonly { readonly pages: number }[];
}

/** What a transition acts on: a page by its address, a page of a guest, or both. */
export interface Target {
  readonly address: number;
  readonly guest?: number;
  readonly gfn?: number;
}

/** DMA references are 16 bits wide. */
const MOST_REFS = 0xffff;

type Transition = (on: PageOwnership, target: Required<Target>, page: number) => OwnershipResult;

/** The states of all memory, and the transitions between them. */
export class PageOwnership {
  readonly records: PageRecords;
  readonly #parts: OwnershipParts;

  constructor(parts: OwnershipParts) {
    this.#parts = parts;
    this.records = new PageRecords(parts.history, parts.ram.size / PAGE_SIZE, parts.guests);
  }

  /** Carries out a transition. -EINVAL for an address that is not page-aligned RAM. */
  change(name: TransitionName, target: Target): OwnershipResult {
    const page = this.pageOf(target.address);
    if (page === undefined || !Number.isInteger(page)) return '-EINVAL';
    const result = TRANSITIONS[name](this, { guest: 0, gfn: 0, ...target }, page);
    if (result === '0') this.#parts.owners.set(target.address, PAGE_SIZE, this.#owner(page));
    return result;
  }

  /** Gives memory to the hypervisor at boot, before there are rules. */
  takeAtBoot({ base, size }: Stretch): void {
    for (let at = base; at < base + size; at += PAGE_SIZE) {
      const page = this.pageOf(at);
      if (page !== undefined) set(this, page, { host: 'NOPAGE', hyp: 'OWNED' });
    }
    this.#parts.owners.set(base, size, 'hyp');
  }

  /** The host's state of an address; device registers are OWNED unless the hypervisor has them. */
  hostState(address: number): PageState {
    const page = this.pageOf(address);
    if (page !== undefined) return this.records.state('host', Math.floor(page));
    return this.#parts.hypDevices.some((d) => address >= d.base && address < d.base + d.size) ? 'NOPAGE' : 'OWNED';
  }

  /** How many DMA mappings of a page there are. Device registers are not counted. */
  dmaRefs(address: number): number {
    const page = this.pageOf(address);
    return page === undefined ? 0 : this.records.count('dmaRefs', Math.floor(page));
  }

  /** Takes a reference of each page of a range before it is mapped for DMA: all of them, or none. */
  useDma(address: number, size: number): OwnershipResult {
    if (size <= 0 || address % PAGE_SIZE !== 0 || size % PAGE_SIZE !== 0) return '-EINVAL';
    for (let at = address; at < address + size; at += PAGE_SIZE) {
      if (this.hostState(at) !== 'OWNED') return '-EPERM';
      if (this.dmaRefs(at) >= MOST_REFS) return '-EBUSY';
    }
    this.#count(address, size, 1);
    return '0';
  }

  /** Drops a reference of each page of a range, once no TLB can hold its mapping any more. */
  unuseDma(address: number, size: number): OwnershipResult {
    if (size <= 0 || address % PAGE_SIZE !== 0 || size % PAGE_SIZE !== 0) return '-EINVAL';
    for (let at = address; at < address + size; at += PAGE_SIZE) if (this.pageOf(at) !== undefined && this.dmaRefs(at) === 0) return '-EINVAL';
    this.#count(address, size, -1);
    return '0';
  }

  #count(address: number, size: number, by: 1 | -1): void {
    for (let at = address; at < address + size; at += PAGE_SIZE) {
      const page = this.pageOf(at);
      if (page !== undefined) this.records.add('dmaRefs', page, by);
    }
  }

  /** Index of the page of an address in RAM, with a fraction inside of one; undefined outside of RAM. */
  pageOf(address: number): number | undefined {
    const { base, size } = this.#parts.ram;
    return address >= base && address < base + size ? (address - base) / PAGE_SIZE : undefined;
  }

  /** Who owns a page of RAM: `host`, `hyp` or `guestN`; undefined outside of RAM. */
  holder(address: number): string | undefined {
    const page = this.pageOf(address);
    return page === undefined ? undefined : this.#owner(Math.floor(page));
  }

  #owner(page: number): string {
    const host = this.records.state('host', page);
    if (host === 'OWNED' || host === 'SHARED_OWNED') return 'host';
    if (this.records.state('hyp', page) === 'OWNED') return 'hyp';
    return `guest${this.records.ownerOf(page)?.guest ?? ''}`;
  }
}

/** The host gives a page away, wholly or in part: it must own it alone, and no device may reach it. */
function hostHas({ records }: PageOwnership, page: number): OwnershipResult {
  if (records.state('host', page) !== 'OWNED') return '-EPERM';
  return records.count('dmaRefs', page) === 0 ? '0' : '-EINVAL';
}

function set({ records }: PageOwnership, page: number, states: { readonly host: PageState; readonly hyp?: PageState }): '0' {
  records.setState('host', page, states.host);
  if (states.hyp !== undefined) records.setState('hyp', page, states.hyp);
  return '0';
}

function are({ records }: PageOwnership, page: number, states: readonly [host: PageState, hyp: PageState]): boolean {
  return records.state('host', page) === states[0] && records.state('hyp', page) === states[1];
}

function shareGuest(on: PageOwnership, { guest, gfn }: Required<Target>, page: number): OwnershipResult {
  const { records } = on;
  const isShared = records.state('host', page) === 'SHARED_OWNED' && records.count('guestShares', page) > 0;
  const mine = isShared ? '0' : hostHas(on, page);
  if (mine !== '0') return mine;
  if (records.guestPage(guest, gfn)?.state !== 'NOPAGE') return '-EPERM';
  records.setGuestPage(guest, gfn, { state: 'SHARED_BORROWED', page });
  records.add('guestShares', page, 1);
  return set(on, page, { host: 'SHARED_OWNED' });
}

function unshareGuest(on: PageOwnership, { guest, gfn }: Required<Target>, page: number): OwnershipResult {
  const { records } = on;
  const found = records.guestPage(guest, gfn);
  if (found === undefined || found.state === 'NOPAGE') return '-ENOENT';
  if (found.state !== 'SHARED_BORROWED' || found.page !== page) return '-EPERM';
  records.setGuestPage(guest, gfn, { state: 'NOPAGE', page });
  records.add('guestShares', page, -1);
  return records.count('guestShares', page) === 0 ? set(on, page, { host: 'OWNED' }) : '0';
}

function donateGuest(on: PageOwnership, { guest, gfn }: Required<Target>, page: number): OwnershipResult {
  const mine = hostHas(on, page);
  if (mine !== '0') return mine;
  if (on.records.guestPage(guest, gfn)?.state !== 'NOPAGE') return '-EPERM';
  on.records.setGuestPage(guest, gfn, { state: 'OWNED', page });
  return set(on, page, { host: 'NOPAGE' });
}

/** A guest shares a page of its own with the host, or takes it back. */
function guestChanges(from: PageState, to: PageState, host: PageState): Transition {
  return (on, { guest, gfn }, page) => {
    const found = on.records.guestPage(guest, gfn);
    if (found?.state === 'POISON') return '-EHWPOISON';
    if (found === undefined || found.state === 'NOPAGE') return '-ENOENT';
    if (found.state !== from || found.page !== page) return '-EPERM';
    on.records.setGuestPage(guest, gfn, { state: to, page });
    return set(on, page, { host });
  };
}

/** The host takes the page of a guest that is being torn down. */
function reclaim(on: PageOwnership, { guest, gfn }: Required<Target>, page: number): OwnershipResult {
  const found = on.records.guestPage(guest, gfn);
  if (found?.state === 'POISON') return '-EHWPOISON';
  if (found === undefined || found.state === 'NOPAGE') return '-ENOENT';
  if (found.state === 'SHARED_BORROWED' || found.page !== page) return '-EPERM';
  on.records.setGuestPage(guest, gfn, { state: 'NOPAGE', page });
  return set(on, page, { host: 'OWNED' });
}

/** The host takes a page from a guest that lives on; the guest finds it poisoned. */
function forceReclaim(on: PageOwnership, _: Required<Target>, page: number): OwnershipResult {
  const owner = on.records.ownerOf(page);
  if (owner === undefined || on.records.state('host', page) !== 'NOPAGE') return '-EPERM';
  on.records.setGuestPage(owner.guest, owner.gfn, { state: 'POISON', page });
  return set(on, page, { host: 'OWNED' });
}

/** Hands a page over between two states of host and hypervisor, both of which are checked. */
function handOver(from: readonly [host: PageState, hyp: PageState], to: readonly [host: PageState, hyp: PageState]): Transition {
  return (on, _, page) => {
    if (!are(on, page, from)) return '-EPERM';
    const mine = from[0] === 'OWNED' ? hostHas(on, page) : '0';
    if (mine !== '0') return mine;
    return on.records.count('pins', page) === 0 ? set(on, page, { host: to[0], hyp: to[1] }) : '-EBUSY';
  };
}

/** Pins or unpins what the host shares with the hypervisor. */
function pin(by: 1 | -1): Transition {
  return (on, _, page) => {
    if (!are(on, page, ['SHARED_OWNED', 'SHARED_BORROWED'])) return '-EPERM';
    if (by < 0 && on.records.count('pins', page) === 0) return '-EINVAL';
    on.records.add('pins', page, by);
    return '0';
  };
}

/** All transitions, by the kernel's names without their prefix. */
const TRANSITIONS = {
  host_share_hyp: handOver(['OWNED', 'NOPAGE'], ['SHARED_OWNED', 'SHARED_BORROWED']),
  host_unshare_hyp: handOver(['SHARED_OWNED', 'SHARED_BORROWED'], ['OWNED', 'NOPAGE']),
  host_donate_hyp: handOver(['OWNED', 'NOPAGE'], ['NOPAGE', 'OWNED']),
  hyp_donate_host: handOver(['NOPAGE', 'OWNED'], ['OWNED', 'NOPAGE']),
  hyp_pin_shared_mem: pin(1),
  hyp_unpin_shared_mem: pin(-1),
  host_share_ffa: (on, _, page) => {
    const mine = hostHas(on, page);
    return mine === '0' ? set(on, page, { host: 'SHARED_OWNED' }) : mine;
  },
  host_unshare_ffa: (on, _, page) => (on.records.state('host', page) === 'SHARED_OWNED' ? set(on, page, { host: 'OWNED' }) : '-EPERM'),
  host_share_guest: shareGuest,
  host_unshare_guest: unshareGuest,
  host_donate_guest: donateGuest,
  host_reclaim_page_guest: reclaim,
  host_force_reclaim_page_guest: forceReclaim,
  guest_share_host: guestChanges('OWNED', 'SHARED_OWNED', 'SHARED_BORROWED'),
  guest_unshare_host: guestChanges('SHARED_OWNED', 'OWNED', 'NOPAGE'),
} satisfies Readonly<Record<string, Transition>>;

/** The name of a transition. */
export type TransitionName = keyof typeof TRANSITIONS;

/** The names of all transitions. */
export const TRANSITION_NAMES = Object.keys(TRANSITIONS) as TransitionName[];
