/** dtc's checks that `ranges` and `dma-ranges` are made of whole entries, or are empty where that can be. */
import type { DtNode, DtProperty } from '../tree/tree.ts';
import { nodePath } from '../tree/values.ts';
import { defineCheck, type DtcCheck, type Findings } from './check.ts';
import { type CheckTree, isMultiple } from './view.ts';

function* emptyRanges(property: DtProperty, parent: DtNode, tree: CheckTree): Findings {
  const { node, name } = property;
  const pairs = [
    ['#address-cells', tree.addressCells(node), tree.addressCells(parent)],
    ['#size-cells', tree.sizeCells(node), tree.sizeCells(parent)],
  ] as const;
  for (const [count, own, parents] of pairs) {
    if (own === parents) continue;
    yield {
      node,
      property,
      message: `An empty "${name}" maps addresses unchanged, but ${count} is ${own} here and ${parents} in ${nodePath(parent)}`,
      advice: `Use the same ${count}, or write the ranges out`,
    };
  }
}

function* wrongRanges(property: DtProperty, tree: CheckTree): Findings {
  const { node, name } = property;
  const { parent } = node;
  if (parent === undefined) {
    yield { node, property, message: `The root node has a "${name}" property`, advice: 'Remove it: there is no bus above the root' };
    return;
  }
  const length = tree.bytes(property);
  if (length === 0) {
    yield* emptyRanges(property, parent, tree);
    return;
  }
  const child = tree.addressCells(node);
  const outer = tree.addressCells(parent);
  const size = tree.sizeCells(node);
  if (isMultiple(length, (child + outer + size) * 4)) return;
  yield {
    node,
    property,
    message: `"${name}" has ${length} bytes, which is no whole number of entries of ${child} child address, ${outer} parent address and ${size} size cells`,
    advice: 'Write whole entries, or correct #address-cells and #size-cells',
  };
}

function rangesCheck(name: string, property: string, effect: string): DtcCheck {
  const bus = (value: string): string => '/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n\tbus {\n'
    + `\t\t#address-cells = <1>;\n\t\t#size-cells = <1>;\n\t\t${property} = <${value}>;\n\t};\n};`;
  return defineCheck({
    name,
    usage: 'warning',
    title: `\`${property}\` does not consist of whole entries`,
    explanation: `Each entry of \`${property}\` is a child address, a parent address and a size; their cells are those of the node's own \`#address-cells\`, the parent's \`#address-cells\` and the node's own \`#size-cells\`. An empty property maps all addresses unchanged and needs equal counts on both sides. ${effect}`,
    remedy: 'Write whole entries, or correct the counts of the node or its parent.',
    bad: bus('0x0 0x0'),
    good: bus('0x0 0x0 0x10000000'),
    sources: [`Devicetree Specification 0.4, section 2.3 (${property})`],
  }, function* find(tree) {
    for (const found of tree.properties(property)) {
      if (tree.tick()) yield;
      yield* wrongRanges(found, tree);
    }
  });
}

/** `ranges_format`. */
export const rangesFormat: DtcCheck = rangesCheck('ranges_format', 'ranges', 'Otherwise devices below the bus get no addresses, or wrong ones.');

/** `dma_ranges_format`. */
export const dmaRangesFormat: DtcCheck = rangesCheck('dma_ranges_format', 'dma-ranges', 'Otherwise DMA addresses of devices below the bus are mistranslated, or the whole property is ignored.');
