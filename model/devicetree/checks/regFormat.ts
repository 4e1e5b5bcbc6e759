/** dtc's check that `reg` is made of whole (address, size) entries. Where the addresses lie is not asked. */
import { defineCheck, type DtcCheck } from './check.ts';
import { isMultiple } from './view.ts';

/** `reg_format`. */
export const regFormat: DtcCheck = defineCheck({
  name: 'reg_format',
  usage: 'warning',
  title: '`reg` does not consist of whole entries',
  explanation: 'Each entry of `reg` has as many cells as the parent\'s `#address-cells` and `#size-cells` say together. With another length, Linux drops the rest or reads an address from the middle of an entry, and the driver fails to map its registers.',
  remedy: 'Write whole entries, or correct `#address-cells` and `#size-cells` of the parent.',
  bad: '/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n\tserial@9000000 {\n\t\treg = <0x09000000 0x1000>;\n\t};\n};',
  good: '/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n\tserial@9000000 {\n\t\treg = <0x0 0x09000000 0x0 0x1000>;\n\t};\n};',
  sources: ['Devicetree Specification 0.4, section 2.3.6 (reg)'],
}, function* find(tree) {
  for (const property of tree.properties('reg')) {
    if (tree.tick()) yield;
    const { node } = property;
    const { parent } = node;
    if (parent === undefined) {
      yield { node, property, message: 'The root node has a "reg" property', advice: 'Remove it' };
      continue;
    }
    const length = tree.bytes(property);
    if (length === 0) {
      yield { node, property, message: '"reg" is empty', advice: 'Write an address, or remove the property' };
      continue;
    }
    const address = tree.addressCells(parent);
    const size = tree.sizeCells(parent);
    if (isMultiple(length, (address + size) * 4)) continue;
    yield {
      node,
      property,
      message: `"reg" has ${length} bytes, which is no whole number of entries of ${address} address and ${size} size cells`,
      advice: 'Write whole entries, or correct #address-cells and #size-cells of the parent',
      related: ['#address-cells', '#size-cells'].flatMap((name) => {
        const count = parent.properties.get(name);
        return count === undefined ? [] : [{ node: parent, property: count, message: `The parent's ${name}` }];
      }),
    };
  }
});
