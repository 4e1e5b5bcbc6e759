/** The dom0less domains of a host tree with what most of their rules look at. */
import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { busCells } from '../../addresses.ts';
import { cellsOf, numberOf } from '../../values.ts';
import type { Domain, HostTree, System } from '../types.ts';

/** One dom0less domain with its node in the host tree. */
export interface DomainNode {
  readonly host: HostTree;
  readonly domain: Domain;
  readonly node: DtNode;
}

/** Every dom0less domain. */
export function* dom0lessOf(system: System): Iterable<DomainNode> {
  if (system.host === undefined) return;
  for (const domain of system.domains) {
    if (domain.node !== undefined) yield { host: system.host, domain, node: domain.node };
  }
}

/** One bank of `xen,static-mem`, in bytes. */
export interface StaticBank {
  readonly start: bigint;
  readonly size: bigint;
}

/** The banks of `xen,static-mem`: the cell counts are those of the domain node's parent. */
export function staticBanks(node: DtNode): StaticBank[] {
  const { address, size } = busCells(node.parent ?? node);
  const cells = cellsOf(node, 'xen,static-mem');
  const found: StaticBank[] = [];
  for (let at = 0; address + size > 0 && at + address + size <= cells.length; at += address + size) {
    found.push({ start: numberOf(cells.slice(at, at + address)), size: numberOf(cells.slice(at + address, at + address + size)) });
  }
  return found;
}

/** `memory` in KiB, a number of two cells; undefined where absent. */
export function memoryKib(node: DtNode): bigint | undefined {
  const cells = cellsOf(node, 'memory');
  return cells.length === 0 ? undefined : numberOf(cells);
}
