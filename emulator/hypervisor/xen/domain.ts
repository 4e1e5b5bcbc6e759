/**
 * A domain: its memory, its stage-2 tables, its virtual SMMUs. The physical address of a guest address
 * is found through the stage-2 tables, so that what a guest processor sees is what a device sees.
 */
import type { Runtime } from '../hypervisor.ts';
import { viewOf, type MemoryView } from '../memoryView.ts';
import { PageTable, type PageTableParts } from '../pageTable.ts';
import type { PagePool } from '../pages.ts';
import { Fields } from '../state.ts';
import { GUEST, HOST, type DomainRam } from './layout.ts';
import type { VirtualSmmu } from './vsmmu/virtualSmmu.ts';

/** How a domain was built. */
export type DomainKind = 'dom0' | 'xl' | 'dom0less';

/** What identifies a domain. */
export interface DomainIdentity {
  readonly id: number;
  readonly kind: DomainKind;
  readonly name: string;
  readonly ram: DomainRam;
}

/** Where RAM of domain n lies if nobody says. */
export function defaultRam(id: number, kind: DomainKind): DomainRam {
  const host = HOST.domains + id * HOST.domainSize;
  return { guest: kind === 'dom0' ? host : GUEST.ram, host, size: HOST.domainSize };
}

/** A domain. What can change is state: the same object serves when its creation is undone and done again. */
export class Domain {
  readonly id: number;
  readonly name: string;
  readonly kind: DomainKind;
  readonly vmid: number;
  readonly ram: DomainRam;
  /** Memory as the guest addresses it. */
  readonly memory: MemoryView;
  /** One for a domU, one per host SMMU for dom0, none without vIOMMU. */
  readonly vsmmus: VirtualSmmu[] = [];
  readonly #runtime: Runtime;
  readonly #tables: PageTableParts;
  readonly #state: Fields<'root'>;

  constructor(runtime: Runtime, pages: PagePool, identity: DomainIdentity) {
    this.#runtime = runtime;
    const { machine, costs } = runtime;
    this.#tables = { memory: viewOf(machine.memory, undefined, runtime.stores('xen')), pages, stage: 2, onWrite: () => costs.count('tableWrites') };
    this.id = identity.id;
    this.kind = identity.kind;
    this.name = identity.name;
    this.vmid = identity.id + 1;
    this.ram = identity.ram;
    this.#state = new Fields(machine.history, `${this.name}.${this.id}.domain`, ['root']);
    this.memory = viewOf(machine.memory, (ipa) => this.p2m.find(ipa)?.output, runtime.stores(this.name));
  }

  /** Its stage-2 tables. */
  get p2m(): PageTable {
    return new PageTable(this.#tables, this.#state.get('root'));
  }

  /** Makes it: its RAM is mapped and belongs to it; false where Xen has no pages left. */
  build(): boolean {
    const table = PageTable.create(this.#tables);
    const { guest, host, size } = this.ram;
    if (table === undefined || !table.map(guest, host, size, { blocks: true })) return false;
    this.#state.set('root', table.root);
    for (const vsmmu of this.vsmmus) vsmmu.reset();
    this.#runtime.machine.owners.set(host, size, this.name);
    return true;
  }

  /** The guest address of a host address inside its RAM. */
  guestAddress(host: number): number {
    return host - this.ram.host + this.ram.guest;
  }
}
