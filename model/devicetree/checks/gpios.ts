/** dtc's checks of GPIO properties, whose names vary: `gpios`, `reset-gpios`, and the old `...-gpio`. */
import { defineCheck, type DtcCheck } from './check.ts';
import { checkPhandleArgs } from './phandleArgs.ts';

const GPIO_PROPERTY = /(?:^|-)gpios?$/;

/** `snps,nr-gpios` and its like are counts, not references. */
function isGpioProperty(name: string): boolean {
  return GPIO_PROPERTY.test(name) && !name.endsWith(',nr-gpios');
}

function snippet(property: string, cells: string): string {
  return `/ {\n\tgpio: gpio-controller {\n\t\tgpio-controller;\n\t\t#gpio-cells = <2>;\n\t};\n\tdevice {\n\t\t${property} = <&gpio ${cells}>;\n\t};\n};`;
}

/** `gpios_property`. */
export const gpiosProperty: DtcCheck = defineCheck({
  name: 'gpios_property',
  usage: 'warning',
  title: 'A GPIO property does not match `#gpio-cells` of what it refers to',
  explanation: 'Each reference in a `...-gpios` property is followed by as many cells as `#gpio-cells` of the controller says. With more or fewer, the driver gets no GPIO, or a wrong one. GPIO hogs are excepted: their `gpios` has no references.',
  remedy: 'Write the number of cells that `#gpio-cells` says after each reference.',
  bad: snippet('reset-gpios', '3'),
  good: snippet('reset-gpios', '3 0'),
}, function* find(tree) {
  for (const [name, properties] of tree.byName) {
    if (tree.tick()) yield;
    if (!isGpioProperty(name)) continue;
    for (const property of properties) {
      if (tree.tick()) yield;
      if (!property.node.properties.has('gpio-hog')) yield* checkPhandleArgs(property, { property: '#gpio-cells' }, tree);
    }
  }
});

/** `deprecated_gpio_property`. */
export const deprecatedGpioProperty: DtcCheck = defineCheck({
  name: 'deprecated_gpio_property',
  usage: 'strict',
  title: 'A GPIO property has the deprecated ending `-gpio`',
  explanation: '`...-gpio` is the old form of `...-gpios`. Linux reads both; new bindings allow only the latter, also for a single GPIO.',
  remedy: 'Rename the property, if its binding has the new name.',
  bad: snippet('reset-gpio', '3 0'),
  good: snippet('reset-gpios', '3 0'),
}, function* find(tree) {
  for (const [name, properties] of tree.byName) {
    if (tree.tick()) yield;
    if (!isGpioProperty(name) || !name.endsWith('gpio')) continue;
    for (const property of properties) {
      if (tree.tick()) yield;
      yield { node: property.node, property, message: `"${name}" is the deprecated form of "${name}s"`, advice: `Write "${name}s", if the binding has it` };
    }
  }
});
