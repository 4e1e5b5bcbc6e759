/** dtc's check of the `name` property, a relic of Open Firmware that repeats the node's name. */
import { defineCheck, type DtcCheck } from './check.ts';
import { baseName } from './view.ts';

/** `name_properties`. */
export const nameProperties: DtcCheck = defineCheck({
  name: 'name_properties',
  usage: 'error',
  title: 'A `name` property differs from the node\'s name',
  explanation: 'A `name` property must repeat the node\'s name without its unit address. dtc drops it where it does, since the blob says the name anyway.',
  remedy: 'Remove the property.',
  bad: '/ {\n\tserial {\n\t\tname = "uart";\n\t};\n};',
  good: '/ {\n\tserial {\n\t\tname = "serial";\n\t};\n};',
}, function* find(tree) {
  for (const property of tree.properties('name')) {
    if (tree.tick()) yield;
    const base = property.node.parent === undefined ? '' : baseName(property.node);
    const values = tree.strings(property);
    if (values === undefined || (values.length === 1 && values[0] === base)) continue;
    yield { node: property.node, property, message: `"name" is "${values.join('", "')}", but the node's name is "${base}"`, advice: 'Remove the property' };
  }
});
