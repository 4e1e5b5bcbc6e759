/**
 * Macros that exist without a `#define`: those that `-undef` leaves in assembler mode. The date
 * and time are what cpp says when it cannot know them, as expansion depends on its inputs alone.
 */
import type { SourceFile } from '../source/files.ts';
import { linesOf } from '../source/lines.ts';
import type { Frame, State } from './state.ts';
import { type Token, TokenKind, WHITE } from './token.ts';

type BuiltinValue = (state: State, frame: Frame, pos: number) => string;

/** The names of the built-in macros that expand to one token. */
export const BUILTINS: ReadonlyMap<string, BuiltinValue> = new Map<string, BuiltinValue>([
  ['__FILE__', (state, frame) => quoted(frame.presumed?.name ?? pathOf(state, frame))],
  ['__BASE_FILE__', (state) => quoted(state.inclusions[0]?.file.path ?? '')],
  ['__LINE__', (_state, frame, pos) => String(presumedLine(frame, pos))],
  ['__INCLUDE_LEVEL__', (state) => String(state.frames.length - 1)],
  ['__COUNTER__', (state) => String(state.counter++)],
  ['__DATE__', () => '"??? ?? ????"'],
  ['__TIME__', () => '"??:??:??"'],
  ['__TIMESTAMP__', () => '"??? ??? ?? ??:??:?? ????"'],
]);

/** The names that `defined` knows besides macros. */
export const OPERATORS: ReadonlySet<string> = new Set(['__has_include', '__has_include_next']);

function pathOf(state: State, frame: Frame): string {
  return state.inclusions[frame.inclusion]?.file.path ?? '';
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The line number that `#line`, linemarkers or the file itself give to an offset. */
export function presumedLine(frame: Frame, pos: number): number {
  const physical = linesOf(frame.scan.file).lineAt(frame.scan.cooked.raw(pos));
  const { presumed } = frame;
  return presumed === undefined ? physical + 1 : presumed.line + physical - presumed.physical;
}

/** The token that a built-in name stands for at an offset, or undefined where it is none. */
export function builtinToken(state: State, name: Token, pos: number): Token | undefined {
  const frame = state.frames.at(-1);
  const value = name.text.startsWith('__') ? BUILTINS.get(name.text) : undefined;
  if (value === undefined || frame === undefined) return undefined;
  const text = value(state, frame, pos);
  const kind = text.startsWith('"') ? TokenKind.string : TokenKind.number;
  return name.replaced(kind, text, name.flags & WHITE);
}

/** The text that defines the macros of the command line and the fixed ones that `-undef` leaves. */
export function commandLine(defines: Readonly<Record<string, string>>): SourceFile {
  const lines = ['__STDC__ 1', '__STDC_HOSTED__ 1', '__ASSEMBLER__ 1', '__DTS__ 1'];
  for (const [name, value] of Object.entries(defines)) lines.push(`${name} ${value.split('\n', 1)[0] ?? ''}`);
  return { path: COMMAND_LINE, text: lines.map((line) => `#define ${line}\n`).join('') };
}

/** What stands for the path of definitions that are in no file. */
export const COMMAND_LINE = '<command-line>';
