/**
 * The machine of a scenario with everything on it, as the interpreter and the session see it: the same
 * whatever hypervisor runs above the SMMUs. One adapter per kind implements it. All state lies under
 * the machine's undo log; a `System` itself holds only what never changes.
 */
import type { Machine } from '../../emulator/machine/machine.ts';
import type { Hypervisor, SteComparison } from '../../emulator/hypervisor/index.ts';
import type { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import type { U64 } from '../../emulator/bits/u64.ts';
import type { Observer } from '../../emulator/steps/step.ts';
import type { SourceRange } from '../../model/problem.ts';

/** Which model runs above the SMMUs. */
export type SystemKind = 'native' | 'xen' | 'iommufd' | 'pkvm' | 'grant-dma' | 'image';

/** A physical SMMU of the system. */
export interface SystemSmmu {
  /** As scenarios name it: the label or node name of the board, or the declared name. */
  readonly name: string;
  /** Index in `machine.smmus`. */
  readonly index: number;
  /** Physical address of its registers. */
  readonly base: number | undefined;
  /** Where it is declared. */
  readonly at: SourceRange | undefined;
}

/** A device that makes DMA. */
export interface SystemDevice {
  /** As scenarios name it: node name, unambiguous; `aliases` (label, path) name it too. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Index in `machine.smmus`; undefined for a device with no SMMU in front of it. */
  readonly smmu: number | undefined;
  readonly sids: readonly number[];
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
  /** Who owns a device: a domain's name. */
  ownerOf(device: SystemDevice): string | undefined;
  /** The guest's STE of a device beside the physical one; undefined where nothing is nested. */
  compare(device: SystemDevice): SteComparison | undefined;
}
