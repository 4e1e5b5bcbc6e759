/** What `vsmmu run` prints for programs: JSON, JUnit XML, and annotations of GitHub Actions. */
import type { SourceRange } from '../../model/problem.ts';
import type { Lines } from '../check/findings.ts';
import type { Played, PlayedUnit } from './play.ts';

/** What every format needs. */
export interface RunReport {
  readonly played: readonly Played[];
  readonly lines: Lines;
  /** The name of a file for a person. */
  readonly name: (file: string) => string;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function placeOf({ lines, name }: RunReport, range: SourceRange): Place {
  const { from } = lines.place(range);
  return { file: name(range.file), ...from };
}

/** What was written at a place, as far as it is on one line. */
export function sourceOf({ lines }: Pick<RunReport, 'lines'>, range: SourceRange): string {
  const { from, to } = lines.place(range);
  const line = lines.line(range.file, from.line);
  return line.slice(from.column - 1, to.line === from.line ? to.column - 1 : line.length).trim();
}

function failureJson(report: RunReport, { unit: { action, outcome, iterations } }: PlayedUnit): object {
  const { status, text, expected, actual, cause } = outcome;
  return {
    ...placeOf(report, action.at), action: sourceOf(report, action.at), status, text,
    ...(iterations.length === 0 ? {} : { iterations }), ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }),
    ...(cause === undefined ? {} : { cause: placeOf(report, cause) }),
  };
}

/** How many scenarios have a status. */
export function countOf(played: readonly Played[], status: Played['status']): number {
  return played.filter((p) => p.status === status).length;
}

/** One object with all scenarios. */
export function jsonRun(report: RunReport): string {
  const { played, name } = report;
  const scenarios = played.map((p) => ({
    path: name(p.path), status: p.status, actions: p.actions, expectations: p.expected,
    failures: p.failures.map((f) => failureJson(report, f)),
    problems: p.problems.map(({ id, level, message, advice, range }) => ({ id, level, message, ...(advice === undefined ? {} : { advice }), ...placeOf(report, range) })),
    echoes: p.echoes.map(({ unit }) => ({ line: placeOf(report, unit.action.at).line, text: unit.outcome.text })),
  }));
  const counts = { passed: countOf(played, 'passed'), failed: countOf(played, 'failed'), wrong: countOf(played, 'wrong') };
  return `${JSON.stringify({ version: 1, ...counts, scenarios }, undefined, 2)}\n`;
}

function xml(text: string): string {
  // What XML 1.0 has no place for is left out.
  // oxlint-disable-next-line no-control-regex
  const legal = text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
  return legal.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** What went wrong, in lines. */
export function detailOf({ unit: { outcome } }: PlayedUnit): string {
  return [outcome.text, ...(outcome.expected === undefined ? [] : [`expected: ${outcome.expected}`]), ...(outcome.actual === undefined ? [] : [`got: ${outcome.actual}`])].join('\n');
}

function caseXml(report: RunReport, path: string, played: PlayedUnit): string {
  const { action, outcome, iterations } = played.unit;
  const round = iterations.length === 0 ? '' : ` (round ${iterations.join('.')})`;
  const name = `line ${placeOf(report, action.at).line}: ${sourceOf(report, action.at)}${round}`;
  const open = `    <testcase classname="${xml(path)}" name="${xml(name)}" file="${xml(path)}"`;
  if (outcome.status === 'ok') return `${open}/>\n`;
  const kind = outcome.status === 'error' ? 'error' : 'failure';
  return `${open}>\n      <${kind} message="${xml(outcome.text)}">${xml(detailOf(played))}</${kind}>\n    </testcase>\n`;
}

/** JUnit XML: one suite for each scenario, one case for each expectation and each other line that failed. */
export function junitRun(report: RunReport): string {
  const suites = report.played.map((p) => {
    const path = report.name(p.path);
    const others = p.failures.filter((f) => !p.expectations.includes(f));
    const cases = [...p.expectations, ...others];
    const wrong = p.status === 'wrong' ? p.problems.map(({ message, range }) => {
      const { line } = placeOf(report, range);
      return `    <testcase classname="${xml(path)}" name="line ${line}" file="${xml(path)}">\n      <error message="${xml(message)}"/>\n    </testcase>\n`;
    }) : [];
    const errors = wrong.length + cases.filter((c) => c.unit.outcome.status === 'error').length;
    const failures = cases.filter((c) => c.unit.outcome.status === 'failed').length;
    const head = `  <testsuite name="${xml(path)}" tests="${cases.length + wrong.length}" failures="${failures}" errors="${errors}">\n`;
    return `${head}${cases.map((c) => caseXml(report, path, c)).join('')}${wrong.join('')}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

function annotation(place: Place, text: string): string {
  const data = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const file = place.file.replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::error file=${file},line=${place.line},col=${place.column}::${data}\n`;
}

/** Workflow commands that GitHub shows beside the lines. */
export function githubRun(report: RunReport): string {
  return report.played.flatMap((p) => [
    ...(p.status === 'wrong' ? p.problems : []).map((problem) => annotation(placeOf(report, problem.range), problem.message)),
    ...p.failures.map((failure) => annotation(placeOf(report, failure.unit.action.at), detailOf(failure))),
  ]).join('');
}
