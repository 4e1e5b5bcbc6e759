/** Findings for a person in a terminal: place, what is wrong, the line with carets, what to do, other places. */
import type { Level } from '../../model/problem.ts';
import { count, type Finding, type PlacedRange } from './findings.ts';
import type { Report } from './report.ts';
import type { Paint, Painter } from '../paint.ts';

const WORDS: Record<Level, string> = { error: 'error', warning: 'warning', information: 'info', hint: 'hint' };
const TAB = 4;

function levelPaint(level: Level, { bold, red, yellow, cyan }: Painter): Paint {
  const colours: Record<Level, Paint> = { error: red, warning: yellow, information: cyan, hint: cyan };
  return (text) => bold(colours[level](text));
}

/** One source line with carets below it, tabs widened so that both align. */
function excerpt(finding: Finding, paint: Painter): string {
  const { from, to } = finding.place;
  const { line } = finding;
  if (line.trim() === '') return '';
  const last = to.line === from.line ? to.column : line.length + 1;
  const widen = (text: string): string => text.replaceAll('\t', ' '.repeat(TAB));
  const before = widen(line.slice(0, from.column - 1));
  const marked = widen(line.slice(from.column - 1, Math.max(last - 1, from.column)));
  const number = String(from.line);
  const carets = '^'.repeat(Math.max(1, marked.trimEnd().length));
  return `${paint.dim(` ${number} |`)} ${widen(line)}\n`
    + `${paint.dim(` ${' '.repeat(number.length)} |`)} ${' '.repeat(before.length)}${levelPaint(finding.problem.level, paint)(carets)}\n`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function block(finding: Finding, paint: Painter, name: (file: string) => string): string {
  const { problem, place, related } = finding;
  const at = (p: PlacedRange): string => `${name(p.file)}:${p.from.line}:${p.from.column}`;
  const level = levelPaint(problem.level, paint)(`${WORDS[problem.level]}:`);
  const advice = problem.advice === undefined ? '' : `   ${paint.dim('help:')} ${sentence(problem.advice)}\n`;
  const others = related.map((r) => `   ${paint.dim('see:')}  ${at(r.place)}: ${r.message}\n`).join('');
  return `${paint.bold(`${at(place)}:`)} ${level} ${problem.message} ${paint.dim(`[${problem.id}]`)}\n${excerpt(finding, paint)}${advice}${others}`;
}

function plural(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** `2 errors, 1 warning in 3 files`. */
export function summary(report: Report): string {
  const counts = count(report.findings);
  const parts = [
    ...(counts.error > 0 ? [plural(counts.error, 'error')] : []),
    ...(counts.warning > 0 ? [plural(counts.warning, 'warning')] : []),
    ...(counts.information > 0 ? [`${counts.information} information`] : []),
  ];
  const found = parts.length === 0 ? 'no problems' : parts.join(', ');
  const files = new Set(report.findings.map((f) => f.place.file)).size;
  const where = parts.length === 0 ? '' : ` in ${plural(files, 'file')}`;
  const known = report.known === 0 ? '' : ` (${plural(report.known, 'known finding')} of the baseline not shown)`;
  const checked = [
    ...(report.trees > 0 || report.guests + report.scenarios === 0 ? [plural(report.trees, 'tree')] : []),
    ...(report.guests > 0 ? [plural(report.guests, 'guest')] : []),
    ...(report.scenarios > 0 ? [plural(report.scenarios, 'scenario')] : []),
  ];
  return `${found}${where}, ${checked.join(', ').replace(/, ([^,]*)$/, ' and $1')} checked${known}`;
}

/** The whole report. */
export function textReport(report: Report, paint: Painter): string {
  const blocks = report.findings.map((f) => `${block(f, paint, report.name)}\n`).join('');
  return `${blocks}${paint.bold(summary(report))}\n`;
}
