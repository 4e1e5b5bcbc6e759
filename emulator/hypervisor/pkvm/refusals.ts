/**
 * Why EL2 refuses, in words: the calls answer with bare error numbers, as the kernel's do, and a person
 * needs to know which rule of the contract was broken. Looks at the state that the refused call left
 * behind, which is the one that it met. Decides nothing.
 */
import { BLOCK_SIZE } from '../pageTable.ts';
import { PAGE_SIZE } from '../pages.ts';
import type { Domain } from './domains.ts';
import type { MappingRequest, PkvmMapping } from './mapping.ts';
import type { PageOwnership, Target, TransitionName } from './ownership.ts';

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Who has a page, as the contract sees it: the host's state, the hypervisor's, and whose it is instead. */
function stateText(ownership: PageOwnership, address: number): string {
  const holder = ownership.holder(address);
  return `it is ${ownership.hostState(address)} for the host${holder === undefined || holder === 'host' ? '' : ` and belongs to ${holder}`}`;
}

/** Why a page may not change hands; a sentence without its full stop. */
export function transitionRefusal(ownership: PageOwnership, name: TransitionName, { address, guest = 0, gfn = 0 }: Target): string {
  const page = ownership.pageOf(address);
  if (page === undefined || !Number.isInteger(page)) return `${hex(address)} is no page of RAM`;
  const { records } = ownership;
  const refs = records.count('dmaRefs', page);
  const isGiven = name.startsWith('host_') && ownership.hostState(address) === 'OWNED';
  if (isGiven && refs > 0) return `${refs === 1 ? 'a DMA mapping reaches' : `${refs} DMA mappings reach`} ${hex(address)}: the host must unmap it first`;
  const pins = records.count('pins', page);
  if (pins > 0 && name.includes('hyp') && name !== 'hyp_pin_shared_mem') return `${hex(address)} is pinned by EL2, ${pins === 1 ? 'once' : `${pins} times`}`;
  const isOfGuest = name.includes('guest') && name !== 'host_force_reclaim_page_guest';
  const theirs = isOfGuest ? `; page ${gfn} of guest${guest} is ${records.guestPage(guest, gfn)?.state ?? 'beyond its memory'}` : '';
  return `${name} of ${hex(address)}: ${stateText(ownership, address)}${theirs}`;
}

/** Why a range is not mapped, from its first page on; a sentence without its full stop. */
export function mappingRefusal(parts: { readonly ownership: PageOwnership; readonly mapping: PkvmMapping; readonly id: number }, domain: Domain | undefined, range: MappingRequest): string {
  const { ownership, mapping, id } = parts;
  const { iova, paddr, pgsize, pgcount } = range;
  if (domain === undefined) return `there is no domain ${id}`;
  if (domain.root === 0) return `domain ${id} is attached nowhere, so it has no tables`;
  if (pgsize !== PAGE_SIZE && pgsize !== BLOCK_SIZE) return `pages have 4K or 2M, not ${hex(pgsize)}`;
  if (iova % pgsize !== 0 || paddr % PAGE_SIZE !== 0 || pgcount <= 0) return 'addresses must be multiples of the page size, and the count more than 0';
  for (let at = paddr; at < paddr + pgsize * pgcount; at += PAGE_SIZE) {
    if (ownership.hostState(at) !== 'OWNED') return `a page for DMA must be the host's alone, and ${hex(at)} is not: ${stateText(ownership, at)}`;
  }
  const taken = Array.from({ length: Math.min(pgcount, MOST_LOOKED_AT) }, (_, i) => iova + i * pgsize).find((at) => mapping.table(domain).find(at) !== undefined);
  return taken === undefined ? 'protection, size or address is beyond what the call takes' : `${hex(taken)} is mapped already: unmap it first`;
}

/** Pages of a range in which one that is mapped already is looked for. */
const MOST_LOOKED_AT = 4096;
