/**
 * Addresses of nodes: `reg` and the ranges above it, as the kernel's of_translate_address reads
 * them. PCI and other buses with more than two address cells are not translated.
 */
import type { Cell, DtNode } from '../devicetree/tree/tree.ts';
import type { Region } from './types.ts';
import { physicalAddress, type PhysicalAddress } from './units.ts';
import { cellsOf, numberOf, spanOf, u32Of } from './values.ts';

/** One window of a `ranges` or `dma-ranges` property. */
export interface Window {
  readonly child: bigint;
  readonly parent: bigint;
  readonly size: bigint;
}

/** Cells of addresses and sizes on the bus that a node is, with the defaults of the specification. */
export function busCells(bus: DtNode): { address: number; size: number } {
  return { address: u32Of(bus, '#address-cells') ?? 2, size: u32Of(bus, '#size-cells') ?? 1 };
}

/** A bus deeper than this does not exist; the parser's own limit is near. */
const MAX_BUS_DEPTH = 256;

/** The regions of a node's `reg`, each with its CPU address where there is a way. An incomplete last one is left out. */
export function regionsOf(node: DtNode): Region[] {
  const bus = node.parent;
  if (bus === undefined) return [];
  const { address, size } = busCells(bus);
  const cells = cellsOf(node, 'reg');
  const found: Region[] = [];
  const step = address + size;
  if (step === 0) return [];
  for (let at = 0; at + step <= cells.length; at += step) {
    const entry = cells.slice(at, at + step);
    const span = spanOf(entry);
    if (span === undefined) continue;
    const start = numberOf(entry.slice(0, address));
    found.push({ start, size: numberOf(entry.slice(address)), physical: address > 2 ? undefined : translate(bus, start), span });
  }
  return found;
}

/** Leads an address on a bus to the CPU's view through each `ranges`; undefined where one is missing or does not hold it. */
export function translate(from: DtNode, address: bigint): PhysicalAddress | undefined {
  let value = address;
  let bus: DtNode = from;
  for (let depth = 0; depth < MAX_BUS_DEPTH; depth += 1) {
    if (bus.parent === undefined) return physicalAddress(value);
    const next = throughRanges(bus, value);
    if (next === undefined) return undefined;
    value = next;
    bus = bus.parent;
  }
  return undefined;
}

function throughRanges(bus: DtNode, address: bigint): bigint | undefined {
  const property = bus.properties.get('ranges');
  if (property === undefined) return undefined;
  if (!property.syntax.hasValue) return address;
  const window = windowsOf(bus, 'ranges').find((w) => address >= w.child && address < w.child + w.size);
  return window === undefined ? undefined : window.parent + (address - window.child);
}

/** The windows of a bus node's `ranges` or `dma-ranges`; child addresses of three cells lose the PCI flags cell. */
export function windowsOf(bus: DtNode, name: 'ranges' | 'dma-ranges'): Window[] {
  const cells = cellsOf(bus, name);
  const own = busCells(bus);
  const above = bus.parent === undefined ? 2 : busCells(bus.parent).address;
  const step = own.address + above + own.size;
  const found: Window[] = [];
  if (step === 0) return found;
  for (let at = 0; at + step <= cells.length; at += step) found.push(window(cells.slice(at, at + step), own.address, above));
  return found;
}

function window(cells: readonly Cell[], child: number, above: number): Window {
  return {
    child: numberOf(cells.slice(child > 2 ? child - 2 : 0, child)),
    parent: numberOf(cells.slice(child, child + above)),
    size: numberOf(cells.slice(child + above)),
  };
}

/** The bus whose `dma-ranges` applies to a node's transactions: its parent's, where it has one. */
export function dmaWindowsOf(node: DtNode): { readonly bus: DtNode; readonly windows: readonly Window[] } | undefined {
  const bus = node.parent;
  if (bus === undefined || !bus.properties.has('dma-ranges')) return undefined;
  return { bus, windows: windowsOf(bus, 'dma-ranges') };
}
