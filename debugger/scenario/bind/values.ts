/**
 * From a chunk of a line to the value that a parameter of some kind takes. What does not fit is
 * reported and gives no value, so that whatever runs a program never meets half a value.
 */
import type { SourceRange } from '../../../model/problem.ts';
import { nearest } from '../../../model/platform/nearest.ts';
import type { Expression } from '../../expression/ast.ts';
import { readString } from '../../expression/lexer.ts';
import { parseExpression } from '../../expression/parser.ts';
import type { Kind } from '../catalog.ts';
import { listed, problem, shorten, withFix } from '../problem.ts';
import type { Value } from '../program.ts';
import { type Chunk, isString } from '../syntax/chunks.ts';
import type { Report } from './report.ts';

/** Names of devices, domains, registers and the like; also paths in a device tree. */
const WORD = /^[\w@,.\-/:+~]+$/;

type Reader = (chunk: Chunk, kind: Kind, report: Report) => Value | undefined;

const READERS: Readonly<Record<Exclude<Kind['kind'], 'sign' | 'fields' | 'rest'>, Reader>> = {
  path: readText,
  text: readText,
  template: readTemplate,
  name: readWord,
  variable: readVariable,
  keyword: readKeyword,
  number: (chunk, _, report) => number(chunk, report),
  numbers: readNumbers,
  data: (chunk, kind, report) => (isString(chunk) ? readText(chunk, kind, report) : number(chunk, report)),
};

/** Reads a chunk as a kind of value; undefined where it is none, which has then been reported. */
export function readValue(chunk: Chunk, kind: Kind, report: Report): Value | undefined {
  if (kind.kind === 'sign' || kind.kind === 'fields' || kind.kind === 'rest') return undefined;
  return READERS[kind.kind](chunk, kind, report);
}

/** Reads a stretch of the file as an expression; only the first thing that is wrong is told. */
export function readExpression(chunk: Pick<Chunk, 'start' | 'text'>, report: Report): Expression | undefined {
  const { expression, problems } = parseExpression(chunk.text, chunk.start);
  const [found] = problems;
  if (found === undefined) return expression;
  const start = Math.min(found.start, Math.max(chunk.start, chunk.start + chunk.text.length - 1));
  report.add(problem('scenario-syntax', report.range(start, Math.max(found.end, start + 1)), sentence(found.message), 'See docs/scenario.md for what an expression may be.'));
  return undefined;
}

/** A message of another part as a sentence. */
function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith('.') ? first : `${first}.`;
}

function at(chunk: Chunk, report: Report): SourceRange {
  return report.range(chunk.start, chunk.end);
}

function number(chunk: Chunk, report: Report): Value | undefined {
  if (isString(chunk)) {
    report.add(problem('scenario-value', at(chunk, report), 'A number is needed here, not a string.', 'Write a number such as 0x1000 or 4K, or an expression in parentheses.'));
    return undefined;
  }
  const expression = readExpression(chunk, report);
  return expression === undefined ? undefined : { kind: 'number', expression, at: at(chunk, report) };
}

function readNumbers(chunk: Chunk, _: Kind, report: Report): Value | undefined {
  const expressions: Expression[] = [];
  let start = chunk.start;
  for (const text of chunk.text.split(',')) {
    const expression = readExpression({ start, text }, report);
    if (expression === undefined) return undefined;
    expressions.push(expression);
    start += text.length + 1;
  }
  return { kind: 'numbers', expressions, at: at(chunk, report) };
}

function readText(chunk: Chunk, kind: Kind, report: Report): Value | undefined {
  if (!isString(chunk)) {
    const what = kind.kind === 'path' ? 'name of a file' : 'text';
    const found = problem('scenario-value', at(chunk, report), `The ${what} must be in double quotes.`, `Write "${shorten(chunk.text)}".`);
    report.add(WORD.test(chunk.text) ? withFix(found, 'Put it into quotes', { text: `"${chunk.text}"` }) : found);
    return undefined;
  }
  const text = stringText(chunk, report);
  return text === undefined ? undefined : { kind: 'text', text, at: at(chunk, report) };
}

function stringText(chunk: Chunk, report: Report): string | undefined {
  const { text, message } = readString(chunk.text, 0);
  if (message === undefined) return text;
  const found = problem('scenario-syntax', at(chunk, report), sentence(message), 'Mend the string.');
  report.add(chunk.unclosed === '"' ? withFix(found, 'Add the closing quote', { range: report.range(chunk.end, chunk.end), text: '"' }) : found);
  return undefined;
}

function readTemplate(chunk: Chunk, kind: Kind, report: Report): Value | undefined {
  if (readText(chunk, kind, report) === undefined) return undefined;
  const parts: (string | Expression)[] = [];
  const inner = chunk.text.slice(1, -1);
  for (const { index, 0: text, 1: source } of inner.matchAll(/\{\{|\}\}|\{([^}]*)\}|(?:\\.|[^{}\\])+|[{}]/g)) {
    const start = chunk.start + 1 + index;
    if (source === undefined) {
      parts.push(text === '{{' || text === '}}' ? text.slice(1) : readString(`"${text}"`, 0).text);
      continue;
    }
    const expression = readExpression({ start: start + 1, text: unquoted(source) }, report);
    if (expression === undefined) return undefined;
    parts.push(expression);
  }
  return { kind: 'template', parts, at: at(chunk, report) };
}

/** An expression inside a string: its own strings have their quotes escaped there. As long as before, so that places stay. */
function unquoted(text: string): string {
  let isOpening = false;
  return text.replaceAll('\\"', () => {
    isOpening = !isOpening;
    return isOpening ? ' "' : '" ';
  });
}

function readWord(chunk: Chunk, _: Kind, report: Report): Value | undefined {
  if (WORD.test(chunk.text)) return { kind: 'word', text: chunk.text, at: at(chunk, report) };
  const inner = /^"([^"]*)"$/.exec(chunk.text)?.[1];
  const found = problem('scenario-value', at(chunk, report), `A name is needed here, not \`${shorten(chunk.text)}\`.`, 'Names have letters, digits and the signs @ , . _ - / : and no quotes.');
  report.add(inner !== undefined && WORD.test(inner) ? withFix(found, 'Remove the quotes', { text: inner }) : found);
  return undefined;
}

function readVariable(chunk: Chunk, _: Kind, report: Report): Value | undefined {
  if (/^[A-Za-z_]\w*$/.test(chunk.text)) return { kind: 'word', text: chunk.text, at: at(chunk, report) };
  report.add(problem('scenario-value', at(chunk, report), `\`${shorten(chunk.text)}\` cannot be the name of a variable.`, 'Use letters, digits and _, and begin with a letter.'));
  return undefined;
}

function readKeyword(chunk: Chunk, kind: Kind, report: Report): Value | undefined {
  const words = kind.kind === 'keyword' ? kind.words : [];
  if (words.includes(chunk.text)) return { kind: 'word', text: chunk.text, at: at(chunk, report) };
  const near = nearest(chunk.text, words);
  const found = problem('scenario-value', at(chunk, report), `\`${shorten(chunk.text)}\` is not possible here.`, `Write ${listed(words).replaceAll(' and ', ' or ')}.`);
  report.add(near === undefined ? found : withFix(found, `Change to \`${near}\``, { text: near }));
  return undefined;
}
