/**
 * What the platform model consists of: IOMMUs, masters, the streams between them, and the memory
 * that belongs to them. Plain data over the merged tree; every value knows the span of expanded
 * text that it was written in. Nothing here knows domains or guests.
 */
import type { Span } from '../devicetree/syntax/ast.ts';
import type { Cell, DtNode, DtProperty, DtTree } from '../devicetree/tree/tree.ts';
import type { IommuBinding } from './bindings.ts';
import type { PhysicalAddress, StreamId } from './units.ts';

/** One provider of translation: a node with `#iommu-cells`, or one whose binding demands it. */
export interface Iommu {
  readonly node: DtNode;
  readonly path: string;
  readonly binding: IommuBinding;
  /** Whether a row of the binding table describes it. */
  readonly known: boolean;
  /** False where its own or an ancestor's `status` switches it off. */
  readonly enabled: boolean;
  /** The value of `#iommu-cells`; undefined where it is missing or not one cell. */
  readonly cells: number | undefined;
  /** The SMR mask that every 1-cell specifier gets from `stream-match-mask`; 0 for none. */
  readonly matchMask: number;
}

/** One entry of an `iommus` list as of_parse_phandle_with_args would cut it, with what is missing or too much. */
export interface Specifier {
  readonly phandle: Cell;
  readonly target: DtNode | undefined;
  readonly iommu: Iommu | undefined;
  readonly args: readonly Cell[];
  /** How many specifier cells the target asks for; undefined where it cannot be known. */
  readonly wanted: number | undefined;
  /** Cells that follow a full entry and begin no other. */
  readonly extra: readonly Cell[];
  readonly span: Span;
}

/** The `iommus` property of one node. */
export interface IommuList {
  readonly property: DtProperty;
  readonly entries: readonly Specifier[];
}

/** Which of the two RequesterID maps. */
export type RidMapKind = 'iommu-map' | 'msi-map';

/** One entry of a RequesterID map. Where `complete` is false, cells are missing or left over and the numbers are not to be used. */
export interface RidMapEntry {
  readonly ridBase: number;
  readonly phandle: Cell | undefined;
  readonly target: DtNode | undefined;
  readonly iommu: Iommu | undefined;
  readonly output: readonly Cell[];
  readonly length: number;
  readonly cells: readonly Cell[];
  /** How many cells the entry should have. */
  readonly wanted: number;
  readonly complete: boolean;
  readonly span: Span;
}

/** `iommu-map` or `msi-map` of one node. */
export interface RidMap {
  readonly kind: RidMapKind;
  readonly node: DtNode;
  readonly property: DtProperty;
  readonly entries: readonly RidMapEntry[];
  /** The mask in force; all ones where there is no mask property. */
  readonly mask: number;
  readonly maskProperty: DtProperty | undefined;
  /** `fixed`: four cells an entry, as kernels up to 6.12 read it. `sized`: by the target's cells, as later ones do. */
  readonly layout: 'fixed' | 'sized';
}

/** The RequesterIDs that an `iommu-map` entry turns into streams. */
export interface RidWindow {
  readonly first: number;
  readonly mask: number;
}

/** A run of StreamIDs that one master uses on one IOMMU, from one specifier or one map entry. */
export interface StreamUse {
  readonly master: Master;
  readonly iommu: Iommu;
  readonly via: 'iommus' | 'iommu-map';
  /** The first StreamID, undefined where the binding has no cell for it. */
  readonly id: StreamId | undefined;
  /** StreamID bits that the SMMU ignores (SMR mask). */
  readonly mask: number;
  /** How many consecutive StreamIDs: 1 for a specifier, the length for a map entry. */
  readonly count: number;
  readonly rids: RidWindow | undefined;
  /** The whole entry, and the cell of the StreamID (the phandle where there is none). */
  readonly span: Span;
  readonly idSpan: Span;
}

/** A node that issues transactions through an IOMMU, or maps those of a bus below it. */
export interface Master {
  readonly node: DtNode;
  readonly path: string;
  readonly enabled: boolean;
  readonly list: IommuList | undefined;
  readonly iommuMap: RidMap | undefined;
  readonly msiMap: RidMap | undefined;
  readonly uses: readonly StreamUse[];
}

/** One address range: `start` as written on the node's bus, `physical` after translation to the CPU's view, undefined where the bus has no way there. */
export interface Region {
  readonly start: bigint;
  readonly size: bigint;
  readonly physical: PhysicalAddress | undefined;
  readonly span: Span;
}

/** One interrupt of a node. */
export interface Interrupt {
  readonly name: string | undefined;
  readonly parent: DtNode | undefined;
  readonly cells: readonly Cell[];
  /** What a GIC makes of the cells; undefined under another controller. */
  readonly gic: { readonly type: 'SPI' | 'PPI' | 'ESPI' | 'EPPI'; readonly number: number; readonly intid: number; readonly trigger: number } | undefined;
  readonly span: Span;
}

/** One entry of `iommu-addresses`. */
export interface IovaReservation {
  readonly phandle: Cell;
  readonly device: DtNode | undefined;
  readonly start: bigint | undefined;
  readonly size: bigint | undefined;
  readonly span: Span;
}

/** One child of `/reserved-memory`. */
export interface ReservedMemory {
  readonly node: DtNode;
  readonly path: string;
  readonly iommuAddresses: DtProperty | undefined;
  readonly reservations: readonly IovaReservation[];
}

/** Everything about IOMMUs in one tree. */
export interface Platform {
  readonly tree: DtTree;
  /** In tree order. */
  readonly iommus: readonly Iommu[];
  readonly iommuOf: ReadonlyMap<DtNode, Iommu>;
  /** In tree order; nodes with `iommus`, `iommu-map` or `msi-map`. */
  readonly masters: readonly Master[];
  readonly masterOf: ReadonlyMap<DtNode, Master>;
  /** PCI root complexes: `device_type = "pci"` or the name `pcie`, with no such node above them. */
  readonly pciHosts: readonly PciHost[];
  readonly reserved: readonly ReservedMemory[];
  readonly reservedOf: ReadonlyMap<DtNode, ReservedMemory>;
  /** Nodes with a property that some rule looks at and that none of the lists above holds. */
  readonly noted: ReadonlyMap<NotedProperty, readonly NotedNode[]>;
}

/** A PCI root complex. */
export interface PciHost {
  readonly node: DtNode;
  readonly path: string;
  readonly enabled: boolean;
}

/** Properties that are rare enough to be collected during the one walk over the tree. */
export type NotedProperty =
  | 'iommu-map-mask' | 'msi-map-mask' | 'xen,passthrough' | 'mmu-masters' | 'memory-region' | 'misspelt' | 'dma-coherent';

/** A node with such a property. */
export interface NotedNode {
  readonly property: DtProperty;
  readonly enabled: boolean;
}
