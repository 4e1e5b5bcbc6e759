/** dtc's check of `interrupt-map`: whole entries, of which each leads to an interrupt controller. */
import type { Cell, DtNode, DtProperty } from '../tree/tree.ts';
import { nodePath } from '../tree/values.ts';
import { defineCheck, type DtcCheck, type Finding, type Findings } from './check.ts';
import { type CheckTree, isPhandle } from './view.ts';

function* wrongMask(node: DtNode, cells: number, tree: CheckTree): Findings {
  const property = node.properties.get('interrupt-map-mask');
  if (property === undefined || tree.bytes(property) === cells * 4) return;
  yield {
    node,
    property,
    message: `"interrupt-map-mask" has ${tree.bytes(property)} bytes, and ${cells * 4} are needed`,
    advice: 'Write one cell for each cell of #address-cells and #interrupt-cells of this node',
  };
}

/** The cells after the reference of one entry, or undefined where that cannot be told. */
function* parentCells(property: DtProperty, cell: Cell, index: number, tree: CheckTree): Generator<Finding, number | undefined> {
  const at = { node: property.node, property, span: cell.span };
  if (!isPhandle(cell)) {
    // In an overlay it may be a reference into the base.
    if (!tree.tree.plugin) yield { ...at, message: `Cell ${index} of "interrupt-map" is no reference`, advice: 'Check the number of cells of the entries up to here' };
    return undefined;
  }
  const parent = tree.provider(cell);
  if (parent === undefined) {
    if (!tree.partial) yield { ...at, message: `No node has the phandle 0x${cell.value.toString(16)} in cell ${index} of "interrupt-map"`, advice: 'Refer to the interrupt controller by its label' };
    return undefined;
  }
  const related = [{ node: parent, message: 'The interrupt controller' }];
  const interrupt = tree.cell(parent.properties.get('#interrupt-cells'));
  if (interrupt === undefined) {
    yield { ...at, message: `"interrupt-map" leads to ${nodePath(parent)}, which has no #interrupt-cells`, advice: 'Refer to an interrupt controller', related };
    return undefined;
  }
  const address = tree.counts(parent).address;
  if (address < 0) yield { ...at, message: `"interrupt-map" leads to ${nodePath(parent)}, which has no #address-cells; 0 is assumed`, advice: 'Add #address-cells = <0>; to the controller', related };
  return interrupt + Math.max(address, 0);
}

function* wrongMap(property: DtProperty, tree: CheckTree): Findings {
  const { node } = property;
  const address = tree.counts(node).address;
  if (address < 0) {
    yield { node, property, message: 'A node with "interrupt-map" has no #address-cells', advice: 'Add #address-cells; it says how many cells of an entry are an address' };
    return;
  }
  const own = tree.cell(node.properties.get('#interrupt-cells'));
  // That a controller has no count is reported by the check of providers.
  if (own === undefined) return;
  yield* wrongMask(node, address + own, tree);
  const length = tree.bytes(property);
  if (length % 4 !== 0) {
    yield { node, property, message: `"interrupt-map" has ${length} bytes, which is no whole number of cells`, advice: 'Write it as cells, <...>' };
    return;
  }
  const cells = tree.cells(property);
  for (let index = 0; index < cells.length;) {
    const reference = cells[index + address + own];
    if (reference === undefined) {
      yield { node, property, span: cells[index]?.span, message: 'The last entry of "interrupt-map" ends before its reference', advice: 'Check the number of cells of the entries up to here' };
      return;
    }
    index += address + own;
    const rest = yield* parentCells(property, reference, index, tree);
    if (rest === undefined) return;
    index += 1 + rest;
    if (index > cells.length) yield { node, property, span: reference.span, message: `The last entry of "interrupt-map" has ${rest - (index - cells.length)} of the ${rest} cells after its reference`, advice: 'Add the missing cells, as #address-cells and #interrupt-cells of the controller say' };
  }
}

function snippet(tail: string): string {
  return '/ {\n\tgic: gic {\n\t\tinterrupt-controller;\n\t\t#interrupt-cells = <3>;\n\t\t#address-cells = <0>;\n\t};\n\tpcie {\n\t\t#address-cells = <3>;\n\t\t#size-cells = <2>;\n\t\t#interrupt-cells = <1>;\n'
    + `\t\tinterrupt-map-mask = <0 0 0 7>;\n\t\tinterrupt-map = <0 0 0 1 &gic 0 33 ${tail}>;\n\t};\n};`;
}

/** `interrupt_map`. */
export const interruptMap: DtcCheck = defineCheck({
  name: 'interrupt_map',
  usage: 'quiet',
  title: '`interrupt-map` does not consist of whole entries',
  explanation: 'An entry of `interrupt-map` is a child address and interrupt (cells of this node\'s `#address-cells` and `#interrupt-cells`), a reference to a controller, and an address and interrupt there (cells of the controller\'s counts; without `#address-cells` programs assume 0 or 2). A cell too many or too few shifts all entries after it, and legacy PCI interrupts do not arrive.',
  remedy: 'Write whole entries, and `#address-cells` in the controller.',
  bad: snippet('').replace(' >', '>'),
  good: snippet('4'),
  sources: ['Devicetree Specification 0.4, section 2.4.3.1 (interrupt-map)'],
}, function* find(tree) {
  for (const property of tree.properties('interrupt-map')) {
    if (tree.tick()) yield;
    yield* wrongMap(property, tree);
  }
});
