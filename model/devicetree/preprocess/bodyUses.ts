/** Which invocations may bring in a given macro's body, directly or through other macros. */
import { type Directive, DirectiveKind, type ScannedFile } from './scan.ts';
import { definitionAt, MacroDefinition } from './define.ts';
import type { MacroTable } from './table.ts';

const NAMES = /\b[A-Za-z_][A-Za-z0-9_]*/g;

/** The definition whose body an offset of the cooked text lies in, if it lies in one. */
export function definitionAround(scan: ScannedFile, offset: number): MacroDefinition | undefined {
  const index = scan.directives.findIndex((each: Directive) => each.kind === DirectiveKind.define && offset >= each.start && offset < each.lineEnd);
  const definition = definitionAt(scan, index);
  return definition instanceof MacroDefinition && offset >= definition.bodyStart ? definition : undefined;
}

/** The names of all macros whose expansion may hold a part of a macro's body. */
export function macrosThatReach(table: MacroTable, name: string): ReadonlySet<string> {
  const users = new Map<string, Set<string>>();
  for (const { definition } of table.log) {
    for (const used of definition?.bodyText().match(NAMES) ?? []) {
      const known = users.get(used);
      if (known !== undefined) known.add(definition?.name ?? '');
      else users.set(used, new Set([definition?.name ?? '']));
    }
  }
  const found = new Set([name]);
  // A set that grows while it is walked is walked to its new end.
  for (const each of found) for (const user of users.get(each) ?? []) found.add(user);
  return found;
}

/** Whether a text names one of some macros. */
export function mentions(text: string, names: ReadonlySet<string>): boolean {
  return text.match(NAMES)?.some((name) => names.has(name)) === true;
}
