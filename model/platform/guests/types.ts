/**
 * Who owns what on a Xen system: the host tree, the guests that xl configurations, dom0less nodes
 * and partial device trees describe, and what each domain is given. Plain data with the place each
 * value was written; computed anew whenever one of the files changes.
 */
import type { SourceRange } from '../../problem.ts';
import type { XlGuest } from '../../xl/guestConfig.ts';
import type { VsmmuProfile } from '../../xl/dialects.ts';
import type { ExpandedText } from '../../devicetree/source/origin.ts';
import type { DtNode, DtTree } from '../../devicetree/tree/tree.ts';
import type { PlatformContext } from '../context.ts';
import type { Iommu, Master } from '../types.ts';

/** A compiled device tree with the way back to its files. */
export interface CompiledTree {
  readonly path: string;
  readonly tree: DtTree;
  readonly text: ExpandedText;
}

/** The board that Xen boots on. */
export interface HostTree extends CompiledTree {
  /** False where an include or a labelled node was not found: what is absent from the tree may be in there. */
  readonly isWhole: boolean;
  readonly context: PlatformContext;
}

/** How sure it is that a guest belongs to this host: stated by a project file or the command line, or guessed from the workspace. */
export type Association = 'stated' | 'guessed';

/** One guest configuration with its partial device tree. */
export interface GuestInput {
  readonly config: XlGuest;
  readonly fragment: CompiledTree | undefined;
}

/** What a system is computed from. */
export interface SystemInput {
  readonly host: HostTree | undefined;
  readonly guests: readonly GuestInput[];
  /** Partial device trees that no configuration names: of dom0less domains, or of a guest unknown here. */
  readonly fragments: readonly CompiledTree[];
  readonly association: Association;
  /** The virtual SMMU of dom0less domains, where the Xen of this system has one. */
  readonly vsmmu: VsmmuProfile | undefined;
}

/** A domain, by who describes it. */
export type DomainKind = 'hardware' | 'dom0less' | 'xl';

/** One StreamID of an assigned device. */
export interface OwnedStream {
  readonly iommu: Iommu;
  /** The first StreamID on the physical SMMU, 0 to 2^32 - 1. */
  readonly psid: number;
  /** How many in a row. */
  readonly count: number;
  /** What the guest writes instead; undefined without a virtual SMMU, or where the order is not known. */
  readonly vsid: number | undefined;
}

/** A device that a domain is given. */
export interface OwnedDevice {
  /** The path in the host tree, as it was written. */
  readonly path: string;
  readonly at: SourceRange;
  /** The host's node; undefined where there is no host tree or no such path. */
  readonly node: DtNode | undefined;
  readonly master: Master | undefined;
  /** The node of the partial device tree that describes the device to the guest. */
  readonly part: DtNode | undefined;
  readonly streams: readonly OwnedStream[];
}

/** An interrupt that a domain is given: `intid` is an SPI number plus 32. */
export interface OwnedInterrupt {
  readonly intid: number;
  readonly at: SourceRange;
}

/** MMIO that a domain is given, in bytes. */
export interface OwnedPages {
  readonly host: bigint;
  readonly size: bigint;
  readonly guest: bigint;
  readonly at: SourceRange;
}

/** A virtio device whose back end maps memory by grants. */
export interface GrantEndpoint {
  /** The back-end domain, by the name or number that was written. */
  readonly backend: string;
  readonly device: string;
  readonly at: SourceRange;
}

/** One domain with all that it owns. */
export interface Domain {
  readonly kind: DomainKind;
  readonly name: string;
  /** Where the domain is declared. */
  readonly at: SourceRange;
  readonly config: XlGuest | undefined;
  /** The `xen,domain` node of a dom0less domain. */
  readonly node: DtNode | undefined;
  readonly fragment: CompiledTree | undefined;
  readonly devices: readonly OwnedDevice[];
  readonly interrupts: readonly OwnedInterrupt[];
  readonly pages: readonly OwnedPages[];
  readonly grants: readonly GrantEndpoint[];
  /** The virtual SMMU that the domain sees. */
  readonly vsmmu: VsmmuProfile | undefined;
}

/** A whole system. */
export interface System {
  readonly input: SystemInput;
  readonly host: HostTree | undefined;
  /** The hardware domain first, then dom0less domains, then guests of xl. */
  readonly domains: readonly Domain[];
  /** Partial device trees that belong to no domain seen here. */
  readonly loose: readonly CompiledTree[];
}
