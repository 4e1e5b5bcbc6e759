/**
 * Memory that the host lends to EL2 or to the SMMU: queues and stream tables are shared and pinned, so
 * that they cannot be given away while they are in use. Whole pages, one by one.
 */
import { PAGE_SIZE } from '../../pages.ts';
import type { PageOwnership, TransitionName } from '../ownership.ts';

function eachPage(ownership: PageOwnership, range: { readonly base: number; readonly size: number }, names: readonly TransitionName[]): boolean {
  const first = range.base - (range.base % PAGE_SIZE);
  for (let address = first; address < range.base + range.size; address += PAGE_SIZE) {
    for (const name of names) if (ownership.change(name, { address }) !== '0') return false;
  }
  return true;
}

/** Shares and pins the pages of a range; false where a page cannot be, which leaves the pages before it shared. */
export function sharePages(ownership: PageOwnership, base: number, size: number): boolean {
  return eachPage(ownership, { base, size }, ['host_share_hyp', 'hyp_pin_shared_mem']);
}

/** Gives the pages of a range back to the host alone. */
export function unsharePages(ownership: PageOwnership, base: number, size: number): boolean {
  return eachPage(ownership, { base, size }, ['hyp_unpin_shared_mem', 'host_unshare_hyp']);
}
