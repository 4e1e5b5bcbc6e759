/**
 * The merged tree: what the statements of a device-tree source add up to, as dtc merges them,
 * with every place that set, overrode or deleted something. Children and properties keep dtc's
 * order. Built by `merge`, read by everything else; nothing outside `tree/` changes it.
 */
import type {
  DeleteNodeSyntax, DeletePropertySyntax, LabelSyntax, MemReserveSyntax, NodeSyntax, PropertySyntax, ReferenceSyntax, Span,
} from '../syntax/ast.ts';

/** One node of the merged tree. */
export interface DtNode {
  /** The full name with unit address; `/` for the root. */
  readonly name: string;
  readonly parent: DtNode | undefined;
  readonly tree: DtTree;
  /** Live children by full name. */
  readonly children: ReadonlyMap<string, DtNode>;
  /** Live properties by name. */
  readonly properties: ReadonlyMap<string, DtProperty>;
  /** Live labels in dtc's order: a later statement's before an earlier one's. */
  readonly labels: readonly LabelSyntax[];
  /** A label stood here once, even if a deletion took it away: dtc's `-@` treats such a node as labelled. */
  readonly everLabelled: boolean;
  /** Every statement that opens this node, in order; the first created it. */
  readonly definitions: readonly NodeSyntax[];
  readonly omitIfNoRef: boolean;
  /** Properties that a later statement deleted, with that statement. */
  readonly deletedProperties: readonly { readonly property: DtProperty; readonly by: DeletePropertySyntax | DeleteNodeSyntax }[];
}

/** One live property: `syntax` is the statement in force, `overridden` those it replaced, oldest first. */
export interface DtProperty {
  readonly name: string;
  readonly node: DtNode;
  readonly syntax: PropertySyntax;
  readonly overridden: readonly PropertySyntax[];
}

/** A node that a statement deleted, as it was then; a later statement may have made it anew. */
export interface DeletedNode {
  readonly node: DtNode;
  readonly by: DeleteNodeSyntax;
  /** The statements that had opened it. */
  readonly definitions: readonly NodeSyntax[];
}

/** A merged compilation unit. */
export interface DtTree {
  readonly root: DtNode;
  /** dtc's `-@`: labelled `/omit-if-no-ref/` nodes stay. */
  readonly symbols: boolean;
  readonly memReserves: readonly MemReserveSyntax[];
  /** What dtc writes as boot_cpuid_phys: `reg` of the first CPU where that is one cell, else 0. */
  readonly bootCpu: number;
  /** The targets of phandle references in dtc's order of visit, each once: the order in which phandles are allocated. */
  readonly phandleOrder: readonly DtNode[];
  readonly deletedNodes: readonly DeletedNode[];
  /** Nodes marked `/omit-if-no-ref/` that nothing refers to: not in the tree. */
  readonly omittedNodes: readonly DtNode[];
  /** Live nodes by label; dtc's choice where a label stands on two. */
  readonly labels: ReadonlyMap<string, DtNode>;
  readonly plugin: boolean;
  /** Every reference that could not be resolved is reported as a problem by the merge, and absent here. */
  resolve(reference: ReferenceSyntax): DtNode | undefined;
  /** A node by absolute path, with `name` accepted for `name@unit` where it is the only one. */
  byPath(path: string): DtNode | undefined;
  /** The node with an explicit `phandle` or `linux,phandle` of this value. */
  byPhandle(phandle: number): DtNode | undefined;
}

/** One 32-bit cell of a property with the syntax it came from. */
export interface Cell {
  /** The value as an unsigned 32-bit number; for a reference 0 until phandles are assigned. */
  readonly value: number;
  /** The node that a `&label` or `&{/path}` cell means. */
  readonly target: DtNode | undefined;
  readonly reference: ReferenceSyntax | undefined;
  readonly span: Span;
}
