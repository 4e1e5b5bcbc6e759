/**
 * Which device belongs to which domain, under which virtual streams the guest knows it, and what the
 * toolstack remembers from one domain to the next (fact sheet 1.10).
 */
import type { History } from '../../history/history.ts';
import type { Runtime } from '../hypervisor.ts';
import { Box } from '../state.ts';
import type { Contexts } from './contexts.ts';
import type { Domain } from './domain.ts';
import type { XenProfile } from './profiles.ts';
import { VPCI_RIDS, type DomainConfig, type GuestNode, type HostDevice } from './toolstack.ts';
import { VsidTable, type PhysicalStream } from './vsids.ts';

/** What assignments need. */
export interface AssignmentParts {
  readonly history: History;
  readonly runtime: Runtime;
  readonly profile: XenProfile;
  readonly contexts: Contexts;
  readonly devices: readonly HostDevice[];
  /** Whether Xen drives a physical SMMU. */
  readonly isDriven: (smmu: number) => boolean;
}

type Trees = Readonly<Record<string, readonly GuestNode[]>>;
type Remembered = Readonly<Record<string, readonly number[]>>;

/** The assignments of one host. */
export class Assignments {
  readonly #parts: AssignmentParts;
  readonly #tables = new Map<string, VsidTable>();
  readonly #trees: Box<Trees>;
  /** The static list of the toolstack process, by path only. */
  readonly #remembered: Box<Remembered>;
  readonly #forced: Box<Readonly<Record<string, string>>>;

  constructor(parts: AssignmentParts) {
    this.#parts = parts;
    this.#trees = new Box<Trees>(parts.history, 'xen.trees', {});
    this.#remembered = new Box<Remembered>(parts.history, 'toolstack.vsids', {});
    this.#forced = new Box<Readonly<Record<string, string>>>(parts.history, 'xen.forced', {});
  }

  /** A device of the host. */
  device(path: string): HostDevice | undefined {
    return this.#parts.devices.find((d) => d.path === path);
  }

  /** Who has a device. */
  holder(path: string): string | undefined {
    return this.#parts.contexts.list.find((c) => c.device === path)?.domain ?? this.#forced.value[path];
  }

  /** The guest's tree. */
  tree(domain: string): readonly GuestNode[] {
    return this.#trees.value[domain] ?? [];
  }

  /** Changes a guest's tree behind Xen's back: what a hostile or careless author of it can do. */
  tamper(domain: string, device: string, sids: readonly number[]): void {
    const nodes = this.tree(domain).map((n) => (n.device === device ? { ...n, sids } : n));
    this.#trees.value = { ...this.#trees.value, [domain]: nodes };
  }

  /** Why devices cannot be assigned, or undefined. */
  problem(config: DomainConfig): string | undefined {
    for (const path of config.devices) {
      const device = this.device(path);
      if (device === undefined) return `Couldn't find node ${path} in host_dt!`;
      if (this.holder(path) !== undefined) return `Failed to assign device: ${path} is already assigned (-EBUSY)`;
      const isBehind = device.smmu !== undefined && this.#parts.isDriven(device.smmu);
      if (!isBehind && config.forced?.includes(path) !== true) return `Failed to assign device: ${path} is not behind an IOMMU (-EINVAL)`;
    }
    return undefined;
  }

  /** Assigns the devices of a new domain and writes its tree; an error name, or undefined. */
  assign(domain: Domain, config: DomainConfig): string | undefined {
    // A creation that was undone left its table behind, empty: it serves again.
    if (!this.#tables.has(tableKey(domain))) this.#tables.set(tableKey(domain), new VsidTable(this.#parts.history, tableKey(domain)));
    for (const path of config.devices) {
      const device = this.device(path);
      if (device === undefined) continue;
      if (device.smmu === undefined) {
        this.#forced.value = { ...this.#forced.value, [path]: domain.name };
        continue;
      }
      this.#parts.contexts.assign(path, domain.name, { smmu: device.smmu, sids: device.sids });
      if (domain.vsmmus.length === 0) continue;
      const node = this.#node(domain, device);
      if (typeof node === 'string') return node;
      this.#trees.value = { ...this.#trees.value, [domain.name]: [...this.tree(domain.name), node] };
    }
    return undefined;
  }

  #node(domain: Domain, device: HostDevice): GuestNode | string {
    const { profile } = this.#parts;
    const smmu = device.smmu ?? 0;
    if (domain.kind === 'dom0') return { device: device.path, vsmmu: smmu, sids: device.sids };
    if (device.rid !== undefined && !profile.anyRid && device.rid >= VPCI_RIDS) return `RID 0x${device.rid.toString(16)} is outside the guest's iommu-map`;
    const remembered = this.#remembered.value[device.path];
    if (remembered !== undefined && domain.kind === 'xl' && !profile.freshVsidsPerDomain) return { device: device.path, vsmmu: 0, sids: remembered };
    const sids: number[] = [];
    for (const sid of device.sids) {
      const vsid = this.allocate(domain, { smmu, sid });
      if (vsid === undefined) return '-ENOMEM';
      sids.push(vsid);
    }
    this.#remembered.value = { ...this.#remembered.value, [device.path]: sids };
    return { device: device.path, vsmmu: 0, sids };
  }

  /** Takes a virtual stream for a physical one. Where the search for one never ends, Xen stops for good. */
  allocate(domain: Domain, stream: PhysicalStream): number | undefined {
    const vsid = this.#tables.get(tableKey(domain))?.allocate(stream);
    if (vsid === undefined && !this.#parts.profile.boundsVsids) this.#parts.runtime.stop('the search for a free vSID never ends');
    return vsid;
  }

  /** The physical stream of a virtual one. */
  physical(domain: Domain, vsid: number, smmu: number): PhysicalStream | undefined {
    return domain.kind === 'dom0' ? { smmu, sid: vsid } : this.#tables.get(tableKey(domain))?.find(vsid);
  }

  /** The virtual stream of a physical one. */
  virtual(domain: Domain, stream: PhysicalStream): number | undefined {
    return domain.kind === 'dom0' ? stream.sid : this.#tables.get(tableKey(domain))?.virtual(stream);
  }

  /** All virtual streams of a vSMMU. */
  vsids(domain: Domain, smmu: number): readonly number[] {
    if (domain.kind !== 'dom0') return Array.from({ length: this.#tables.get(tableKey(domain))?.used ?? 0 }, (_, i) => i);
    return this.#parts.contexts.list.filter((c) => c.domain === domain.name && c.smmu === smmu).flatMap((c) => c.sids);
  }

  /** Takes all devices away from a domain. */
  releaseAll(domain: Domain): void {
    for (const context of this.#parts.contexts.list) if (context.domain === domain.name) this.#parts.contexts.release(context.device);
    this.#forced.value = Object.fromEntries(Object.entries(this.#forced.value).filter(([, holder]) => holder !== domain.name));
    this.#trees.value = Object.fromEntries(Object.entries(this.#trees.value).filter(([name]) => name !== domain.name));
  }
}

function tableKey({ id, name }: Domain): string {
  return `${name}.${id}`;
}
