/** Short ways to report what is wrong with a scenario. The level of each comes from its words. */
import type { Problem, QuickFix, SourceRange } from '../../model/problem.ts';
import { nearest } from '../../model/platform/nearest.ts';
import { SCENARIO_LEVELS, type ScenarioProblemId } from './problems.ts';

/** A problem: what is wrong in one sentence, and what to do in another. */
export function problem(id: ScenarioProblemId, range: SourceRange, message: string, advice: string): Problem {
  return { id, level: SCENARIO_LEVELS[id], message, advice, range };
}

/** A problem whose certain mending replaces one stretch. */
export function withFix(found: Problem, title: string, fix: { readonly range?: SourceRange; readonly text: string }): Problem {
  const made: QuickFix = { title, preferred: true, edits: [{ range: fix.range ?? found.range, text: fix.text }] };
  return { ...found, fixes: [made] };
}

/** A name that is not known: with the nearest of those that are, or with all of them where they are few. */
export function unknownName(id: ScenarioProblemId, range: SourceRange, { name, what, known, aliases = [] }: { name: string; what: string; known: readonly string[]; aliases?: readonly string[] }): Problem {
  const near = nearest(name, [...known, ...aliases].slice(0, MOST_COMPARED));
  const shown = shorten(name);
  const message = `\`${shown}\` is no ${what}.`;
  if (near !== undefined) return withFix(problem(id, range, message, `Did you mean \`${near}\`?`), `Change to \`${near}\``, { text: near });
  return problem(id, range, message, known.length === 0 ? 'None is known here.' : `There ${known.length === 1 ? 'is' : 'are'} ${listed(known)}.`);
}

const MOST_LISTED = 8;
/** Names that a misspelt one is compared with. */
const MOST_COMPARED = 500;

/** Names in a sentence; many are cut. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => `\`${name}\``);
  if (names.length > MOST_LISTED) return `${shown.join(', ')} and ${names.length - MOST_LISTED} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** A word of the user's in a message: long ones are cut, control characters are shown as such. */
export function shorten(text: string): string {
  const safe = text.replaceAll(/[\p{Cc}`]/gu, '\ufffd');
  return safe.length > 40 ? `${safe.slice(0, 37)}...` : safe;
}
