/**
 * Problems of lexer, parser and merge, in offsets of expanded text. They are turned into problems
 * at places in the user's files as late as possible: text before an edit is parsed once, but where
 * it stands in its file may change with every keystroke.
 */
import type { Level, Problem, QuickFix, Related, SourceRange } from '../../problem.ts';
import type { ExpandedText, Origin } from '../source/origin.ts';

/** A replacement of expanded text, offered where that text is no macro's. */
export interface SyntaxFix {
  readonly title: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A problem in expanded text. */
export interface SyntaxProblem {
  readonly id: string;
  readonly level: Level;
  readonly message: string;
  readonly advice?: string;
  readonly start: number;
  readonly end: number;
  readonly related?: readonly { readonly start: number; readonly end: number; readonly message: string }[];
  readonly fixes?: readonly SyntaxFix[];
  /** It is about the source as a whole: its place, and that of its fix, is the start of the root file. */
  readonly atRoot?: boolean;
}

function atRoot(expanded: ExpandedText, p: SyntaxProblem): Problem {
  const { path, text } = expanded.root.file;
  const line = text.indexOf('\n');
  const fixes = (p.fixes ?? []).map((f) => ({ title: f.title, edits: [{ range: { file: path, start: 0, end: 0 }, text: f.text }] }));
  return { id: p.id, level: p.level, message: p.message, range: { file: path, start: 0, end: line < 0 ? text.length : line }, fixes };
}

function macroNotes(origin: Origin): Related[] {
  const notes: Related[] = [];
  for (let e = origin.expansion; e !== undefined && notes.length < 8; e = e.parent) {
    if (e.definition !== undefined) notes.push({ range: e.definition, message: `in the expansion of macro \`${e.macro}\`` });
  }
  return notes;
}

function toFix(expanded: ExpandedText, fix: SyntaxFix): QuickFix | undefined {
  const insertion = fix.start === fix.end;
  const origin = insertion && fix.start > 0 ? expanded.origin(fix.start - 1, fix.start) : expanded.origin(fix.start, fix.end);
  if (!insertion && origin.expansion !== undefined) return undefined;
  const { file, start, end } = origin.range;
  const range: SourceRange = insertion ? { file, start: fix.start > 0 ? end : start, end: fix.start > 0 ? end : start } : origin.range;
  return { title: fix.title, edits: [{ range, text: fix.text }] };
}

/** A problem at its place in the user's files. */
export function toProblem(expanded: ExpandedText, p: SyntaxProblem): Problem {
  if (p.atRoot === true) return atRoot(expanded, p);
  const origin = expanded.origin(p.start, p.end);
  const related = (p.related ?? []).map((r): Related => ({ range: expanded.origin(r.start, r.end).range, message: r.message }));
  related.push(...macroNotes(origin));
  const fixes = (p.fixes ?? []).map((f) => toFix(expanded, f)).filter((f) => f !== undefined);
  return {
    id: p.id,
    level: p.level,
    message: p.message,
    ...(p.advice === undefined ? {} : { advice: p.advice }),
    range: origin.range,
    ...(related.length > 0 ? { related } : {}),
    ...(fixes.length > 0 ? { fixes } : {}),
  };
}

/** Problems turned over between two pauses. */
const SLICE = 200;

/** Turns problems over in slices, no more than `perFile` for each file: the one after says that there are more. */
export function* toProblemsSteps(expanded: ExpandedText, found: Iterable<SyntaxProblem>, perFile: number): Generator<void, Problem[]> {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  const problems: Problem[] = [];
  let turned = 0;
  for (const p of found) {
    if (++turned % SLICE === 0) yield;
    const problem = toProblem(expanded, p);
    const key = `${problem.id} ${problem.range.file} ${problem.range.start} ${problem.message}`;
    if (seen.has(key)) continue;
    const count = (counts.get(problem.range.file) ?? 0) + 1;
    counts.set(problem.range.file, count);
    if (count > perFile + 1) continue;
    seen.add(key);
    problems.push(count <= perFile ? problem : tooMany(problem.range, perFile));
  }
  return problems;
}

/** Turns problems over in one go. */
export function toProblems(expanded: ExpandedText, found: Iterable<SyntaxProblem>, perFile: number): Problem[] {
  const steps = toProblemsSteps(expanded, found, perFile);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function tooMany(range: SourceRange, perFile: number): Problem {
  return {
    id: 'limit-problems-per-file',
    level: 'warning',
    message: `this file has more than ${perFile} problems; the rest is not shown`,
    range,
  };
}
