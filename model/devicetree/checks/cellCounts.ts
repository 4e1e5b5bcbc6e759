/** dtc's style checks of `#address-cells` and `#size-cells`: present where needed, absent where not. */
import { defineCheck, type DtcCheck } from './check.ts';

const SPECIFICATION = ['Devicetree Specification 0.4, section 2.3.5 (#address-cells and #size-cells)'];

/** `avoid_default_addr_size`. */
export const avoidDefaultAddrSize: DtcCheck = defineCheck({
  name: 'avoid_default_addr_size',
  usage: 'warning',
  title: 'An address is read with default cell counts',
  explanation: 'The node has `reg` or `ranges`, and its parent does not say how many cells an address and a size have. The counts are not inherited: the defaults are 2 and 1, and programs disagree on them.',
  remedy: 'Write `#address-cells` and `#size-cells` in the parent.',
  bad: '/ {\n\tbus {\n\t\tdevice@0 {\n\t\t\treg = <0x0 0x0 0x10>;\n\t\t};\n\t};\n};',
  good: '/ {\n\tbus {\n\t\t#address-cells = <2>;\n\t\t#size-cells = <1>;\n\t\tdevice@0 {\n\t\t\treg = <0x0 0x0 0x10>;\n\t\t};\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const name of ['reg', 'ranges']) {
    for (const property of tree.properties(name)) {
      if (tree.tick()) yield;
      const { node } = property;
      // A node with both is reported for its `reg`.
      if (node.parent === undefined || (name === 'ranges' && node.properties.has('reg'))) continue;
      const { address, size } = tree.counts(node.parent);
      const missing = [...(address === -1 ? ['#address-cells'] : []), ...(size === -1 ? ['#size-cells'] : [])].join(' and ');
      if (missing === '') continue;
      yield { node, property, message: `"${name}" relies on the default of ${missing}`, advice: `Write ${missing} in the parent`, related: [{ node: node.parent, message: 'The parent' }] };
    }
  }
});

/** `avoid_unnecessary_addr_size`. */
export const avoidUnnecessaryAddrSize: DtcCheck = defineCheck({
  name: 'avoid_unnecessary_addr_size',
  usage: 'quiet',
  title: '`#address-cells` and `#size-cells` are not needed',
  explanation: 'The counts describe the addresses of children. Here no child has `reg` or `ranges`, and the node has neither `ranges` nor `dma-ranges`.',
  remedy: 'Remove both properties.',
  bad: '/ {\n\tgpio-keys {\n\t\t#address-cells = <1>;\n\t\t#size-cells = <0>;\n\t\tkey-power {\n\t\t};\n\t};\n};',
  good: '/ {\n\tgpio-keys {\n\t\tkey-power {\n\t\t};\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const property of tree.properties('#address-cells')) {
    if (tree.tick()) yield;
    const { node } = property;
    const { address, size } = tree.counts(node);
    if (node.parent === undefined || !tree.hadChildren(node) || address < 0 || size < 0) continue;
    if (node.properties.has('ranges') || node.properties.has('dma-ranges')) continue;
    if ([...node.children.values()].some((child) => child.properties.has('reg') || child.properties.has('ranges'))) continue;
    yield { node, property, message: '#address-cells and #size-cells are not needed: no child has an address', advice: 'Remove both' };
  }
});
