/**
 * Which bus a node is, as dtc tells buses apart: by `device_type`, `compatible` or name. The
 * checks of unit addresses depend on it. A node is one bus at most; dtc's order of precedence
 * among the four kinds only matters for trees that no one writes, and is kept for the first two.
 */
import type { DtNode } from '../tree/tree.ts';
import { baseName, type CheckTree } from './view.ts';

/** `device_type = "pci"`, and not also a simple bus. */
export function isPciBus(node: DtNode | undefined, tree: CheckTree): boolean {
  const type = node?.properties.get('device_type');
  if (node === undefined || type === undefined) return false;
  return tree.strings(type)?.[0] === 'pci' && !isSimpleBus(node, tree);
}

/** `compatible` lists `simple-bus`. */
export function isSimpleBus(node: DtNode | undefined, tree: CheckTree): boolean {
  return node !== undefined && tree.simpleBuses.has(node);
}

/** Named `i2c-bus` or `i2c-arb`, or `i2c` without an `i2c-bus` below it. */
export function isI2cBus(node: DtNode | undefined): boolean {
  if (node === undefined) return false;
  const base = baseName(node);
  if (base === 'i2c-bus' || base === 'i2c-arb') return true;
  return base === 'i2c' && ![...node.children.values()].some((child) => baseName(child) === 'i2c-bus');
}

/** Named `spi`, or with the address layout of one and a child that has an `spi-...` property. */
export function isSpiBus(node: DtNode | undefined, tree: CheckTree): boolean {
  if (node === undefined) return false;
  if (baseName(node) === 'spi') return true;
  if (tree.addressCells(node) !== 1 || tree.sizeCells(node) !== 0) return false;
  for (const child of node.children.values()) {
    for (const name of child.properties.keys()) if (name.startsWith('spi-')) return true;
  }
  return false;
}
