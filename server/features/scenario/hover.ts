/** Hover in a scenario: what an action does, what a name stands for, what a number or field means. */
import type { Expression } from '../../../debugger/expression/ast.ts';
import type { BoundLine, Slot } from '../../../debugger/scenario/bind/line.ts';
import { FUNCTIONS, NAMES } from '../../../debugger/expression/functions.ts';
import type { Kind } from '../../../debugger/scenario/catalog.ts';
import { fieldsFor, type KnownField, membersOf, registerField, structureNamed } from '../../../debugger/scenario/fields.ts';
import { findNamed, type MachineNames } from '../../../debugger/scenario/machine.ts';
import type { HoverText } from '../hover.ts';
import { code, type LinkMaker } from '../markdown.ts';
import { machineOf, type ScenarioDocument, spotAt } from './document.ts';
import { expressionAt, type ExpressionPart, valueOf } from './expression.ts';
import { fieldText, nameText, numberText, parameterText, structureText, verbText } from './words.ts';

interface World {
  readonly machine: MachineNames;
  readonly link: LinkMaker;
}

/** What is under the cursor, undefined where there is nothing to say. */
export function scenarioHover(document: ScenarioDocument, offset: number, link: LinkMaker): HoverText | undefined {
  const spot = spotAt(document, offset);
  if (spot.kind === 'nothing') return undefined;
  if (spot.kind === 'verb') return spot.bound.verb === undefined ? undefined : { markdown: verbText(spot.bound.verb), start: spot.start, end: spot.end };
  const { bound, slot } = spot;
  const world: World = { machine: machineOf(document), link };
  if (offset < slot.valueStart) return nameOfPair(bound, slot, world);
  const part = expressionAt(bound, offset);
  if (part !== undefined) return ofExpression(part, fieldOf(bound, slot, world.machine)?.field, { world, slot });
  return ofValue(document, { bound, slot, world });
}

/** `name=` of an option or a field. */
function nameOfPair(bound: BoundLine, slot: Slot, { machine }: World): HoverText | undefined {
  const end = slot.valueStart - 1;
  if (slot.option !== undefined) return { markdown: parameterText(slot.option), start: slot.start, end };
  const field = fieldOf(bound, slot, machine);
  return field === undefined ? undefined : { markdown: fieldText(field), start: slot.start, end };
}

function fieldOf(bound: BoundLine, slot: Slot, machine: MachineNames): KnownField | undefined {
  const kind = slot.parameter?.kind;
  return kind?.kind === 'fields' ? fieldsFor(kind.of, bound, machine)?.fields.find((one) => one.name === slot.field) : undefined;
}

/** A word, a keyword, a string. */
function ofValue({ text }: ScenarioDocument, { slot, world }: { bound: BoundLine; slot: Slot; world: World }): HoverText | undefined {
  const about = slot.parameter ?? slot.option;
  if (about === undefined || about.text === '') return undefined;
  const place = { start: slot.valueStart, end: slot.end };
  const kind: Kind | undefined = about.kind;
  const part = kind?.kind === 'name' && kind.withField === true ? registerField(text.slice(place.start, place.end)) : undefined;
  const field = part?.structure?.fields.find((one) => one.name === part.name);
  if (field !== undefined) return { markdown: fieldText(field), ...place };
  const own = kind?.kind === 'name' ? nameText(kind.of, text.slice(place.start, place.end), world) : undefined;
  return { markdown: own ?? parameterText(about), ...place };
}

function ofExpression({ part, start, end }: ExpressionPart, field: KnownField['field'], { world, slot }: { world: World; slot: Slot }): HoverText | undefined {
  const about = slot.parameter ?? slot.option;
  const rest = about === undefined || about.text === '' || about.kind?.kind === 'rest' ? '' : `\n\n${parameterText(about)}`;
  const place = { start, end };
  if (part.kind === 'number') return { markdown: `${numberText(valueOf(part), field)}${rest}`, ...place };
  const markdown = partText(part, world);
  return markdown === undefined ? undefined : { markdown, ...place };
}

function partText(part: Expression, world: World): string | undefined {
  if (part.kind === 'call') return known(FUNCTIONS, part.name);
  if (part.kind === 'name') return nameInExpression(part.name, world);
  if (part.kind !== 'member') return undefined;
  const field = membersOf(part.of, world.machine)?.fields.find((one) => one.name === part.name);
  if (field === undefined) return undefined;
  return part.of.kind === 'name' ? structureText(structureNamed('register', part.name)) : fieldText(field);
}

function nameInExpression(name: string, world: World): string | undefined {
  const variable = findNamed(world.machine.variables, name);
  if (variable !== undefined) return `${code(name)} — a variable${variable.at === undefined ? '' : `, ${world.link(variable.at)}`}`;
  return nameText('smmu', name, world) ?? nameText('device', name, world) ?? known(NAMES, name) ?? known(FUNCTIONS, name);
}

function known(list: typeof FUNCTIONS, name: string): string | undefined {
  const found = list.find((one) => one.name === name);
  return found === undefined ? undefined : `${code(found.shape)}\n\n${found.text}`;
}
