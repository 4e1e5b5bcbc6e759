/**
 * Interrupts of nodes, with the GIC's numbering decoded: what a board calls `GIC_SPI 74` is INTID
 * 106 in the hardware and in Xen's configuration. Interrupt maps (nexus nodes) are not followed;
 * such an interrupt is listed with its cells alone.
 */
import type { Cell, DtNode, DtTree } from '../devicetree/tree/tree.ts';
import type { Interrupt } from './types.ts';
import { cellsOf, spanOf, stringsOf, targetOf, u32Of } from './values.ts';

/** GICs, and controllers in front of one that take the same specifiers. */
const GIC = /^(arm,(gic-v3|gic-400|cortex-a\d+-gic|arm11mp-gic|gic-v2|pl390)|qcom,msm-qgic2|qcom,msm-8660-qgic|brcm,brahma-b15-gic|mediatek,[\w-]+-sysirq|nvidia,tegra\d+-ictlr)$/;
const MAX_HOPS = 64;

/** First INTID and name of each interrupt type of a GIC specifier's first cell. */
const GIC_TYPES = [
  { type: 'SPI', first: 32 },
  { type: 'PPI', first: 16 },
  { type: 'ESPI', first: 4096 },
  { type: 'EPPI', first: 1056 },
] as const;

/** The controller that a node's `interrupts` go to: the nearest `interrupt-parent` upwards that leads to a node with `#interrupt-cells`. */
export function interruptParentOf(tree: DtTree, node: DtNode): DtNode | undefined {
  let at: DtNode | undefined = node;
  for (let hops = 0; at !== undefined && hops < MAX_HOPS; hops += 1) {
    const cell: Cell | undefined = cellsOf(at, 'interrupt-parent')[0];
    at = cell === undefined ? at.parent : targetOf(tree, cell);
    if (at?.properties.has('#interrupt-cells') === true) return at;
  }
  return undefined;
}

/** All interrupts of a node, from `interrupts-extended` where it has one, else from `interrupts`. */
export function interruptsOf(tree: DtTree, node: DtNode): Interrupt[] {
  const names = stringsOf(node.properties.get('interrupt-names'));
  const found = node.properties.has('interrupts-extended') ? extended(tree, node) : plain(tree, node);
  return found.map((interrupt, index) => ({ ...interrupt, name: names[index] }));
}

function plain(tree: DtTree, node: DtNode): Omit<Interrupt, 'name'>[] {
  const parent = interruptParentOf(tree, node);
  const step = parent === undefined ? undefined : u32Of(parent, '#interrupt-cells');
  const cells = cellsOf(node, 'interrupts');
  const found: Omit<Interrupt, 'name'>[] = [];
  if (step === undefined || step === 0) return found;
  for (let at = 0; at + step <= cells.length; at += step) {
    const entry = interrupt(parent, cells.slice(at, at + step));
    if (entry !== undefined) found.push(entry);
  }
  return found;
}

function extended(tree: DtTree, node: DtNode): Omit<Interrupt, 'name'>[] {
  const cells = cellsOf(node, 'interrupts-extended');
  const found: Omit<Interrupt, 'name'>[] = [];
  for (let at = 0; at < cells.length;) {
    const phandle = cells[at];
    const parent = phandle === undefined ? undefined : targetOf(tree, phandle);
    const step = parent === undefined ? undefined : u32Of(parent, '#interrupt-cells');
    if (step === undefined) break;
    const entry = interrupt(parent, cells.slice(at + 1, at + 1 + step));
    if (entry !== undefined) found.push(entry);
    at += 1 + step;
  }
  return found;
}

function interrupt(parent: DtNode | undefined, cells: readonly Cell[]): Omit<Interrupt, 'name'> | undefined {
  const span = spanOf(cells);
  return span === undefined ? undefined : { parent, cells, gic: gicOf(parent, cells), span };
}

function gicOf(parent: DtNode | undefined, cells: readonly Cell[]): Interrupt['gic'] {
  const [type, number, flags] = cells;
  if (parent === undefined || type === undefined || number === undefined || flags === undefined) return undefined;
  if (!stringsOf(parent.properties.get('compatible')).some((name) => GIC.test(name))) return undefined;
  const row = GIC_TYPES[type.value];
  if (row === undefined) return undefined;
  return { type: row.type, number: number.value, intid: row.first + number.value, trigger: flags.value & 0xf };
}
