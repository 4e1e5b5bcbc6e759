/** Findings for a person in a terminal: place, what is wrong, the line with carets, what to do, other places. */
import type { Level } from '../../model/problem.ts';
import { count, type Finding, type PlacedRange } from './findings.ts';
import type { Report } from './report.ts';

/** Escape sequences by meaning; all empty where there is no colour. */
interface Palette { readonly error: string; readonly warning: string; readonly information: string; readonly hint: string; readonly bold: string; readonly dim: string; readonly off: string }

const COLOURS: Palette = {
  error: '\u001b[1;31m', warning: '\u001b[1;33m', information: '\u001b[1;36m', hint: '\u001b[36m', bold: '\u001b[1m', dim: '\u001b[2m', off: '\u001b[0m',
};
const PLAIN: Palette = { error: '', warning: '', information: '', hint: '', bold: '', dim: '', off: '' };

const WORDS: Record<Level, string> = { error: 'error', warning: 'warning', information: 'info', hint: 'hint' };
const TAB = 4;

/** One source line with carets below it, tabs widened so that both align. */
function excerpt(finding: Finding, palette: Palette): string {
  const { from, to } = finding.place;
  const { line } = finding;
  if (line.trim() === '') return '';
  const last = to.line === from.line ? to.column : line.length + 1;
  const widen = (text: string): string => text.replaceAll('\t', ' '.repeat(TAB));
  const before = widen(line.slice(0, from.column - 1));
  const marked = widen(line.slice(from.column - 1, Math.max(last - 1, from.column)));
  const number = String(from.line);
  const gutter = ' '.repeat(number.length);
  const carets = '^'.repeat(Math.max(1, marked.trimEnd().length));
  return `${palette.dim} ${number} |${palette.off} ${widen(line)}\n`
    + `${palette.dim} ${gutter} |${palette.off} ${' '.repeat(before.length)}${palette[finding.problem.level]}${carets}${palette.off}\n`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function block(finding: Finding, palette: Palette, name: (file: string) => string): string {
  const { problem, place, related } = finding;
  const at = (p: PlacedRange): string => `${name(p.file)}:${p.from.line}:${p.from.column}`;
  const advice = problem.advice === undefined ? '' : `   ${palette.dim}help:${palette.off} ${sentence(problem.advice)}\n`;
  const others = related.map((r) => `   ${palette.dim}see:${palette.off}  ${at(r.place)}: ${r.message}\n`).join('');
  return `${palette.bold}${at(place)}:${palette.off} ${palette[problem.level]}${WORDS[problem.level]}:${palette.off} ${problem.message} ${palette.dim}[${problem.id}]${palette.off}\n`
    + excerpt(finding, palette) + advice + others;
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
  return `${found}${where}, ${plural(report.trees, 'tree')} checked${known}`;
}

/** The whole report. */
export function textReport(report: Report, colour: boolean): string {
  const palette = colour ? COLOURS : PLAIN;
  const blocks = report.findings.map((f) => `${block(f, palette, report.name)}\n`).join('');
  return `${blocks}${palette.bold}${summary(report)}${palette.off}\n`;
}
