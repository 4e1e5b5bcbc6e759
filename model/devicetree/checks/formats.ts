/**
 * dtc's checks that one property has one format: a string, a list of strings, a single cell. A
 * table, because the checks differ in nothing but the property; what a value means is not asked.
 */
import type { DtProperty } from '../tree/tree.ts';
import { defineCheck, type DtcCheck, type Findings, type Usage } from './check.ts';
import type { CheckTree } from './view.ts';

interface Format {
  readonly what: string;
  readonly message: string;
  readonly fits: (property: DtProperty, tree: CheckTree) => boolean;
  readonly bad: string;
  readonly good: string;
}

const STRING: Format = {
  what: 'one string',
  message: 'is not a single string',
  fits: (property, tree) => tree.strings(property)?.length === 1,
  bad: '<1>',
  good: '"text"',
};

const STRING_LIST: Format = {
  what: 'a list of strings',
  message: 'is not a list of strings',
  fits: (property, tree) => tree.strings(property) !== undefined,
  bad: '<1>',
  good: '"first", "second"',
};

const CELL: Format = {
  what: 'one 32-bit cell',
  message: 'is not a single cell',
  fits: (property, tree) => tree.bytes(property) === 4,
  bad: '<1 2>',
  good: '<1>',
};

function* misfits(properties: readonly DtProperty[], format: Format, tree: CheckTree): Findings {
  for (const property of properties) {
    if (tree.tick()) yield;
    if (format.fits(property, tree)) continue;
    yield {
      node: property.node,
      property,
      message: `"${property.name}" ${format.message}`,
      advice: `Write ${format.what}, such as ${property.name} = ${format.good};`,
    };
  }
}

function snippet(property: string, value: string): string {
  return `/ {\n\tdevice {\n\t\t${property} = ${value};\n\t};\n};`;
}

interface Row {
  readonly name: string;
  readonly property: string;
  readonly format: Format;
  readonly usage: Usage;
  readonly why: string;
}

function formatCheck({ name, property, format, usage, why }: Row): DtcCheck {
  return defineCheck({
    name,
    usage,
    title: `\`${property}\` ${format.message}`,
    explanation: `\`${property}\` must be ${format.what}. ${why}`,
    remedy: `Write ${format.what}: \`${property} = ${format.good};\`.`,
    bad: snippet(property, format.bad),
    good: snippet(property, format.good),
    sources: ['Devicetree Specification 0.4, section 2.3 (standard properties)'],
  }, (tree) => misfits(tree.properties(property), format, tree));
}

const SILENT = 'Programs read it as text and take whatever bytes they find, up to the next NUL.';
const LAYOUT = 'It decides how addresses below this node are read, so with another length every `reg` and `ranges` there is misread.';

const ROWS: readonly Row[] = [
  { name: 'address_cells_is_cell', property: '#address-cells', format: CELL, usage: 'warning', why: LAYOUT },
  { name: 'size_cells_is_cell', property: '#size-cells', format: CELL, usage: 'warning', why: LAYOUT },
  { name: 'device_type_is_string', property: 'device_type', format: STRING, usage: 'warning', why: SILENT },
  { name: 'model_is_string', property: 'model', format: STRING, usage: 'warning', why: SILENT },
  { name: 'status_is_string', property: 'status', format: STRING, usage: 'warning', why: 'Anything but `okay` disables the device, also a value that is no string.' },
  { name: 'label_is_string', property: 'label', format: STRING, usage: 'warning', why: SILENT },
  { name: 'compatible_is_string_list', property: 'compatible', format: STRING_LIST, usage: 'warning', why: 'Without a readable list no driver binds to the device.' },
];

/** The checks of single properties. */
export const FORMAT_CHECKS: readonly DtcCheck[] = ROWS.map(formatCheck);

/** A `#...-cells` property of providers must be a single cell. `name` is dtc's name for the check. */
export function cellsFormatCheck(name: string, property: string): DtcCheck {
  const why = 'It says how many cells follow a reference to this node, so with another length no reference to the node can be read.';
  return formatCheck({ name, property, format: CELL, usage: 'warning', why });
}

/** Every property whose name ends in `-names` must be a list of strings. */
export const namesIsStringList: DtcCheck = defineCheck({
  name: 'names_is_string_list',
  usage: 'warning',
  title: 'A `...-names` property is not a list of strings',
  explanation: 'Properties whose names end in `-names` (`clock-names`, `interrupt-names`) name the entries of another property, one string for each. Drivers look entries up by these names and find nothing if the value is not text.',
  remedy: 'Write one string for each entry.',
  bad: snippet('clock-names', '<1>'),
  good: snippet('clock-names', '"apb", "core"'),
  sources: ['Devicetree Specification 0.4, section 2.3'],
}, function* find(tree) {
  for (const [name, properties] of tree.byName) {
    if (tree.tick()) yield;
    if (name.endsWith('-names')) yield* misfits(properties, STRING_LIST, tree);
  }
});

/** A `name` property, a relic of Open Firmware, must be a string. */
export const nameIsString: DtcCheck = formatCheck({
  name: 'name_is_string',
  property: 'name',
  format: STRING,
  usage: 'error',
  why: 'The property is a relic of Open Firmware that repeats the node\'s name, so nothing but text can be right.',
});
