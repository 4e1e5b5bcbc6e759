/** What `vsmmu run` prints for a person: a line for each scenario, and for each failure where, what, and where to look. */
import { traceTree } from '../../debugger/trace/tree.ts';
import { type Painter, wrap } from '../paint.ts';
import { drawTree } from '../walk/print.ts';
import type { Played, PlayedUnit } from './play.ts';
import { countOf, sourceOf, type RunReport } from './report.ts';

/** How text is laid out. */
export interface TextStyle {
  readonly paint: Painter;
  readonly width: number;
}

/** Trees of this many lines are shown whole; of longer ones it is said how many steps they are. */
const MOST_LINES = 1000;

function plural(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

function indented(text: string, style: TextStyle, lead: string): string {
  const rest = ' '.repeat(lead.length);
  return text.split('\n').flatMap((line, i) => wrap(line, style.width, i === 0 ? lead : rest, rest)).map((line) => `${line}\n`).join('');
}

function failureText(report: RunReport, { unit: { action, outcome } }: PlayedUnit, style: TextStyle): string {
  const { paint } = style;
  const { lines, name } = report;
  const at = `${name(action.at.file)}:${lines.place(action.at).from.line}`;
  const sides = outcome.expected === undefined ? '' : indented(outcome.expected, style, '    expected  ') + indented(outcome.actual ?? '', style, '    got       ');
  const cause = outcome.cause === undefined ? '' : indented(`${name(outcome.cause.file)}:${lines.place(outcome.cause).from.line}: ${sourceOf(report, outcome.cause)}`, style, '    look at   ');
  return `  ${paint.bold(`${at}:`)} ${sourceOf(report, action.at)}\n${paint.red(indented(sentence(outcome.text), style, '    '))}${sides}${paint.cyan(cause)}`;
}

function problemText(report: RunReport, played: Played, { paint }: TextStyle): string {
  return played.problems.map(({ message, advice, range, level }) => {
    const place = report.lines.place(range);
    const where = range.file === '' ? '' : `${report.name(range.file)}:${place.from.line}:${place.from.column}: `;
    const word = level === 'error' ? paint.red('error') : paint.yellow(level);
    return `  ${paint.bold(where)}${word}: ${message}${advice === undefined ? '' : ` ${advice}`}\n`;
  }).join('');
}

/** What one line did: its source, what came of it, and its steps as trees. */
export function traceText(report: RunReport, { unit: { action, outcome }, steps }: PlayedUnit, style: TextStyle): string {
  const line = report.lines.place(action.at).from.line;
  const source = sourceOf(report, action.at);
  // The trees say why: of a line that has some, the first sentence is enough.
  const text = steps.length === 0 ? outcome.text : outcome.text.replace(/\. .*/s, '');
  const fits = 8 + source.length + 2 + text.length <= style.width;
  const came = fits ? `  ${style.paint.dim(text)}\n` : `\n${style.paint.dim(indented(text, style, '        '))}`;
  const head = `  ${style.paint.bold(String(line).padStart(4))}  ${source}${came}`;
  if (steps.length === 0) return head;
  const trees = traceTree(steps).map((tree) => drawTree(tree, style.width - 8, style.paint)).join('');
  if (trees.split('\n').length > MOST_LINES) return `${head}        ${style.paint.dim(plural(steps.length, 'step'))}\n`;
  return head + trees.split('\n').map((row) => (row === '' ? '' : `        ${row}\n`)).join('');
}

/** What was done beyond the lines that a trace shows. */
function untraced({ trace, actions }: Played, { paint }: TextStyle): string {
  const more = actions - trace.length;
  return trace.length === 0 || more <= 0 ? '' : `        ${paint.dim(`and ${plural(more, 'action')} more, not shown`)}\n`;
}

function scenarioText(report: RunReport, played: Played, style: TextStyle): string {
  const { paint } = style;
  const name = report.name(played.path);
  const trace = played.trace.map((unit) => traceText(report, unit, style)).join('') + untraced(played, style);
  const echoes = trace === '' ? played.echoes.map(({ unit }) => indented(unit.outcome.text, style, '  ')).join('') : '';
  if (played.status === 'wrong') return `${paint.red('✗')} ${paint.bold(name)}  cannot run\n${problemText(report, played, style)}`;
  const facts = paint.dim(`${plural(played.actions, 'action')}, ${plural(played.expected, 'expectation')}`);
  const mark = played.status === 'passed' ? paint.green('✓') : paint.red('✗');
  const failures = played.failures.map((f) => failureText(report, f, style)).join('');
  return `${mark} ${paint.bold(name)}  ${facts}\n${problemText(report, played, style)}${trace}${echoes}${failures}`;
}

/** The whole report. */
export function textRun(report: RunReport, style: TextStyle): string {
  const { played } = report;
  const parts = (['failed', 'wrong'] as const).flatMap((status) => (countOf(played, status) === 0 ? [] : [`${countOf(played, status)} ${status === 'wrong' ? 'cannot run' : status}`]));
  const summary = [`${countOf(played, 'passed')} passed`, ...parts].join(', ');
  return `${played.map((p) => scenarioText(report, p, style)).join('')}\n${style.paint.bold(`${plural(played.length, 'scenario')}: ${summary}`)}\n`;
}
