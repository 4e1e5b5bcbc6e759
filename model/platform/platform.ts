/**
 * Builds the platform of a merged tree in one walk: IOMMUs first, then the masters that name them.
 * Linear in the tree. `platformSteps` hands control back every few thousand nodes, so that a
 * server can go on answering; `platform` runs it through.
 */
import type { Cell, DtNode, DtProperty, DtTree } from '../devicetree/tree/tree.ts';
import { nodePath } from '../devicetree/tree/values.ts';
import { bindingOf, UNKNOWN_BINDING } from './bindings.ts';
import { readReserved } from './reserved.ts';
import { readRidMap } from './ridMap.ts';
import { readIommus, type SpecifierContext } from './specifiers.ts';
import { usesOf } from './streams.ts';
import type { Iommu, Master, NotedNode, NotedProperty, PciHost, Platform, RidMap, RidMapKind, StreamUse } from './types.ts';
import { cellsOf, isAvailable, stringsOf, u32Of } from './values.ts';

/** Nodes between two chances for the caller to do something else. */
const SLICE = 2000;

/** Names that people write for the properties of this model, with the right ones. */
export const MISSPELT: ReadonlyMap<string, string> = new Map([
  ['iommu', 'iommus'], ['iommus-map', 'iommu-map'], ['iommu-maps', 'iommu-map'], ['iommu_map', 'iommu-map'],
  ['iommus-map-mask', 'iommu-map-mask'], ['iommu-mask', 'iommu-map-mask'], ['iommu-map_mask', 'iommu-map-mask'],
  ['msi-maps', 'msi-map'], ['msi_map', 'msi-map'], ['msi-mask', 'msi-map-mask'],
  ['iommu-cells', '#iommu-cells'], ['#iommu-cell', '#iommu-cells'], ['#iommus-cells', '#iommu-cells'],
  ['iommu-address', 'iommu-addresses'], ['dma_coherent', 'dma-coherent'], ['dma-range', 'dma-ranges'],
  ['memory-regions', 'memory-region'], ['xen,pass-through', 'xen,passthrough'], ['xen-passthrough', 'xen,passthrough'],
]);

const BUS_PROPERTIES = ['#address-cells', 'bus-range', 'iommu-map', 'msi-map'];

const NOTED: readonly Exclude<NotedProperty, 'misspelt'>[] =
  ['iommu-map-mask', 'msi-map-mask', 'xen,passthrough', 'mmu-masters', 'memory-region', 'dma-coherent'];
const NOTED_SET: ReadonlySet<string> = new Set(NOTED);

/** The platform of a tree, at once. */
export function platform(tree: DtTree): Platform {
  const steps = platformSteps(tree);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The platform of a tree, in slices. */
export function* platformSteps(tree: DtTree): Generator<void, Platform> {
  const walk = new Walk(tree);
  let count = 0;
  for (const visit of walk.nodes()) {
    walk.take(visit.node, visit.enabled, visit.underPci);
    if ((count += 1) % SLICE === 0) yield;
  }
  const context: SpecifierContext = { tree, iommuOf: walk.iommuOf };
  const masters: Master[] = [];
  for (const { node, enabled } of walk.masters) {
    masters.push(readMaster(context, node, enabled));
    if ((count += 1) % SLICE === 0) yield;
  }
  const reserved = readReserved(tree);
  return {
    tree,
    iommus: [...walk.iommuOf.values()],
    iommuOf: walk.iommuOf,
    masters,
    masterOf: new Map(masters.map((master) => [master.node, master])),
    pciHosts: walk.pciHosts,
    reserved,
    reservedOf: new Map(reserved.map((region) => [region.node, region])),
    noted: walk.noted,
  };
}

/** A node on the way of the walk. */
interface Visit {
  readonly node: DtNode;
  readonly enabled: boolean;
  readonly underPci: boolean;
}

/** What one walk over the nodes collects. */
class Walk {
  readonly iommuOf = new Map<DtNode, Iommu>();
  readonly masters: { readonly node: DtNode; readonly enabled: boolean }[] = [];
  readonly pciHosts: PciHost[] = [];
  readonly noted = new Map<NotedProperty, NotedNode[]>();
  readonly #tree: DtTree;

  constructor(tree: DtTree) {
    this.#tree = tree;
  }

  /** All nodes in tree order, with the status they have or inherit. */
  *nodes(): Generator<Visit> {
    const pending: Visit[] = [{ node: this.#tree.root, enabled: true, underPci: false }];
    for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
      const { node } = visit;
      const enabled = visit.enabled && isAvailable(node);
      const isPci = isPciBus(node);
      yield { node, enabled, underPci: visit.underPci };
      const children = [...node.children.values()];
      for (let at = children.length - 1; at >= 0; at -= 1) {
        const child = children[at];
        if (child !== undefined) pending.push({ node: child, enabled, underPci: visit.underPci || isPci });
      }
    }
  }

  take(node: DtNode, enabled: boolean, underPci: boolean): void {
    let isMaster = false;
    for (const property of node.properties.values()) {
      const { name } = property;
      if (name === 'iommus' || name === 'iommu-map' || name === 'msi-map') isMaster = true;
      else if (NOTED_SET.has(name)) this.#note(name as NotedProperty, property, enabled);
      else if (MISSPELT.has(name)) this.#note('misspelt', property, enabled);
    }
    if (isMaster) this.masters.push({ node, enabled });
    if (!underPci && isPciBus(node)) this.pciHosts.push({ node, path: nodePath(node), enabled });
    const iommu = readIommu(node, enabled);
    if (iommu !== undefined) this.iommuOf.set(node, iommu);
  }

  #note(name: NotedProperty, property: DtProperty, enabled: boolean): void {
    const list = this.noted.get(name);
    if (list === undefined) this.noted.set(name, [{ property, enabled }]);
    else list.push({ property, enabled });
  }
}

/** As the kernel decides: by `device_type`, or by the name where that is missing. Pin groups of that name are no buses. */
function isPciBus(node: DtNode): boolean {
  const value = node.properties.get('device_type')?.syntax.values[0];
  if (value?.kind === 'string') return value.value === 'pci';
  if (node.name !== 'pcie' && !node.name.startsWith('pcie@')) return false;
  return BUS_PROPERTIES.some((name) => node.properties.has(name));
}

function readIommu(node: DtNode, enabled: boolean): Iommu | undefined {
  const hasCells = node.properties.has('#iommu-cells');
  if (!hasCells && !looksLikeIommu(node)) return undefined;
  const binding = bindingOf(stringsOf(node.properties.get('compatible')));
  if (!hasCells && (binding === undefined || binding.kind === 'other')) return undefined;
  return {
    node,
    path: nodePath(node),
    binding: binding ?? UNKNOWN_BINDING,
    known: binding !== undefined,
    enabled,
    cells: u32Of(node, '#iommu-cells'),
    matchMask: u32Of(node, 'stream-match-mask') ?? 0,
  };
}

/** A cheap look at `compatible` before the table is asked: every SMMU's has `mmu` in it. */
function looksLikeIommu(node: DtNode): boolean {
  for (const value of node.properties.get('compatible')?.syntax.values ?? []) {
    if (value.kind === 'string' && (value.value.includes('mmu') || value.value === 'xen,grant-dma')) return true;
  }
  return false;
}

/** Fills a master and its streams, which point back to it. */
class MasterNode implements Master {
  readonly node: DtNode;
  readonly path: string;
  readonly enabled: boolean;
  readonly list: Master['list'];
  readonly iommuMap: RidMap | undefined;
  readonly msiMap: RidMap | undefined;
  readonly uses: readonly StreamUse[];

  constructor(context: SpecifierContext, node: DtNode, enabled: boolean) {
    this.node = node;
    this.path = nodePath(node);
    this.enabled = enabled;
    const iommus = node.properties.get('iommus');
    this.list = iommus === undefined ? undefined : readIommus(context, iommus, listCells(iommus));
    this.iommuMap = readMap(context, node, 'iommu-map');
    this.msiMap = readMap(context, node, 'msi-map');
    this.uses = usesOf(this, this.list, this.iommuMap);
  }
}

/** Strings and bytes are no list, though their bytes could be read as cells. */
function listCells(property: DtProperty): readonly Cell[] {
  return property.syntax.values.every((value) => value.kind === 'cells') ? cellsOf(property.node, property.name) : [];
}

function readMaster(context: SpecifierContext, node: DtNode, enabled: boolean): Master {
  return new MasterNode(context, node, enabled);
}

function readMap(context: SpecifierContext, node: DtNode, kind: RidMapKind): RidMap | undefined {
  const property = node.properties.get(kind);
  return property === undefined ? undefined : readRidMap(context, kind, property, cellsOf(node, kind));
}
