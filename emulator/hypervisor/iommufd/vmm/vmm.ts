/**
 * A virtual machine monitor in the way of QEMU with an accelerated SMMUv3: it traps the registers of
 * the guest's SMMU, reads the guest's stream table, and turns what it finds into iommufd calls. S1DSS,
 * S1CDMax and S1Fmt reach the physical STE because the first two words are handed over whole. One
 * virtual SMMU stands above one physical SMMU. An abort STE is silent in hardware, so a guest sees no
 * C_BAD_STE for entries that it left invalid. No migration, no hot plug.
 */
import type { IdRegisters } from '../../../idr/features.ts';
import { CR0, REG } from '../../../registers/store.ts';
import type { RegisterPort } from '../../driver/port.ts';
import type { MemoryView } from '../../memoryView.ts';
import { Fields } from '../../state.ts';
import { maskGuestSte } from '../guestSte.ts';
import type { IommufdKernel } from '../kernel.ts';
import { given, refused, type Failure, type Result } from '../result.ts';
import { allocateNested, allocateVdevice, allocateVeventq, allocateViommu, invalidate, readVeventq, serviceEvents } from '../viommu.ts';
import { readGuestSte } from './guestTable.ts';
import type { VmmProfile } from './profiles.ts';
import { VirtualSmmu } from './virtualSmmu.ts';

/** A device that a guest gets, and the StreamID that it has there. */
export interface GuestDevice {
  readonly name: string;
  readonly virtualSid: number;
}

/** A virtual machine. */
export interface VmmParts {
  readonly kernel: IommufdKernel;
  readonly name: string;
  readonly profile: VmmProfile;
  /** ID registers of the virtual SMMU. */
  readonly ids: IdRegisters;
  readonly devices: readonly GuestDevice[];
  readonly ram: { readonly guest: number; readonly host: number; readonly size: number };
  readonly memory: MemoryView;
}

type VmmField = 'ioas' | 'parent' | 'viommu' | 'abort' | 'bypass' | 'veventq';

const VMM_FIELDS: readonly VmmField[] = ['ioas', 'parent', 'viommu', 'abort', 'bypass', 'veventq'];
const ABORT_WORDS = [1, 0, 0, 0];
const BYPASS_WORDS = [9, 0, 0, 0];
const GBPA_ABORT = 1 << 20;

/** A monitor with one guest. */
export class Vmm {
  readonly smmu: VirtualSmmu;
  readonly #parts: VmmParts;
  readonly #state: Fields<VmmField>;

  constructor(parts: VmmParts) {
    const { kernel, name, ids, memory } = parts;
    this.#parts = parts;
    this.#state = new Fields(kernel.runtime.machine.history, `${name}.vmm`, VMM_FIELDS);
    this.smmu = new VirtualSmmu({
      runtime: kernel.runtime, name: `${name}.vsmmu`, ids, memory,
      refresh: (first, last) => !parts.profile.followsSte || this.#refresh(first, last),
      forward: (words) => this.#forward(words),
      signal: () => kernel.runtime.note(name, 'interrupt', 'CMD_SYNC', 'interrupts'),
      reconfigure: () => void this.#refresh(0, 0xffff_ffff),
      openEvents: (entries) => this.#openEvents(entries),
    });
  }

  /** The registers as the guest reaches them. */
  get port(): RegisterPort {
    return this.smmu.port;
  }

  /** The page table that is the stage 2 of all nested ones; 0 before `start`. */
  get parent(): number {
    return this.#state.get('parent');
  }

  /** Makes the objects of the guest and takes its devices over; what is in the way, or nothing. */
  start(): Failure | undefined {
    const { kernel, devices, ram } = this.#parts;
    const first = devices[0]?.name ?? '';
    const ioas = kernel.allocateIoas();
    this.#state.set('ioas', ioas);
    const made = this.#chain([
      () => kernel.map(ioas, ram.guest, ram.host, ram.size),
      () => this.#keep('parent', kernel.allocatePaging(first, ioas, { nestParent: true })),
      () => this.#keep('viommu', allocateViommu(kernel, first, this.#state.get('parent'))),
      () => this.#keep('abort', allocateNested(kernel, first, { parent: this.#state.get('viommu'), ste: ABORT_WORDS })),
      () => this.#keep('bypass', allocateNested(kernel, first, { parent: this.#state.get('viommu'), ste: BYPASS_WORDS })),
    ]);
    if (!made.ok) return made;
    return devices.map((device) => this.#install(device)).find((r) => !r.ok) as Failure | undefined;
  }

  /** The STE that the guest has for a device, or undefined; looking at it for display counts nothing. */
  guestSte(virtualSid: number, isCounted = false): Uint32Array | undefined {
    const { kernel, memory } = this.#parts;
    const onRead = (): void => {
      if (isCounted) kernel.runtime.costs.count('tableReads');
    };
    return readGuestSte({ registers: this.smmu.registers, memory, sidSize: this.smmu.features.sidSize, onRead }, virtualSid);
  }

  /** Hands events that wait over to the guest. */
  deliver(): void {
    const { kernel } = this.#parts;
    serviceEvents(kernel);
    const id = this.#state.get('veventq');
    const events = id === 0 ? undefined : readVeventq(kernel, id);
    for (const event of events?.ok === true ? events.value : []) {
      if (event.isLost) this.smmu.lose();
      else this.smmu.record(event.words);
    }
  }

  #keep(field: VmmField, result: Result<number>): Result<number> {
    this.#call();
    if (result.ok) this.#state.set(field, result.value);
    return result;
  }

  #call(): void {
    this.#parts.kernel.runtime.costs.count('hypercalls');
  }

  #chain(calls: readonly (() => Result<unknown>)[]): Result<unknown> {
    let last: Result<unknown> = given(0);
    for (const call of calls) {
      last = call();
      if (!last.ok) return last;
    }
    return last;
  }

  #refresh(first: number, last: number): boolean {
    const { devices, kernel, name } = this.#parts;
    let isFine = true;
    for (const device of devices) {
      if (device.virtualSid < first || device.virtualSid > last) continue;
      const result = this.#install(device);
      if (result.ok) continue;
      isFine = false;
      kernel.runtime.print(`${name}: the STE of virtual stream 0x${device.virtualSid.toString(16)} was refused with ${result.errno}: ${result.why}`, name);
    }
    return isFine;
  }

  /** Brings a device to what the guest's registers and STE ask for. */
  #install(device: GuestDevice): Result<unknown> {
    const { registers } = this.smmu;
    if (!registers.isOn(CR0.SMMUEN)) return this.#move(device, (registers.get(REG.GBPA) & GBPA_ABORT) === 0 ? 'bypass' : 'abort');
    const ste = this.guestSte(device.virtualSid, true);
    if (ste === undefined || ((ste[0] ?? 0) & 1) === 0) return this.#move(device, 'abort');
    const words = this.#parts.profile.masksSte ? maskGuestSte(ste) : ste.slice(0, 4);
    const isPlain = words[1] === 0 && words[2] === 0 && words[3] === 0;
    if (isPlain && words[0] === ABORT_WORDS[0]) return this.#move(device, 'abort');
    if (isPlain && words[0] === BYPASS_WORDS[0]) return this.#move(device, 'bypass');
    return this.#bind(device, words);
  }

  #move(device: GuestDevice, to: 'abort' | 'bypass'): Result<unknown> {
    const { kernel } = this.#parts;
    const target = this.#state.get(to);
    if (target === 0) return refused('-ENOENT', 'the monitor has not started');
    return kernel.store.attachment(device.name) === target ? given(target) : this.#replace(device, target);
  }

  #bind(device: GuestDevice, ste: ArrayLike<number>): Result<unknown> {
    const { kernel } = this.#parts;
    const parent = this.#state.get('viommu');
    if (!kernel.store.of('vdevice').some((v) => v.device === device.name)) {
      this.#call();
      const made = allocateVdevice(kernel, parent, device.name, device.virtualSid);
      if (!made.ok) return made;
    }
    this.#call();
    const nested = allocateNested(kernel, device.name, { parent, ste });
    return nested.ok ? this.#replace(device, nested.value) : nested;
  }

  /** Attaches to another page table, and lets go of the one before. */
  #replace(device: GuestDevice, hwpt: number): Result<unknown> {
    const { kernel } = this.#parts;
    const before = kernel.store.attachment(device.name);
    this.#call();
    const attached = kernel.attach(device.name, hwpt);
    const gone = attached.ok ? before : hwpt;
    const isShared = gone === 0 || gone === this.#state.get('abort') || gone === this.#state.get('bypass');
    if (!isShared) {
      this.#call();
      kernel.destroy(gone);
    }
    return attached;
  }

  /** One call for each command, as QEMU does. */
  #forward(words: Uint32Array): boolean {
    const { kernel, profile } = this.#parts;
    if (!profile.forwardsInvalidations) return true;
    this.#call();
    return invalidate(kernel, this.#state.get('viommu'), [words]).error === undefined;
  }

  #openEvents(entries: number): void {
    const { kernel } = this.#parts;
    const old = this.#state.get('veventq');
    if (old !== 0) kernel.destroy(old);
    this.#keep('veventq', allocateVeventq(kernel, this.#state.get('viommu'), entries));
  }
}
