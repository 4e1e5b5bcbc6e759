/** dtc's checks of the characters in property names. A name is looked at once, however often it is used. */
import { defineCheck, type DtcCheck } from './check.ts';

const NOT_IN_PROPERTY_NAMES = /[^A-Za-z0-9,._+*#?-]/;
const NOT_RECOMMENDED = /[^A-Za-z0-9,-]/;
const SPECIFICATION = ['Devicetree Specification 0.4, section 2.2.4 (properties)'];

/** `property_name_chars`. */
export const propertyNameChars: DtcCheck = defineCheck({
  name: 'property_name_chars',
  usage: 'error',
  title: 'A character is not allowed in a property name',
  explanation: 'Property names are made of letters, digits and `,` `.` `_` `+` `*` `#` `?` `-`. An `@` belongs to node names only.',
  remedy: 'Rename the property.',
  bad: '/ {\n\tspeed@1 = <1>;\n};',
  good: '/ {\n\tspeed-1 = <1>;\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const [name, properties] of tree.byName) {
    if (tree.tick()) yield;
    const character = NOT_IN_PROPERTY_NAMES.exec(name)?.[0];
    if (character === undefined) continue;
    const message = `Property name "${name}" contains the character "${character}"`;
    for (const property of properties) {
      if (tree.tick()) yield;
      yield { node: property.node, property, message, advice: 'Use letters, digits and "-"' };
    }
  }
});

/** The first character that is frowned upon; a `#` is fine at the start, also after a vendor prefix. */
function unusual(name: string): string | undefined {
  if (name === 'device_type') return undefined;
  const at = name.search(NOT_RECOMMENDED);
  if (at < 0) return undefined;
  const leading = name[at] === '#' && (at === 0 || name[at - 1] === ',');
  return leading ? NOT_RECOMMENDED.exec(name.slice(at + 1))?.[0] : name[at];
}

/** `property_name_chars_strict`. */
export const propertyNameCharsStrict: DtcCheck = defineCheck({
  name: 'property_name_chars_strict',
  usage: 'strict',
  title: 'A character is not recommended in a property name',
  explanation: 'By convention property names use letters, digits and `-`, a `,` after a vendor prefix, and a `#` before a count. Other characters, most often `_`, are read but frowned upon. `device_type` is excepted.',
  remedy: 'Use `-` in new bindings; a name that a binding prescribes must stay as it is.',
  bad: '/ {\n\tmax_speed = <1>;\n};',
  good: '/ {\n\tmax-speed = <1>;\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const [name, properties] of tree.byName) {
    if (tree.tick()) yield;
    const character = unusual(name);
    if (character === undefined) continue;
    const message = `The character "${character}" is not recommended in a property name`;
    for (const property of properties) {
      if (tree.tick()) yield;
      yield { node: property.node, property, message, advice: 'Use letters, digits and "-", unless a binding prescribes the name' };
    }
  }
});
