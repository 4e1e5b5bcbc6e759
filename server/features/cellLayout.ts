/**
 * What each cell of a property is: which entry of the list it belongs to and its part there, from
 * the cell counts that providers and buses declare (`#clock-cells`, `#address-cells` ...). Hover,
 * signature help and completion read it. It judges nothing: a list that does not add up is
 * described as far as it goes.
 */
import type { Cell, DtNode, DtProperty, DtTree } from '../../model/devicetree/tree/tree.ts';
import { cells } from '../../model/devicetree/tree/values.ts';
import { busCells } from '../../model/platform/addresses.ts';
import { bindingOf } from '../../model/platform/bindings.ts';
import { interruptParentOf } from '../../model/platform/interrupts.ts';
import { stringsOf, targetOf, u32Of } from '../../model/platform/values.ts';
import { argumentNames, providerCells } from './knowledge.ts';

/** The part that one cell plays. */
export interface CellRole {
  /** `StreamID`, `address`, `phandle` ... */
  readonly name: string;
  /** The declaration that says so: `#iommu-cells = 1`. */
  readonly because: string | undefined;
}

/** One entry of a property's list: the parts it should have. */
export interface CellEntry {
  /** The index of its first cell in the property. */
  readonly first: number;
  readonly roles: readonly CellRole[];
  /** The provider that the entry starts with, where it does. */
  readonly provider: DtNode | undefined;
}

/** More entries than this are not described; nobody hovers over the millionth cell. */
const MAX_ENTRIES = 100_000;

const role = (name: string, because?: string): CellRole => ({ name, because });

/** How the entries of one property are cut: given the cells and the index of an entry's first, its parts. */
type Cutter = (tree: DtTree, property: DtProperty, at: number, all: readonly Cell[]) => readonly CellRole[];

/** The entries of a property's cells, in order; empty where nothing is known about the property. */
export function cellEntries(property: DtProperty): CellEntry[] {
  const { tree } = property.node;
  const cut = cutterOf(property.name);
  const all = cells(property);
  const entries: CellEntry[] = [];
  if (cut === undefined) return entries;
  for (let at = 0; at < all.length && entries.length < MAX_ENTRIES;) {
    const roles = cut(tree, property, at, all);
    const phandle = roles.findIndex((part) => part.name === 'phandle');
    const cell = phandle < 0 ? undefined : all[at + phandle];
    entries.push({ first: at, roles, provider: cell === undefined ? undefined : targetOf(tree, cell) });
    at += Math.max(1, roles.length);
  }
  return entries;
}

/** The entry that holds cell `index`. */
export function entryOf(entries: readonly CellEntry[], index: number): CellEntry | undefined {
  return entries.findLast((entry) => entry.first <= index && index < entry.first + Math.max(1, entry.roles.length));
}

/** The parts of an entry that starts with a reference to `provider`, as signature help shows them before any cell is there. */
export function providerRoles(property: string, provider: DtNode): CellRole[] {
  const cellsName = providerCells(property);
  if (cellsName === undefined) return [role('phandle')];
  const count = u32Of(provider, cellsName);
  const because = `${cellsName} = ${count ?? '?'}`;
  const names = property === 'iommus' ? (bindingOf(stringsOf(provider.properties.get('compatible')))?.meaning ?? []) : argumentNames(cellsName, count ?? 0, provider);
  return [role('phandle'), ...Array.from({ length: Math.min(count ?? 0, 64) }, (_, index) => role(names[index] ?? `argument ${index + 1}`, because))];
}

function cutterOf(name: string): Cutter | undefined {
  return CUTTERS.get(name) ?? (providerCells(name) === undefined ? undefined : cutProvider);
}

const cutProvider: Cutter = (tree, property, at, all) => {
  const provider = all[at] === undefined ? undefined : targetOf(tree, all[at]);
  return provider === undefined ? [role('phandle')] : providerRoles(property.name, provider);
};

function repeat(name: string, count: number, because: string): CellRole[] {
  const words = count === 2 ? [`${name}, high half`, `${name}, low half`] : undefined;
  return Array.from({ length: Math.min(count, 64) }, (_, index) => role(words?.[index] ?? (count === 1 ? name : `${name}, cell ${index + 1} of ${count}`), because));
}

const cutReg: Cutter = (_tree, property) => {
  const bus = property.node.parent;
  if (bus === undefined) return [];
  const { address, size } = busCells(bus);
  return [...repeat('address', address, `#address-cells = ${address} of the parent`), ...repeat('size', size, `#size-cells = ${size} of the parent`)];
};

const cutRanges: Cutter = (_tree, property) => {
  const own = busCells(property.node);
  const above = property.node.parent === undefined ? own : busCells(property.node.parent);
  return [
    ...repeat('address on this bus', own.address, `#address-cells = ${own.address} of this node`),
    ...repeat('address on the parent bus', above.address, `#address-cells = ${above.address} of the parent`),
    ...repeat('size', own.size, `#size-cells = ${own.size} of this node`),
  ];
};

const cutInterrupts: Cutter = (tree, property) => {
  const parent = interruptParentOf(tree, property.node);
  const count = parent === undefined ? undefined : u32Of(parent, '#interrupt-cells');
  if (parent === undefined || count === undefined) return [role('interrupt')];
  const names = argumentNames('#interrupt-cells', count, parent);
  return Array.from({ length: Math.min(count, 64) }, (_, index) => role(names[index] ?? `interrupt cell ${index + 1}`, `#interrupt-cells = ${count} of the interrupt parent`));
};

const cutRidMap: Cutter = (tree, property, at, all) => {
  const target = all[at + 1] === undefined ? undefined : targetOf(tree, all[at + 1] as Cell);
  const isIommu = property.name === 'iommu-map';
  const count = target === undefined ? 1 : u32Of(target, isIommu ? '#iommu-cells' : '#msi-cells');
  const because = `${property.name} entry: RID base, phandle, output base, length`;
  return [
    role('first RequesterID (bus << 8 | device << 3 | function)', because), role('phandle', because),
    role(isIommu ? 'first StreamID' : 'first MSI DeviceID', count === undefined ? because : `${isIommu ? '#iommu-cells' : '#msi-cells'} = ${count}`),
    role('how many RequesterIDs', because),
  ];
};

const cutInterruptMap: Cutter = (tree, property, at, all) => {
  const { address } = busCells(property.node);
  const own = u32Of(property.node, '#interrupt-cells') ?? 1;
  const child = [...repeat('child unit address', address, `#address-cells = ${address} of this node`), ...repeat('child interrupt', own, `#interrupt-cells = ${own} of this node`)];
  const phandle = all[at + child.length];
  const parent = phandle === undefined ? undefined : targetOf(tree, phandle);
  if (parent === undefined) return [...child, role('phandle')];
  const parentAddress = u32Of(parent, '#address-cells') ?? 0;
  const parentCells = u32Of(parent, '#interrupt-cells') ?? 1;
  const names = argumentNames('#interrupt-cells', parentCells, parent);
  return [
    ...child, role('phandle'), ...repeat('parent unit address', parentAddress, `#address-cells = ${parentAddress} of the interrupt parent`),
    ...Array.from({ length: Math.min(parentCells, 64) }, (_, index) => role(names[index] ?? `parent interrupt, cell ${index + 1}`, `#interrupt-cells = ${parentCells} of the interrupt parent`)),
  ];
};

const CUTTERS: ReadonlyMap<string, Cutter> = new Map<string, Cutter>([
  ['reg', cutReg],
  ['ranges', cutRanges],
  ['dma-ranges', cutRanges],
  ['interrupts', cutInterrupts],
  ['iommu-map', cutRidMap],
  ['msi-map', cutRidMap],
  ['iommu-map-mask', () => [role('mask that is applied to a RequesterID before iommu-map')]],
  ['msi-map-mask', () => [role('mask that is applied to a RequesterID before msi-map')]],
  ['stream-match-mask', () => [role('StreamID bits that every stream of this SMMU ignores')]],
  ['interrupt-map', cutInterruptMap],
  ['bus-range', (_tree, _property, at) => [role(at === 0 ? 'first bus number' : 'last bus number')]],
  ['dma-coherent', () => []],
]);
