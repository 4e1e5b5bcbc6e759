/**
 * The stage-2 table that all SMMUs share: every address leads to itself where the host may reach it,
 * and nowhere else. It follows each change of ownership (fact sheet A.8). Memory is mapped page by
 * page, since blocks are never split again; device registers in blocks. Table memory comes from EL2.
 */
import { encode, type FieldInput } from '../../../fields/layout.ts';
import { STE } from '../../../fields/ste.ts';
import type { Runtime } from '../../hypervisor.ts';
import { viewOf } from '../../memoryView.ts';
import { PageTable } from '../../pageTable.ts';
import { PAGE_SIZE, type PagePool } from '../../pages.ts';
import { Fields } from '../../state.ts';
import { commandWords, type El2Smmu } from '../el2Smmu.ts';
import type { Stretch } from '../ownership.ts';

/** VMID of all streams. */
export const IDENTITY_VMID = 0;

const BLOCK = 0x20_0000;
const MOST_BITS = 48;
const OAS_CODES: readonly number[] = [32, 36, 40, 42, 44, 48];

/** What the table is about. */
export interface IdentityParts {
  readonly runtime: Runtime;
  readonly pages: PagePool;
  readonly smmus: readonly El2Smmu[];
  /** The SMMUs that the host has switched on: those whose TLBs matter. */
  readonly isOn: (smmu: number) => boolean;
}

/** The table. */
export class IdentityTable {
  readonly #parts: IdentityParts;
  readonly #state: Fields<'root'>;

  constructor(parts: IdentityParts) {
    this.#parts = parts;
    this.#state = new Fields(parts.runtime.machine.history, 'pkvm.identity', ['root']);
  }

  /** Input and output bits: the least that an SMMU has. */
  get bits(): number {
    return Math.min(MOST_BITS, ...this.#parts.smmus.map((s) => s.features.oas));
  }

  /** Makes the table; false where memory runs out. `ram` is mapped by pages, device registers below `devices` by blocks but for the holes. */
  build({ ram, devices, holes }: { readonly ram: Stretch; readonly devices: number; readonly holes: readonly Stretch[] }): boolean {
    const table = PageTable.create(this.#tableParts());
    if (table === undefined) return false;
    this.#state.set('root', table.root);
    const isFree = (base: number): boolean => holes.every((h) => base + BLOCK <= h.base || base >= h.base + h.size);
    for (let at = 0; at < devices; at += BLOCK) if (isFree(at) && !table.map(at, at, BLOCK, { blocks: true })) return false;
    return table.map(ram.base, ram.base, ram.size);
  }

  /** Where an address leads: itself, or undefined. */
  find(address: number): number | undefined {
    return this.#table().find(address)?.output;
  }

  /** Lets devices reach a page again. Nothing has to be invalidated: absent entries are not cached. */
  give(address: number): boolean {
    return this.#table().map(address, address, PAGE_SIZE);
  }

  /** Keeps devices from a page: out of the table, then out of the TLBs; false where a queue did not drain. */
  take(address: number): boolean {
    const { smmus, isOn } = this.#parts;
    this.#table().unmap(address, PAGE_SIZE);
    const range = commandWords('TLBI_S2_IPA', { VMID: IDENTITY_VMID, Leaf: 1, Address: address });
    const all = commandWords('TLBI_NH_ALL', { VMID: IDENTITY_VMID });
    return smmus.every((smmu) => !isOn(smmu.index) || (smmu.send([range]) && smmu.send([all])));
  }

  /** The words 2 and 3 of every entry that translates. */
  get stage2(): Uint32Array {
    const fields: FieldInput = {
      S2VMID: IDENTITY_VMID, S2T0SZ: 64 - this.bits, S2SL0: 2, S2IR0: 1, S2OR0: 1, S2SH0: 3, S2PS: Math.max(0, OAS_CODES.indexOf(this.bits)),
      S2AA64: 1, S2PTW: 1, S2R: 1, S2TTB: this.#state.get('root'),
    };
    return encode(STE, fields);
  }

  #table(): PageTable {
    return new PageTable(this.#tableParts(), this.#state.get('root'));
  }

  #tableParts(): ConstructorParameters<typeof PageTable>[0] {
    const { runtime, pages } = this.#parts;
    return { memory: viewOf(runtime.machine.memory, undefined, runtime.stores('hyp')), pages, stage: 2, onWrite: () => runtime.costs.count('tableWrites') };
  }
}
