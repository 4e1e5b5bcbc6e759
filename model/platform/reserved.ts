/**
 * `/reserved-memory` as IOMMU drivers read it: which I/O addresses of which device are taken. The
 * physical side (`reg`, `size`) is read where it is needed.
 */
import type { Cell, DtNode, DtProperty, DtTree } from '../devicetree/tree/tree.ts';
import { nodePath } from '../devicetree/tree/values.ts';
import { busCells } from './addresses.ts';
import type { IovaReservation, ReservedMemory } from './types.ts';
import { cellsOf, numberOf, spanOf, targetOf } from './values.ts';

/** The regions that the children of `/reserved-memory` describe. */
export function readReserved(tree: DtTree): ReservedMemory[] {
  const holder = tree.root.children.get('reserved-memory');
  return holder === undefined ? [] : [...holder.children.values()].map((node) => readRegion(tree, node));
}

function readRegion(tree: DtTree, node: DtNode): ReservedMemory {
  const iommuAddresses = node.properties.get('iommu-addresses');
  const reservations = iommuAddresses === undefined ? [] : readReservations(tree, iommuAddresses);
  return { node, path: nodePath(node), iommuAddresses, reservations };
}

function readReservations(tree: DtTree, property: DtProperty): IovaReservation[] {
  const cells = cellsOf(property.node, property.name);
  const found: IovaReservation[] = [];
  for (let at = 0; at < cells.length;) {
    const entry = readReservation(tree, cells, at);
    if (entry === undefined) break;
    found.push(entry.reservation);
    at = entry.next;
  }
  return found;
}

/** One entry: the cells of address and size are those of the bus that the device is on. */
function readReservation(tree: DtTree, cells: readonly Cell[], at: number): { reservation: IovaReservation; next: number } | undefined {
  const phandle = cells[at];
  if (phandle === undefined) return undefined;
  const device = targetOf(tree, phandle);
  const bus = device?.parent === undefined ? { address: 2, size: 1 } : busCells(device.parent);
  let next = at + 1;
  // Without a device the length of the entry is unknown: it goes on to the next reference.
  const end = device === undefined ? cells.length : at + 1 + bus.address + bus.size;
  while (next < end && next < cells.length && cells[next]?.reference === undefined) next += 1;
  const given = cells.slice(at + 1, next);
  const full = given.length === bus.address + bus.size;
  const span = spanOf([phandle, ...given]) ?? phandle.span;
  const reservation = {
    phandle, device, span,
    start: full ? numberOf(given.slice(0, bus.address)) : undefined,
    size: full ? numberOf(given.slice(bus.address)) : undefined,
  };
  return { reservation, next };
}
