/**
 * Macro invocations in running text. An object-like macro whose text is known and cannot melt
 * into its neighbours is copied at once; everything else goes through the expander, which may
 * read on over lines and directives of the file.
 */
import type { Limits } from '../source/files.ts';
import { BUILTINS, builtinToken } from './builtins.ts';
import { isBlank } from './chars.ts';
import type { MacroDefinition } from './define.ts';
import { Expander, type TokenSource } from './expander.ts';
import { Lexer } from './lexer.ts';
import { fits, type MacroLookup, PlainTexts } from './plain.ts';
import { Printer } from './printer.ts';
import type { ScannedFile } from './scan.ts';
import { type Condition, type Frame, rangeIn, type State } from './state.ts';
import { END, padding, Token, TokenKind, WHITE } from './token.ts';

/** What an unterminated invocation goes back to. */
interface Mark {
  readonly frame: Frame;
  readonly directive: number;
  readonly pos: number;
  readonly end: number;
  readonly condition: Condition | undefined;
  readonly log: number;
  readonly inactive: number;
}

/** After so many, an argument list that ends nowhere is no longer searched for its end. */
const MAX_UNTERMINATED = 8;

/** Expands the invocations of one run. */
export class Invoker implements MacroLookup, TokenSource {
  limits: Limits;
  private readonly state: State;
  /** Runs the next directive of the innermost file, met within arguments. */
  private readonly runDirective: () => void;
  private readonly plain = new PlainTexts(this);
  private frame: Frame | undefined;
  private lexer: Lexer | undefined;
  private pending: Token | undefined;
  /** Where the last token taken ended, and the one before it. */
  private taken = 0;
  private takenBefore = 0;
  private unterminated = 0;
  private readonly openParentheses = new Map<ScannedFile, ReadonlySet<number>>();
  /** The name being expanded in the text. */
  private start = 0;
  private startLength = 0;
  /** Macros whose expansion was too long once are not tried again. */
  private readonly hopeless = new Set<MacroDefinition>();
  private overflowed = false;
  /** The printer of an expansion that ended right where another name begins. */
  private carried: Printer | undefined;
  private carriedTo = -1;

  constructor(state: State, runDirective: () => void) {
    this.state = state;
    this.limits = state.limits;
    this.runDirective = runDirective;
  }

  /** Writes the expansion of the name at an offset. Answers where the text goes on. */
  invoke(frame: Frame, name: string, pos: number): number {
    const definition = this.state.table.get(name);
    if (definition !== undefined && this.hopeless.has(definition)) return this.copyName(frame, pos, name);
    if (definition !== undefined && definition.parameters === undefined && this.carriedTo !== pos) {
      const end = pos + name.length;
      const plain = this.plain.textOf(definition, this.state.table.log.length);
      if (plain !== undefined && fits(frame.scan.text, { pos, end, plain })) {
        this.state.output.expand({ inclusion: frame.inclusion, start: pos, end, log: this.state.table.log.length }, plain.text);
        return end;
      }
    }
    return this.expand(frame, name, pos);
  }

  /** Whether an expansion ended right before an offset and waits for what follows. */
  continuesAt(pos: number): boolean {
    return this.carriedTo === pos;
  }

  /** Whether a name is a macro now. */
  isMacro(name: string): boolean {
    return this.state.table.get(name) !== undefined || BUILTINS.has(name);
  }

  lookup(name: string): MacroDefinition | undefined {
    return this.state.table.get(name);
  }

  builtin(name: Token): Token | undefined {
    return builtinToken(this.state, name, this.start);
  }

  complain(id: string, message: string, name: Token): void {
    const { frame } = this;
    if (frame === undefined) return;
    if (id === 'limit-macro-tokens') this.overflowed = true;
    // What goes wrong inside a macro is shown where the text invokes it.
    const inText = name.scan === frame.scan && name.pos >= this.start && name.pos < this.taken;
    const start = inText ? name.pos : this.start;
    this.state.report(id, message, rangeIn(frame.scan, start, start + (inText ? name.text.length : this.startLength)));
  }

  private expand(frame: Frame, name: string, pos: number): number {
    const { state } = this;
    const end = pos + name.length;
    const log = state.table.log.length;
    this.start = pos;
    this.startLength = name.length;
    this.attach(frame, end);
    const printer = this.printerAt(frame, pos);
    const token = nameToken(frame, name, pos);
    const expander = new Expander(this, this, { tracked: false, bare: false });
    if (!expander.begin(token)) {
      this.detach();
      if (printer.needsSpace(token)) state.output.copy(frame.inclusion, pos, ' ');
      return this.copyName(frame, pos, name);
    }
    printer.add(padding(token));
    while (!expander.idle) printer.add(expander.next());
    const resume = this.taken;
    this.detach();
    if (this.overflowed) return this.abandon(frame, name, pos);
    const text = printer.text + this.spaceAfter(frame, resume, printer);
    state.output.expand({ inclusion: frame.inclusion, start: pos, end: resume, log }, text);
    return resume;
  }

  private printerAt(frame: Frame, pos: number): Printer {
    const { carried } = this;
    const carries = this.carriedTo === pos && carried !== undefined;
    this.carriedTo = -1;
    if (carries) return carried.continued();
    const clear = pos === 0 || isBlank(frame.scan.text.charCodeAt(pos - 1));
    return new Printer(clear ? undefined : tokenBefore(frame, pos), false);
  }

  /** Leaves an invocation that grew too long as it was written. */
  private abandon(frame: Frame, name: string, pos: number): number {
    this.overflowed = false;
    this.state.unsettle();
    const definition = this.state.table.get(name);
    if (definition !== undefined) this.hopeless.add(definition);
    // Where one macro is out of bounds others are, and each may only cost a part of the last.
    this.limits = { ...this.limits, macroTokens: Math.max(LEAST_TOKENS, this.limits.macroTokens >> 3) };
    return this.copyName(frame, pos, name);
  }

  private copyName(frame: Frame, pos: number, name: string): number {
    this.state.output.copy(frame.inclusion, pos, name);
    return pos + name.length;
  }

  /** The space that an expansion needs before the text that follows it. */
  private spaceAfter(frame: Frame, pos: number, printer: Printer): string {
    const { text, textEnd } = frame.scan;
    if (pos >= textEnd || isBlank(text.charCodeAt(pos))) return '';
    const next = new Lexer(text, pos, textEnd).next();
    // A comment stays in the text, so nothing may melt into its beginning.
    if (next === undefined || next.pos > pos) return ' ';
    if (next.kind === TokenKind.name && this.isMacro(next.text)) {
      this.carried = printer;
      this.carriedTo = pos;
      return '';
    }
    return printer.needsSpace(next) ? ' ' : '';
  }

  // As the token source of an expander.

  next(inArguments: boolean): Token {
    const { pending, frame, lexer } = this;
    if (pending !== undefined) {
      this.pending = undefined;
      this.take(pending.pos + pending.text.length);
      return pending;
    }
    if (frame === undefined || lexer === undefined || (inArguments && this.unterminated > MAX_UNTERMINATED)) return END;
    for (let extra = 0; ; extra = WHITE) {
      const token = lexer.next();
      frame.peek = Math.max(frame.peek, lexer.pos + 1);
      if (token !== undefined) {
        this.take(lexer.pos);
        return token.withFlags(token.flags | extra);
      }
      const directive = frame.scan.directives[frame.directive];
      if (!inArguments || directive === undefined) return END;
      this.runDirective();
      lexer.pos = frame.pos;
      lexer.end = stretchEnd(frame);
      // Beyond this point the arguments cannot go back by themselves; the mark does.
      this.taken = frame.pos;
    }
  }

  unread(token: Token): void {
    this.pending = token;
    this.taken = this.takenBefore;
  }

  /** Once one argument list ran to the end of the file, others are looked up among those that are closed at all. */
  mayClose(parenthesis: Token): boolean {
    const scan = this.frame?.scan;
    if (this.unterminated === 0 || scan === undefined || parenthesis.scan !== scan) return true;
    let open = this.openParentheses.get(scan);
    if (open === undefined) this.openParentheses.set(scan, (open = unclosed(scan)));
    return !open.has(parenthesis.pos);
  }

  mark(): Mark | undefined {
    const { frame, lexer } = this;
    if (frame === undefined || lexer === undefined) return undefined;
    return {
      frame, directive: frame.directive, pos: this.taken, end: lexer.end,
      condition: frame.condition, log: this.state.table.log.length, inactive: this.state.inactive.length,
    };
  }

  rewind(to: unknown): void {
    const mark = to as Mark | undefined;
    if (mark === undefined || this.lexer === undefined) return;
    this.unterminated++;
    this.state.unsettle();
    const { frame } = mark;
    frame.directive = mark.directive;
    frame.condition = mark.condition;
    this.state.table.rollBack(mark.log);
    this.state.inactive.length = mark.inactive;
    this.pending = undefined;
    this.lexer.pos = this.taken = this.takenBefore = mark.pos;
    this.lexer.end = mark.end;
  }

  private take(end: number): void {
    this.takenBefore = this.taken;
    this.taken = end;
  }

  private attach(frame: Frame, pos: number): void {
    this.frame = frame;
    this.lexer = new Lexer(frame.scan.text, pos, stretchEnd(frame), frame.scan);
    this.pending = undefined;
    this.taken = this.takenBefore = pos;
  }

  private detach(): void {
    this.frame = undefined;
    this.lexer = undefined;
    this.pending = undefined;
  }
}

/** The offsets of parentheses that nothing closes before the end of the file. */
function unclosed(scan: ScannedFile): ReadonlySet<number> {
  const open: number[] = [];
  const lexer = new Lexer(scan.text, 0, scan.textEnd);
  for (let token = lexer.next(); token !== undefined; token = lexer.next()) {
    if (token.text === '(') open.push(token.pos);
    else if (token.text === ')') open.pop();
  }
  return new Set(open);
}

/** However many macros were too long, one of this length is expanded. */
const LEAST_TOKENS = 64;

/** Where the text before the next directive ends. */
export function stretchEnd(frame: Frame): number {
  return frame.scan.directives[frame.directive]?.start ?? frame.scan.textEnd;
}

function nameToken(frame: Frame, name: string, pos: number): Token {
  const token = new Token(TokenKind.name, name, 0, pos);
  token.scan = frame.scan;
  return token;
}

/** The token that ends right before an offset; the lexer starts at a place that is known to begin one. */
function tokenBefore(frame: Frame, pos: number): Token | undefined {
  const { scan } = frame;
  const previous = frame.name >= 2 ? (scan.names[2 * (frame.name - 2) + 1] ?? 0) : 0;
  const directive = scan.directives[frame.directive - 1]?.end ?? 0;
  const lexer = new Lexer(scan.text, Math.max(previous, directive), pos);
  let last: Token | undefined;
  for (let token = lexer.next(); token !== undefined; token = lexer.next()) last = token;
  return last;
}
