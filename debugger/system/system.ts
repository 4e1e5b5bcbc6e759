/**
 * The machine of a scenario with everything on it, as the interpreter and the session see it: the same
 * whatever hypervisor runs above the SMMUs. One adapter per kind implements it. All state lies under
 * the machine's undo log; a `System` itself holds only what never changes.
 */
import type { Machine } from '../../emulator/machine/machine.ts';
import type { Hypervisor, OperationValues, Outcome, SteComparison } from '../../emulator/hypervisor/index.ts';
import type { RegisterPort } from '../../emulator/hypervisor/driver/port.ts';
import type { MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import type { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import type { U64 } from '../../emulator/bits/u64.ts';
import type { Observer } from '../../emulator/steps/step.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { RequesterRun } from './description.ts';

/** Which model runs above the SMMUs. */
export type SystemKind = 'native' | 'xen' | 'iommufd' | 'pkvm' | 'grant-dma' | 'image';

/** A physical SMMU of the system. */
export interface SystemSmmu {
  /** As scenarios name it: the label of its node, else the node name, else the path; or the declared name. */
  readonly name: string;
  /** Other names: further labels, name and path of its node. */
  readonly aliases: readonly string[];
  /** Index in `machine.smmus`. */
  readonly index: number;
  /** Physical address of its registers. */
  readonly base: number | undefined;
  /** Where it is declared. */
  readonly at: SourceRange | undefined;
}

/** A device that makes DMA. */
export interface SystemDevice {
  /** As scenarios name it, in the same way; unambiguous. `aliases` name it too. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Index in `machine.smmus`; undefined for a device with no SMMU in front of it. */
  readonly smmu: number | undefined;
  readonly sids: readonly number[];
  /** PCI functions behind it, for a root complex: runs of Requester IDs and the StreamID of the first. */
  readonly requesters: readonly RequesterRun[];
  /** Where its streams are written: `iommus` in the tree, or the declaration. */
  readonly at: SourceRange | undefined;
  /** Where its node begins. */
  readonly node: SourceRange | undefined;
}

/** A domain, virtual machine, or the host itself: whoever runs a driver. */
export interface SystemDomain {
  readonly name: string;
  readonly kind: 'host' | 'guest';
  /** Where it is declared. */
  readonly at: SourceRange | undefined;
}

/** A DMA to be made by a device. */
export interface DmaRequest {
  readonly device: SystemDevice;
  /** Index into `device.sids`. */
  readonly stream: number;
  readonly ssid: number | undefined;
  readonly address: U64;
  /** READ, WRITE, PRIVILEGED, INSTRUCTION of emulator/walk/access.ts. */
  readonly access: number;
  /** As a device with an address translation cache: translated before, or asked for by ATS. */
  readonly isAts: boolean;
  /** Bytes to write, or how many to read. */
  readonly data: Uint8Array | number;
}

/** What came of a DMA. */
export interface DmaOutcome {
  readonly status: 'ok' | 'abort' | 'raz-wi' | 'stall';
  /** Physical address of the first byte, where it passed. */
  readonly address: U64 | undefined;
  readonly data: Uint8Array | undefined;
  /** Name of the event, such as `F_TRANSLATION`; undefined for none. */
  readonly event: string | undefined;
  /** The event record, where one was made. */
  readonly record: Uint32Array | undefined;
  /** STAG of a stall. */
  readonly stag: number | undefined;
  /** Why it did not pass, in plain words. */
  readonly sentence: string;
  /** For a register read or a call: the number that it gave. */
  readonly value?: U64;
}

/** How a driver attaches a device. */
export interface AttachOptions {
  /** How many SubstreamIDs the device gets; 0 for none. */
  readonly substreams: number;
  /** Faults stall instead of aborting. */
  readonly isStalling: boolean;
}

/** A stretch of a device's address space. */
export interface MapRange {
  readonly iova: number;
  /** Where it leads: an address as the domain sees memory. */
  readonly address: number;
  readonly size: number;
  /** READ, WRITE or both. */
  readonly access: number;
  readonly ssid: number | undefined;
}

/** What is unmapped, and whether the TLBI commands are left out. */
export interface UnmapRange {
  readonly iova: number;
  readonly size: number;
  readonly ssid: number | undefined;
  readonly leaveStale: boolean;
}

/** What the kernel of a domain does with its devices; SMMUs are counted as the domain sees them. */
export interface DomainActions {
  /** Brings up one SMMU, or all of them. */
  probe(smmu: number | undefined): Outcome;
  attach(device: SystemDevice, options: AttachOptions): Outcome;
  detach(device: SystemDevice, to: 'abort' | 'bypass'): Outcome;
  map(device: SystemDevice, range: MapRange): Outcome;
  unmap(device: SystemDevice, range: UnmapRange): Outcome;
  /** Takes the records out of the event queue, as the interrupt handler does; undefined where there is none. */
  events(smmu: number | undefined): readonly Uint32Array[] | undefined;
  /** Acknowledges global errors and lets the command queue go on. */
  recover(smmu: number | undefined): Outcome;
}

/** One SMMU as somebody reaches it: the registers, and memory as the addresses in them are meant. */
export interface SmmuAccess {
  /** As scenarios name it. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly port: RegisterPort;
  readonly memory: MemoryView;
  /** Who drives it from there; undefined where nobody does. */
  readonly driver?: SmmuDriver | undefined;
}

/** A system. */
export interface System {
  readonly kind: SystemKind;
  readonly machine: Machine;
  /** The model above the SMMUs; undefined for `native` and `image`. */
  readonly hypervisor: Hypervisor | undefined;
  readonly smmus: readonly SystemSmmu[];
  readonly devices: readonly SystemDevice[];
  readonly domains: readonly SystemDomain[];
  /** Sets who is told each step: through the hypervisor's monitor where there is one. */
  observe(observer: Observer | null): void;
  /** Makes a DMA, data included; page by page where it crosses pages. */
  dma(request: DmaRequest): DmaOutcome;
  /** The driver that a domain runs for a device, or for the n-th SMMU it sees. */
  driver(domain: string, target: SystemDevice | number): SmmuDriver | undefined;
  /** What a domain does with its devices; undefined for an unknown domain, or one that runs no driver. */
  actions(domain: string): DomainActions | undefined;
  /** The SMMUs that a domain reaches, emulated ones for guests; those of the machine for undefined. */
  smmusOf(domain: string | undefined): readonly SmmuAccess[];
  /** Memory as a domain addresses it; physical memory for undefined. */
  memoryOf(domain: string | undefined): MemoryView;
  /** What owners are called in `machine.owners`, by the words of scenarios: `host`, `hypervisor`. */
  readonly ownerNames: ReadonlyMap<string, string>;
  /** Carries out an operation of the hypervisor by name. */
  call(operation: string, values: OperationValues): Outcome;
  /** Creates a domain that `domains` lists as not there yet, or ends one. */
  setDomain(name: string, isThere: boolean): Outcome;
  /** Takes memory away from a domain: `offset` counts from the start of its RAM. */
  revoke(domain: string, offset: number, size: number): Outcome;
  /** Who owns a device: a domain's name. */
  ownerOf(device: SystemDevice): string | undefined;
  /** The guest's STE of a device beside the physical one; undefined where nothing is nested. */
  compare(device: SystemDevice): SteComparison | undefined;
}
