/**
 * A domain: its memory, its stage-2 tables, its virtual SMMUs. The physical address of a guest address
 * is found through the stage-2 tables, so that what a guest processor sees is what a device sees.
 */
import type { Runtime } from '../hypervisor.ts';
import { viewOf, type MemoryView } from '../memoryView.ts';
import { PageTable } from '../pageTable.ts';
import type { PagePool } from '../pages.ts';
import { GUEST, HOST } from './layout.ts';
import type { VirtualSmmu } from './vsmmu/virtualSmmu.ts';

/** How a domain was built. */
export type DomainKind = 'dom0' | 'xl' | 'dom0less';

/** A domain. */
export class Domain {
  readonly id: number;
  readonly name: string;
  readonly kind: DomainKind;
  readonly vmid: number;
  /** Where its RAM is, for itself and in the host. */
  readonly ram: { readonly guest: number; readonly host: number; readonly size: number };
  readonly p2m: PageTable;
  /** Memory as the guest addresses it. */
  readonly memory: MemoryView;
  /** One for a domU, one per host SMMU for dom0, none without vIOMMU. */
  readonly vsmmus: VirtualSmmu[] = [];

  private constructor(runtime: Runtime, p2m: PageTable, { id, kind }: { readonly id: number; readonly kind: DomainKind }) {
    this.id = id;
    this.kind = kind;
    this.name = `dom${id}`;
    this.vmid = id + 1;
    const host = HOST.domains + id * HOST.domainSize;
    this.ram = { guest: kind === 'dom0' ? host : GUEST.ram, host, size: HOST.domainSize };
    this.p2m = p2m;
    this.memory = viewOf(runtime.machine.memory, (ipa) => p2m.find(ipa)?.output, runtime.stores(this.name));
  }

  /** Makes a domain with its RAM mapped; undefined where Xen has no pages left. */
  static create(runtime: Runtime, pages: PagePool, identity: { readonly id: number; readonly kind: DomainKind }): Domain | undefined {
    const { machine } = runtime;
    const p2m = PageTable.create({ memory: viewOf(machine.memory, undefined, runtime.stores('xen')), pages, stage: 2, onWrite: () => runtime.costs.count('tableWrites') });
    if (p2m === undefined) return undefined;
    const domain = new Domain(runtime, p2m, identity);
    const { guest, host, size } = domain.ram;
    if (!p2m.map(guest, host, size, { blocks: true })) return undefined;
    machine.owners.set(host, size, domain.name);
    return domain;
  }

  /** The guest address of a host address inside its RAM. */
  guestAddress(host: number): number {
    return host - this.ram.host + this.ram.guest;
  }
}
