/** Things that a scenario declares twice. */
import type { Problem, SourceRange } from '../../../model/problem.ts';
import { Pace } from '../pace.ts';
import { problem, shorten } from '../problem.ts';
import type { Action } from '../program.ts';
import type { CheckInput } from './check.ts';

/** Lines of which there may be one; those of one kind exclude each other. */
const SINGLE: ReadonlyMap<string, string> = new Map([
  // A project has its own board.
  ['board', 'board'], ['project', 'board'], ['image', 'image'], ['hypervisor', 'hypervisor'], ['cache', 'cache'], ['limit', 'limit'],
]);
/** Lines that declare a name; `smmu` may be repeated, as it may change one that there is. */
const DECLARING = new Set(['guest', 'device', 'memory']);

/** Checks a whole program, with pauses. */
export function* checkDuplicates({ reading }: CheckInput): Generator<Problem | undefined> {
  const pace = new Pace();
  const first = new Map<string, SourceRange>();
  for (const action of reading.program.setup) {
    if (pace.isDue()) yield undefined;
    const key = keyOf(action);
    if (key === undefined) continue;
    const before = first.get(key.text);
    if (before === undefined) first.set(key.text, key.at);
    // An included file that comes twice is reported by nobody: its lines say the same.
    else if (before.file !== key.at.file || before.start !== key.at.start) yield duplicate(action, key.name, { now: key.at, before });
  }
}

function keyOf({ verb, values, at }: Action): { readonly text: string; readonly name: string | undefined; readonly at: SourceRange } | undefined {
  const single = SINGLE.get(verb);
  if (single !== undefined) return { text: single, name: undefined, at };
  const value = DECLARING.has(verb) ? values.get('name') : undefined;
  return value?.kind === 'word' ? { text: `${verb} ${value.text}`, name: value.text, at: value.at } : undefined;
}

function duplicate({ verb }: Action, name: string | undefined, { now, before }: { now: SourceRange; before: SourceRange }): Problem {
  const message = name === undefined ? `There is a line \`${verb}\` too many.` : `\`${shorten(name)}\` is declared twice.`;
  return { ...problem('scenario-duplicate', now, message, 'Remove one of the two.'), related: [{ range: before, message: 'The first one.' }] };
}
