/**
 * The nodes and properties that the merge builds, and the small operations on them that dtc's
 * merge is made of. A deleted child or property keeps its place, as in dtc, so that a statement
 * that makes it anew finds it there; `settle` leaves the live ones.
 */
import type {
  DeleteNodeSyntax, DeletePropertySyntax, LabelSyntax, NodeSyntax, PropertySyntax,
} from '../syntax/ast.ts';
import type { DtNode, DtProperty, DtTree } from './tree.ts';

/** A property under merge. */
export class MergedProperty implements DtProperty {
  deleted = false;
  overridden: PropertySyntax[] = NONE;

  constructor(readonly name: string, readonly node: MergedNode, public syntax: PropertySyntax, readonly order: number) {}

  /** Gives the property a new value. */
  override(syntax: PropertySyntax): void {
    if (this.overridden === NONE) this.overridden = [this.syntax];
    else this.overridden.push(this.syntax);
    this.syntax = syntax;
  }
}

const NONE: never[] = [];
const NO_CHILDREN = new Map<string, MergedNode>();
const NO_PROPERTIES = new Map<string, MergedProperty>();

/** A node under merge. */
export class MergedNode implements DtNode {
  children: Map<string, MergedNode> = NO_CHILDREN;
  properties: Map<string, MergedProperty> = NO_PROPERTIES;
  labels: LabelSyntax[] = NONE;
  everLabelled = false;
  definitions: NodeSyntax[] = NONE;
  deletedProperties: { property: MergedProperty; by: DeletePropertySyntax | DeleteNodeSyntax }[] = NONE;
  omitIfNoRef = false;
  deleted = false;
  /** It, or a node above it, is an `/omit-if-no-ref/` node without reference. */
  leftOut = false;
  /** Children that were left out. */
  omitted: MergedNode[] = NONE;
  /** Not a node, but the trace that a deletion leaves in the body that makes the parent. */
  trace: DeleteNodeSyntax | undefined;
  /** Some live property refers to it, by phandle or by path. */
  referenced = false;
  phandleReferenced = false;
  /** Children and properties of a name that was there before them in the same body: dtc refuses the live ones. */
  spareChildren: MergedNode[] = NONE;
  spareProperties: MergedProperty[] = NONE;
  /** Every label that ever was here, oldest first; a deleted one keeps its place. */
  private borne: Map<string, { label: LabelSyntax; live: boolean }> | undefined;
  /** Something in the maps is deleted. */
  private dirty = false;
  private count = 0;

  constructor(readonly name: string, public parent: MergedNode | undefined, readonly tree: DtTree, public order: number) {}

  /** Adds a label before the others, as dtc does; true if it was not there. */
  addLabel(label: LabelSyntax): boolean {
    this.everLabelled = true;
    this.borne ??= new Map();
    const old = this.borne.get(label.name);
    if (old?.live === true) return false;
    this.borne.set(label.name, { label, live: true });
    return true;
  }

  /** The label is on this node and no deletion took it away. */
  hasLabel(name: string): boolean {
    return this.borne?.get(name)?.live === true;
  }

  /** Notes a statement that opens the node. */
  defineBy(syntax: NodeSyntax): void {
    if (this.definitions.length === 0) this.definitions = [syntax];
    else this.definitions.push(syntax);
  }

  /** Appends a child; a second one of its name is a spare. */
  addChild(child: MergedNode): void {
    child.parent = this;
    child.order = this.count++;
    if (this.children === NO_CHILDREN) this.children = new Map();
    if (this.children.has(child.name)) {
      if (this.spareChildren === NONE) this.spareChildren = [];
      this.spareChildren.push(child);
    } else this.children.set(child.name, child);
    if (child.deleted) this.dirty = true;
  }

  /** Appends a property; a second one of its name is a spare. */
  addProperty(syntax: PropertySyntax): void {
    const property = new MergedProperty(syntax.name, this, syntax, this.count++);
    if (this.properties === NO_PROPERTIES) this.properties = new Map();
    if (this.properties.has(syntax.name)) {
      if (this.spareProperties === NONE) this.spareProperties = [];
      this.spareProperties.push(property);
    } else this.properties.set(syntax.name, property);
  }

  /** Puts a property in the place of a deleted one. */
  reviveProperty(syntax: PropertySyntax, old: MergedProperty): void {
    this.properties.set(syntax.name, new MergedProperty(syntax.name, this, syntax, old.order));
  }

  /** Leaves a trace of a deletion that found nothing in the same body: dtc keeps it in its list. */
  addDeletedProperty(name: string, by: DeletePropertySyntax): void {
    if (this.properties.has(name)) return;
    this.addProperty({
      kind: 'property', start: by.start, end: by.end, labels: NONE, name, nameSpan: by.nameSpan,
      hasValue: false, values: NONE, references: NONE, valueLabels: NONE,
    });
    const property = this.properties.get(name);
    if (property !== undefined) property.deleted = true;
    this.dirty = true;
  }

  /** Deletes a live property and keeps it on record. */
  deleteProperty(property: MergedProperty, by: DeletePropertySyntax | DeleteNodeSyntax): void {
    if (property.deleted) return;
    property.deleted = true;
    this.dirty = true;
    if (this.deletedProperties === NONE) this.deletedProperties = [];
    this.deletedProperties.push({ property, by });
  }

  /** Deletes the node with all that it holds. */
  delete(by: DeleteNodeSyntax): void {
    this.deleted = true;
    if (this.parent !== undefined) this.parent.dirty = true;
    for (const property of this.properties.values()) this.deleteProperty(property, by);
    for (const property of this.spareProperties) this.deleteProperty(property, by);
    for (const child of this.children.values()) if (!child.deleted) child.delete(by);
    for (const child of this.spareChildren) if (!child.deleted) child.delete(by);
    for (const borne of this.borne?.values() ?? []) borne.live = false;
  }

  /** Takes the node with all below it out of the tree; references to it were resolved before, as in dtc. */
  leaveOut(): void {
    const pending: MergedNode[] = [this];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      node.leftOut = true;
      pending.push(...node.children.values());
    }
    const { parent } = this;
    if (parent === undefined) return;
    if (parent.omitted === NONE) parent.omitted = [];
    parent.omitted.push(this);
    if (parent.children.get(this.name) === this) parent.children.delete(this.name);
  }

  /** The live child of a name, left out or not. */
  childNamed(name: string): MergedNode | undefined {
    const child = this.children.get(name);
    if (child?.deleted === false) return child;
    return this.omitted.find((c) => c.name === name) ?? this.spareChildren.find((c) => c.name === name && !c.deleted);
  }

  /** Drops what is deleted from the maps, in dtc's order. */
  settle(): void {
    if (this.borne !== undefined) this.labels = liveLabels(this.borne);
    if (!this.dirty) return;
    this.dirty = false;
    this.children = live(this.children, this.spareChildren);
    this.properties = live(this.properties, this.spareProperties);
  }
}

/** The live labels, newest first. */
function liveLabels(borne: Map<string, { label: LabelSyntax; live: boolean }>): LabelSyntax[] {
  if (borne.size > 1) return [...borne.values()].filter((b) => b.live).map((b) => b.label).reverse();
  for (const { label, live: isLive } of borne.values()) if (isLive) return [label];
  return NONE;
}

function live<T extends { name: string; order: number; deleted: boolean }>(entries: Map<string, T>, spares: readonly T[]): Map<string, T> {
  const all = [...entries.values(), ...spares].filter((entry) => !entry.deleted);
  if (spares.length > 0) all.sort((a, b) => a.order - b.order);
  const map = new Map<string, T>();
  for (const entry of all) if (!map.has(entry.name)) map.set(entry.name, entry);
  return map;
}
