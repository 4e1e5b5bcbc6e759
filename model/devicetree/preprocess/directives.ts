/**
 * What each directive does. Conditionals jump over the groups they leave out by the links that
 * the scan made; nothing in such a group is looked at.
 */
import { BUILTINS, OPERATORS } from './builtins.ts';
import { wordEnd } from './chars.ts';
import { runConditional } from './conditionals.ts';
import { type DefineFault, definitionAt, MacroDefinition, nameRange, sameDefinition } from './define.ts';
import { runInclude } from './include.ts';
import { Lexer } from './lexer.ts';
import { expandLine, operandTokens } from './lineTokens.ts';
import { type Directive, DirectiveKind } from './scan.ts';
import { type Frame, rangeIn, type State } from './state.ts';
import { linesOf } from '../source/lines.ts';
import { TokenKind } from './token.ts';

/** Runs one directive of the innermost file. */
export type DirectiveRunner = (state: State, frame: Frame, directive: Directive) => void;

const RUNNERS: ReadonlyMap<number, DirectiveRunner> = new Map([
  [DirectiveKind.define, runDefine],
  [DirectiveKind.undef, runUndef],
  [DirectiveKind.include, runInclude],
  [DirectiveKind.includeNext, runInclude],
  [DirectiveKind.import, runInclude],
  [DirectiveKind.if, runConditional],
  [DirectiveKind.ifdef, runConditional],
  [DirectiveKind.ifndef, runConditional],
  [DirectiveKind.elif, runConditional],
  [DirectiveKind.elifdef, runConditional],
  [DirectiveKind.elifndef, runConditional],
  [DirectiveKind.else, runConditional],
  [DirectiveKind.endif, runConditional],
  [DirectiveKind.error, runMessage],
  [DirectiveKind.warning, runMessage],
  [DirectiveKind.line, runLine],
  [DirectiveKind.marker, runMarker],
  [DirectiveKind.pragma, runPragma],
]);

/** Runs the next directive of a file and moves behind it. */
export function runDirective(state: State, frame: Frame): void {
  const directive = frame.scan.directives[frame.directive];
  if (directive === undefined) return;
  frame.directive++;
  frame.pos = directive.end;
  frame.name = Math.max(frame.name, directive.names);
  RUNNERS.get(directive.kind)?.(state, frame, directive);
}

function runDefine(state: State, frame: Frame): void {
  const { scan } = frame;
  const parsed = definitionAt(scan, frame.directive - 1);
  if (!(parsed instanceof MacroDefinition)) {
    if (parsed !== undefined) reportFault(state, frame, parsed);
    return;
  }
  const before = state.table.get(parsed.name);
  if (before === parsed) return;
  const range = { start: parsed.nameStart, end: parsed.nameStart + parsed.name.length };
  if (BUILTINS.has(parsed.name) || OPERATORS.has(parsed.name)) {
    state.report('macro-redefined', `The built-in macro "${parsed.name}" is redefined`, rangeIn(scan, range.start, range.end), { level: 'warning' });
    return;
  }
  if (before !== undefined) {
    if (sameDefinition(before, parsed)) return;
    state.report('macro-redefined', `"${parsed.name}" is redefined to something else`, rangeIn(scan, range.start, range.end), {
      level: 'warning',
      advice: 'Put #undef before it, or remove one of the definitions.',
      related: [{ range: nameRange(before), message: 'The previous definition' }],
    });
  }
  state.table.define(parsed);
}

function reportFault(state: State, frame: Frame, fault: DefineFault): void {
  state.report('directive-malformed', fault.message, rangeIn(frame.scan, fault.start, fault.end));
}

function runUndef(state: State, frame: Frame, directive: Directive): void {
  const [name, extra] = operandTokens(frame, directive);
  if (name?.kind !== TokenKind.name) {
    reportFault(state, frame, { message: 'Expected a macro name after #undef', start: directive.start, end: directive.lineEnd });
    return;
  }
  warnExtra(state, frame, { directive, at: extra?.pos });
  state.table.undefine(name.text);
}

/** Warns of tokens after the end of a directive, as cpp does. */
export function warnExtra(state: State, frame: Frame, what: { directive: Directive; at: number | undefined }): void {
  if (what.at === undefined) return;
  const { text } = frame.scan;
  const name = text.slice(what.directive.start, what.directive.operand).replace(/\s/g, '');
  state.report('directive-extra-tokens', `Extra tokens at the end of ${name}`, rangeIn(frame.scan, what.at, what.directive.lineEnd), { level: 'warning' });
}

function runMessage(state: State, frame: Frame, directive: Directive): void {
  const isError = directive.kind === DirectiveKind.error;
  const message = operandTokens(frame, directive).map((token, i) => (i > 0 && (token.flags & 1) !== 0 ? ` ${token.text}` : token.text)).join('');
  const details = isError ? {} : { level: 'warning' as const };
  const id = isError ? 'error-directive' : 'warning-directive';
  state.report(id, message === '' ? (isError ? '#error' : '#warning') : message, rangeIn(frame.scan, directive.start, directive.lineEnd), details);
}

function runLine(state: State, frame: Frame, directive: Directive): void {
  const [number, name] = expandLine(state, frame, directive);
  if (number === undefined || !/^[0-9]+$/.test(number.text)) {
    reportFault(state, frame, { message: '#line needs a line number in decimal', start: directive.start, end: directive.lineEnd });
    return;
  }
  presume(state, frame, { directive, line: Number(number.text), name: name?.kind === TokenKind.string ? unquote(name.text) : undefined });
  frame.presumed = frame.marked;
}

function runMarker(state: State, frame: Frame, directive: Directive): void {
  const lexer = new Lexer(frame.scan.text, directive.start + 1, directive.lineEnd);
  const line = Number(lexer.next()?.text);
  presume(state, frame, { directive, line, name: unquote(lexer.next()?.text ?? '') });
}

function unquote(text: string): string {
  return text.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');
}

function presume(state: State, frame: Frame, what: { directive: Directive; line: number; name: string | undefined }): void {
  const { scan } = frame;
  const physical = linesOf(scan.file).lineAt(scan.cooked.raw(what.directive.lineEnd)) + 1;
  const name = what.name ?? frame.marked?.name;
  const inclusion = what.name === undefined ? (frame.marked?.inclusion ?? frame.inclusion) : inclusionOf(state, frame, what.directive, what.name);
  frame.marked = { physical, line: what.line, name, inclusion };
}

/** The inclusion that stands for the file that a marker names; -1 where there is no such file. */
function inclusionOf(state: State, frame: Frame, directive: Directive, name: string): number {
  const { scan } = frame;
  const parent = state.inclusions[frame.inclusion];
  const file = state.sources.findMarked(name, scan.file.path);
  if (file === undefined || parent === undefined) return -1;
  if (file === scan.file) return frame.inclusion;
  const known = state.inclusions.findIndex((each) => each.parent === parent && each.file === file);
  return known >= 0 ? known : state.include(file, parent, rangeIn(scan, directive.start, directive.lineEnd));
}

/** Pragmas vanish, as cpp writes none for an assembler; only `once` has an effect. */
function runPragma(state: State, frame: Frame, directive: Directive): void {
  const { scan } = frame;
  const start = directive.operand + 1;
  if (scan.text.slice(start, wordEnd(scan.text, start)) === 'once') state.once.add(scan.file.path);
}
