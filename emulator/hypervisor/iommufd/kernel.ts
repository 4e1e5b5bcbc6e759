/**
 * The host kernel as iommufd shows it: address spaces, page tables, and which of them each device uses.
 * Calls give a value or an error number with the reason. Devices without an assignment have the
 * kernel's default domain. The calls of virtual SMMUs are in viommu.ts. Not modelled: pinning, access
 * by mdevs, dirty tracking, I/O page faults, reserved regions.
 */
import { encode } from '../../fields/layout.ts';
import { STE } from '../../fields/ste.ts';
import type { Runtime } from '../hypervisor.ts';
import { PAGE_SIZE, PagePool } from '../pages.ts';
import { abortSte, bypassSte, physicalSte, stage2Ste } from './guestSte.ts';
import { hardwareInfo, type HardwareInfo } from './hardwareInfo.ts';
import { HostSmmu, type HostSmmuTraits } from './hostSmmu.ts';
import { ObjectStore, type NestedHwpt, type PagingHwpt } from './objects.ts';
import { given, refused, type Failure, type Result } from './result.ts';

/** A device of the host that user space may take over. */
export interface HostDevice {
  readonly name: string;
  readonly smmu: number;
  readonly sids: readonly number[];
  /** Its traffic is canonical write-back: cacheable whatever stage 1 says. */
  readonly isCoherent?: boolean;
  readonly hasAts?: boolean;
  /** Some of its PASIDs are attached. */
  readonly hasPasids?: boolean;
  /** The driver of the device is going away. */
  readonly isLeaving?: boolean;
  /** What the kernel gives it while nobody has taken it over. */
  readonly defaultDomain?: 'dma' | 'identity';
}

/** What a host is made of. */
export interface HostConfig {
  readonly devices: readonly HostDevice[];
  /** Memory for the kernel's tables and queues. */
  readonly pool: { readonly base: number; readonly size: number };
  readonly traits?: readonly HostSmmuTraits[];
  /** Whether guest commands are checked bit by bit before they go to hardware; the kernel of today does not. */
  readonly checksCommands?: boolean;
}

/** A host kernel. */
export class IommufdKernel {
  readonly runtime: Runtime;
  readonly store: ObjectStore;
  readonly smmus: readonly HostSmmu[];
  readonly config: HostConfig;

  constructor(runtime: Runtime, config: HostConfig) {
    const { history, smmus } = runtime.machine;
    const pages = new PagePool(history, 'iommufd.host', config.pool);
    this.runtime = runtime;
    this.config = config;
    this.store = new ObjectStore(history, 'iommufd');
    this.smmus = smmus.map((_, i) => new HostSmmu(runtime, i, { pages, ...(config.traits?.[i] === undefined ? {} : { traits: config.traits[i] }) }));
  }

  /** Brings up all SMMUs, and gives each device its default domain. */
  boot(): Failure | undefined {
    for (const smmu of this.smmus) {
      const outcome = smmu.boot();
      if (!outcome.ok) return refused('-EIO', outcome.text);
    }
    for (const { smmu, sids, defaultDomain } of this.config.devices) {
      const { driver } = this.#smmu(smmu);
      const outcome = defaultDomain === 'identity' ? driver.detach(sids, 'bypass') : driver.attach(sids);
      if (!outcome.ok) return refused('-ENOMEM', outcome.text);
    }
    return undefined;
  }

  /** The device of a name, or undefined. */
  device(name: string): HostDevice | undefined {
    return this.config.devices.find((d) => d.name === name);
  }

  /** IOMMU_GET_HW_INFO. */
  hardwareInfo(name: string): Result<HardwareInfo> {
    const device = this.device(name);
    const ids = this.runtime.machine.smmus[device?.smmu ?? -1]?.ids;
    if (device === undefined || ids === undefined) return refused('-ENOENT', `there is no device ${name}`);
    return given(hardwareInfo(ids, this.#smmu(device.smmu).traits, device));
  }

  /** IOMMU_IOAS_ALLOC. */
  allocateIoas(): number {
    return this.store.add({ kind: 'ioas', id: this.store.nextId(), maps: [] });
  }

  /** IOMMU_IOAS_MAP at a fixed address, of memory that is physically contiguous. */
  map(ioas: number, iova: number, address: number, size: number): Result<number> {
    const space = this.store.get('ioas', ioas);
    if (space === undefined) return refused('-ENOENT', `there is no address space ${ioas}`);
    if (size <= 0 || [iova, address, size].some((v) => v % PAGE_SIZE !== 0)) return refused('-EINVAL', 'addresses and size must be whole pages');
    if (space.maps.some((m) => m.iova < iova + size && m.iova + m.size > iova)) return refused('-EEXIST', 'part of the range is mapped');
    for (const hwpt of this.#tablesOf(ioas)) if (!this.#smmu(hwpt.smmu).map(hwpt, iova, address, size)) return refused('-ENOMEM', 'no memory for tables');
    this.store.put({ ...space, maps: [...space.maps, { iova, size, address }] });
    return given(size);
  }

  /** IOMMU_IOAS_UNMAP of whole mappings; gives how many bytes went. */
  unmap(ioas: number, iova: number, size: number): Result<number> {
    const space = this.store.get('ioas', ioas);
    const inside = space?.maps.filter((m) => m.iova < iova + size && m.iova + m.size > iova) ?? [];
    if (space === undefined || inside.length === 0) return refused('-ENOENT', 'nothing is mapped there');
    if (inside.some((m) => m.iova < iova || m.iova + m.size > iova + size)) return refused('-ENOENT', 'only whole mappings can be unmapped');
    for (const hwpt of this.#tablesOf(ioas)) for (const m of inside) this.#smmu(hwpt.smmu).unmap(hwpt, m.iova, m.size);
    this.store.put({ ...space, maps: space.maps.filter((m) => !inside.includes(m)) });
    return given(inside.reduce((sum, m) => sum + m.size, 0));
  }

  /** IOMMU_HWPT_ALLOC over an address space, for a device. */
  allocatePaging(name: string, ioas: number, flags: { readonly nestParent?: boolean; readonly faultCapable?: boolean } = {}): Result<number> {
    const device = this.device(name);
    const space = this.store.get('ioas', ioas);
    if (device === undefined || space === undefined) return refused('-ENOENT', 'there is no such device or address space');
    const smmu = this.#smmu(device.smmu);
    const problem = smmu.nestingProblem;
    if (problem !== undefined) return refused('-EOPNOTSUPP', problem);
    const root = smmu.createTable();
    if (root === undefined) return refused('-ENOMEM', 'no memory for tables');
    const hwpt: PagingHwpt = {
      kind: 'paging', id: this.store.nextId(), ioas, smmu: device.smmu, isNestParent: flags.nestParent === true,
      isFaultCapable: flags.faultCapable === true, vmid: this.store.nextVmid(), root,
    };
    if (!space.maps.every((m) => smmu.map(hwpt, m.iova, m.address, m.size))) return refused('-ENOMEM', 'no memory for tables');
    return given(this.store.add(hwpt));
  }

  /** VFIO_DEVICE_ATTACH_IOMMUFD_PT: moves a device from whatever it uses to a page table. */
  attach(name: string, hwptId: number): Result<string> {
    const device = this.device(name);
    const hwpt = this.store.get('paging', hwptId) ?? this.store.get('nested', hwptId);
    if (device === undefined || hwpt === undefined) return refused('-ENOENT', 'there is no such device or page table');
    const problem = hwpt.kind === 'nested' ? this.#nestedProblem(device, hwpt) : this.#smmuProblem(device, hwpt.smmu);
    if (problem !== undefined) return problem;
    const ste = hwpt.kind === 'paging' ? this.#pagingSte(hwpt) : this.#nestedSte(hwpt);
    this.#install(device, ste);
    this.store.attach(name, hwptId);
    return given(hwpt.kind);
  }

  /** VFIO_DEVICE_DETACH_IOMMUFD_PT: back to the kernel's default domain. */
  detach(name: string): Result<string> {
    const device = this.device(name);
    if (device === undefined) return refused('-ENOENT', `there is no device ${name}`);
    this.#install(device, this.#defaultSte(device));
    this.store.attach(name, 0);
    return given('default domain');
  }

  /** IOMMU_DESTROY. */
  destroy(id: number): Result<string> {
    const removed = this.store.remove(id);
    if ('ok' in removed) return removed;
    // The VMID and the tables are used anew: nothing of it may stay in a TLB.
    if (removed.kind === 'paging') this.#smmu(removed.smmu).forget(removed.vmid);
    return given(removed.kind);
  }

  #smmu(index: number): HostSmmu {
    const smmu = this.smmus[index] ?? this.smmus[0];
    return smmu ?? new HostSmmu(this.runtime, index, { pages: new PagePool(this.runtime.machine.history, 'iommufd.none', { base: 0, size: 0 }) });
  }

  #tablesOf(ioas: number): PagingHwpt[] {
    return this.store.of('paging').filter((h) => h.ioas === ioas);
  }

  #smmuProblem(device: HostDevice, smmu: number): Failure | undefined {
    return device.smmu === smmu ? undefined : refused('-EINVAL', `${device.name} is behind another SMMU`);
  }

  #nestedProblem(device: HostDevice, hwpt: NestedHwpt): Failure | undefined {
    const viommu = this.store.get('viommu', hwpt.viommu);
    const other = this.#smmuProblem(device, viommu?.smmu ?? -1);
    if (other !== undefined) return other;
    if (device.hasPasids === true) return refused('-EBUSY', `PASIDs of ${device.name} are attached`);
    const hasVdevice = this.store.of('vdevice').some((v) => v.viommu === hwpt.viommu && v.device === device.name);
    if (hwpt.config === 'stage 1' && !hasVdevice) return refused('-ENOENT', `${device.name} has no vDEVICE, so invalidations could not name it`);
    return undefined;
  }

  #pagingSte(hwpt: PagingHwpt): Uint32Array {
    return stage2Ste(this.#smmu(hwpt.smmu).parentOf(hwpt));
  }

  #nestedSte(hwpt: NestedHwpt): Uint32Array {
    const parent = this.store.get('paging', this.store.get('viommu', hwpt.viommu)?.parent ?? 0);
    return parent === undefined ? abortSte() : physicalSte(hwpt, this.#smmu(parent.smmu).parentOf(parent));
  }

  #defaultSte(device: HostDevice): Uint32Array {
    const smmu = this.#smmu(device.smmu);
    const context = smmu.driver.contexts.find((c) => c.sids.some((sid) => device.sids.includes(sid)));
    if (context === undefined) return bypassSte(smmu.features.typesOverride);
    return encode(STE, { V: 1, Config: 5, S1ContextPtr: context.cd, S1DSS: 2, S1CIR: 1, S1COR: 1, S1CSH: 3 });
  }

  #install(device: HostDevice, ste: Uint32Array): void {
    for (const sid of device.sids) this.#smmu(device.smmu).install(sid, ste);
  }
}
