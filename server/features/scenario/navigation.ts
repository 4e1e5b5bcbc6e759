/** From a scenario to other places and back: definitions, all uses of a name, and links to files. */
import type { Expression } from '../../../debugger/expression/ast.ts';
import type { BoundLine, Slot } from '../../../debugger/scenario/bind/line.ts';
import type { NameOf } from '../../../debugger/scenario/catalog.ts';
import { expressionsOf, partsOf } from '../../../debugger/scenario/check/expressions.ts';
import { findNamed, type MachineNames, type Named } from '../../../debugger/scenario/machine.ts';
import { deviceNamed, smmuNamed } from '../../../debugger/scenario/names.ts';
import { Pace } from '../../../debugger/scenario/pace.ts';
import type { SourceRange } from '../../../model/problem.ts';
import type { FileLink } from '../links.ts';
import { fileOf, machineOf, type ScenarioDocument, spotAt } from './document.ts';
import { expressionAt } from './expression.ts';

/** What a word of a scenario stands for. */
type Thing = { readonly kind: 'device' | 'smmu' | 'domain' | 'variable'; readonly named: Named };

/** Where what is under the cursor is defined: its node, its declaration, its file. */
export function scenarioDefinition(document: ScenarioDocument, offset: number): SourceRange[] {
  const spot = spotAt(document, offset);
  if (spot.kind !== 'slot') return [];
  const file = fileAt(document, spot.bound, spot.slot);
  if (file !== undefined) return [{ file, start: 0, end: 0 }];
  const thing = thingAt(document, offset);
  return thing?.named.at === undefined ? [] : [thing.named.at];
}

/** Every place in the scenario and what it includes that names the same as the cursor does; in slices. */
export function* scenarioReferences(document: ScenarioDocument, offset: number, withDeclaration: boolean): Generator<void, SourceRange[]> {
  const thing = thingAt(document, offset);
  const files = document.checked?.reading.files;
  if (thing === undefined || files === undefined) return [];
  const machine = machineOf(document);
  const found: SourceRange[] = [];
  const pace = new Pace();
  for (const file of files.values()) {
    for (const bound of file.bound.values()) {
      if (pace.isDue(bound.line.end - bound.line.start)) yield;
      for (const use of usesIn(bound, file.path, machine)) if (isSame(use.thing, thing)) found.push(use.range);
    }
  }
  const { at } = thing.named;
  const isDeclaration = (range: SourceRange): boolean => at !== undefined && range.file === at.file && range.start === at.start;
  const others = found.filter((range) => !isDeclaration(range));
  return withDeclaration && at !== undefined ? [at, ...others] : others;
}

/** The files that a scenario names, as links; in slices. */
export function* scenarioLinks(document: ScenarioDocument): Generator<void, FileLink[]> {
  const links: FileLink[] = [];
  const pace = new Pace();
  for (const bound of (yield* fileOf(document)).bound.values()) {
    if (pace.isDue()) yield;
    for (const slot of bound.slots) {
      const file = fileAt(document, bound, slot);
      if (file !== undefined) links.push({ start: slot.start + 1, end: slot.end - 1, file });
    }
  }
  return links;
}

/** The file that a quoted path leads to. */
function fileAt({ checked }: ScenarioDocument, { values }: BoundLine, { parameter }: Slot): string | undefined {
  const value = parameter?.kind.kind === 'path' ? values.get(parameter.name) : undefined;
  return value?.kind === 'text' && checked !== undefined ? checked.files.resolve(value.at.file, value.text) : undefined;
}

function thingAt(document: ScenarioDocument, offset: number): Thing | undefined {
  const spot = spotAt(document, offset);
  if (spot.kind !== 'slot') return undefined;
  const machine = machineOf(document);
  const { bound, slot } = spot;
  const part = offset < slot.valueStart ? undefined : expressionAt(bound, offset)?.part;
  if (part !== undefined) return part.kind === 'name' ? inExpression(part.name, machine) : undefined;
  const list = [...wordsInList(bound, document.path)].find(({ range }) => range.start <= offset && offset <= range.end);
  if (list !== undefined) return thingOf('device', list.text, machine);
  const kind = slot.parameter?.kind ?? slot.option?.kind;
  const name = document.text.slice(slot.valueStart, slot.end);
  if (kind?.kind === 'variable') return variable(name, machine);
  return kind?.kind === 'name' ? thingOf(kind.of, name, machine) : undefined;
}

function thingOf(of: NameOf, name: string, machine: MachineNames): Thing | undefined {
  if (of === 'device') return thing('device', deviceNamed(machine, name));
  if (of === 'smmu') return thing('smmu', smmuNamed(machine, name));
  if (of === 'domain' || of === 'owner') return thing('domain', findNamed(machine.domains, name) ?? findNamed(machine.memory, name));
  return undefined;
}

function thing(kind: Thing['kind'], named: Named | undefined): Thing | undefined {
  return named === undefined ? undefined : { kind, named };
}

function variable(name: string, { variables }: MachineNames): Thing | undefined {
  return thing('variable', findNamed(variables, name));
}

function inExpression(name: string, machine: MachineNames): Thing | undefined {
  return variable(name, machine) ?? thing('smmu', smmuNamed(machine, name)) ?? thing('device', deviceNamed(machine, name));
}

/** A variable may have several lines that set it; its name is what makes it one. */
function isSame(one: Thing, other: Thing): boolean {
  return one.kind === other.kind && (one.kind === 'variable' ? one.named.name === other.named.name : one.named === other.named);
}

interface Use {
  readonly thing: Thing;
  readonly range: SourceRange;
}

function* usesIn(bound: BoundLine, file: string, machine: MachineNames): Generator<Use> {
  for (const slot of bound.slots) {
    const about = slot.parameter ?? slot.option;
    const value = bound.values.get(about?.name ?? '');
    if (value?.kind !== 'word') continue;
    const found = about?.kind?.kind === 'variable' ? variable(value.text, machine) : about?.kind?.kind === 'name' ? thingOf(about.kind.of, value.text, machine) : undefined;
    if (found !== undefined) yield { thing: found, range: value.at };
  }
  for (const { text, range } of wordsInList(bound, file)) {
    const found = thingOf('device', text, machine);
    if (found !== undefined) yield { thing: found, range };
  }
  for (const part of namesIn(bound)) {
    const found = inExpression(part.name, machine);
    if (found !== undefined) yield { thing: found, range: { file, start: part.start, end: part.end } };
  }
}

/** The names of `devices="a b"`. */
function* wordsInList({ values }: BoundLine, file: string): Generator<{ readonly text: string; readonly range: SourceRange }> {
  const value = values.get('devices');
  if (value?.kind !== 'text' || value.at.end - value.at.start !== value.text.length + 2) return;
  for (const { 0: text, index } of value.text.matchAll(/\S+/g)) {
    const start = value.at.start + 1 + index;
    yield { text, range: { file, start, end: start + text.length } };
  }
}

function* namesIn({ values }: BoundLine): Generator<Expression & { kind: 'name' }> {
  for (const value of values.values()) {
    for (const top of expressionsOf(value)) for (const part of partsOf(top)) if (part.kind === 'name' && part.name !== '') yield part;
  }
}
