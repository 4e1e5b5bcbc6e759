/**
 * What machine a scenario asks for, as plain data: gathered from boards, guests and declarations, and
 * made into a `System` by the adapter of its hypervisor. Sizes and addresses are in bytes.
 */
import type { IdRegisters } from '../../emulator/idr/features.ts';
import type { Image } from '../../emulator/replay/image.ts';
import type { PolicyName } from '../../emulator/tlb/policy.ts';
import type { SourceRange } from '../../model/problem.ts';

/** An SMMU. */
export interface DescribedSmmu {
  readonly name: string;
  /** Other names: further labels, name and path of its node. */
  readonly aliases: readonly string[];
  readonly base: number | undefined;
  readonly ids: IdRegisters;
  readonly at: SourceRange | undefined;
}

/** PCI functions of a root complex: Requester IDs in a row and their StreamIDs. */
export interface RequesterRun {
  readonly rid: number;
  readonly count: number;
  /** StreamID of the first one. */
  readonly sid: number;
}

/** A device. */
export interface DescribedDevice {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Index of the SMMU; undefined for none. */
  readonly smmu: number | undefined;
  readonly sids: readonly number[];
  /** Functions behind it, for a PCI root complex. */
  readonly requesters: readonly RequesterRun[];
  /** Requester ID of a PCI function. */
  readonly rid?: number;
  /** Name of the domain that it is given to; undefined for the host. */
  readonly domain: string | undefined;
  /** Where its streams are written, and where its node begins. */
  readonly at: SourceRange | undefined;
  readonly node: SourceRange | undefined;
}

/** A stretch of physical memory. */
export interface DescribedMemory {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  /** Who it belongs to at the start; undefined for the host. */
  readonly owner: string | undefined;
}

/** A guest. */
export interface DescribedDomain {
  readonly name: string;
  readonly origin: 'xl' | 'dom0less' | 'hardware';
  /** Bytes of RAM; undefined where nobody says. */
  readonly memory: number | undefined;
  readonly hasVsmmu: boolean;
  /** Virtio devices that another domain serves. */
  readonly grants: readonly { readonly device: string; readonly backend: string }[];
  /** Not created before the scenario says `create`. */
  readonly isLater: boolean;
  /** Devices that it gets although another guest has them at the start: that one must be gone by then. */
  readonly takes?: readonly string[];
  readonly at: SourceRange | undefined;
}

/** Which model runs above the SMMUs, as the scenario says it. */
export interface DescribedHypervisor {
  readonly kind: 'none' | 'xen' | 'iommufd' | 'pkvm' | 'grant-dma';
  readonly profile: string | undefined;
  readonly at: SourceRange | undefined;
}

/** A machine. */
export interface Description {
  readonly smmus: readonly DescribedSmmu[];
  readonly devices: readonly DescribedDevice[];
  readonly memory: readonly DescribedMemory[];
  /** Stretches inside memory that no kernel may use. */
  readonly reserved: readonly { readonly base: number; readonly size: number }[];
  readonly domains: readonly DescribedDomain[];
  readonly hypervisor: DescribedHypervisor;
  readonly cache: PolicyName;
  /** Commands wait for `consume`, and enables for `settle`, because the scenario says when. */
  readonly holdsCommands: boolean;
  readonly isSlow: boolean;
  readonly image: Image | undefined;
}
