/**
 * Macro invocations in running text. An object-like macro whose text is known and cannot melt
 * into its neighbours is copied at once; everything else goes through the expander, which may
 * read on over lines and directives of the file.
 */
import type { Limits } from '../source/files.ts';
import { BUILTINS, builtinToken } from './builtins.ts';
import { CLASS_DIGIT, CLASS_NEWLINE, CLASS_WHITE, classOf } from './chars.ts';
import type { MacroDefinition } from './define.ts';
import { Expander, type ExpansionHost, type TokenSource } from './expander.ts';
import { Lexer } from './lexer.ts';
import { Printer } from './printer.ts';
import { type Frame, rangeIn, type State } from './state.ts';
import { END, padding, Token, TokenKind, WHITE } from './token.ts';

/** An expansion that reads nothing but its own body. */
interface Plain {
  readonly text: string;
  readonly first: Token;
  readonly last: Token;
  /** The length of the macro log that it holds for; -1 where it holds for ever. */
  readonly log: number;
}

/** What an unterminated invocation goes back to. */
interface Mark {
  readonly frame: Frame;
  readonly directive: number;
  readonly pos: number;
  readonly end: number;
  readonly conditions: number[];
  readonly openers: number[];
  readonly log: number;
  readonly inactive: number;
}

/** After so many, an argument list that ends nowhere is no longer searched for its end. */
const MAX_UNTERMINATED = 64;

/** Expands the invocations of one run. */
export class Invoker implements ExpansionHost, TokenSource {
  readonly limits: Limits;
  private readonly state: State;
  /** Runs the next directive of the innermost file, met within arguments. */
  private readonly runDirective: () => void;
  private readonly plain = new Map<MacroDefinition, Plain>();
  private frame: Frame | undefined;
  private lexer: Lexer | undefined;
  private pending: Token | undefined;
  /** Where the last token taken ended, and the one before it. */
  private taken = 0;
  private takenBefore = 0;
  private unterminated = 0;
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
      const plain = this.plainText(definition);
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
    const definition = this.state.table.get(name);
    if (definition !== undefined) this.hopeless.add(definition);
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
    if (next === undefined || next.pos > pos) return '';
    if (next.kind === TokenKind.name && this.isMacro(next.text)) {
      this.carried = printer;
      this.carriedTo = pos;
      return '';
    }
    return printer.needsSpace(next) ? ' ' : '';
  }

  /** The text of a macro that depends on no invocation, where it is short work. */
  private plainText(definition: MacroDefinition): Plain | undefined {
    const log = this.state.table.log.length;
    const known = this.plain.get(definition);
    if (known !== undefined && (known.log === -1 || known.log === log)) return known.text === '' ? undefined : known;
    const made = this.makePlain(definition, log);
    this.plain.set(definition, made);
    return made.text === '' ? undefined : made;
  }

  private makePlain(definition: MacroDefinition, log: number): Plain {
    return this.simplePlain(definition, log) ?? this.triedPlain(definition, log);
  }

  /** The text of a body of words, numbers and brackets none of which is a macro: most bodies. */
  private simplePlain(definition: MacroDefinition, log: number): Plain | undefined {
    const text = definition.bodyText().trim();
    if (!SIMPLE_BODY.test(text)) return undefined;
    const words = text.match(NAMES);
    if (words?.some((word) => this.isMacro(word)) === true) return undefined;
    return { text, first: tokenLike(text.charCodeAt(0)), last: tokenLike(text.charCodeAt(text.length - 1)), log: words === null ? -1 : log };
  }

  private triedPlain(definition: MacroDefinition, log: number): Plain {
    const trial = new Trial(this);
    const expander = new Expander(trial, trial, { tracked: false, bare: false });
    const printer = new Printer(undefined, true);
    const name = new Token(TokenKind.name, definition.name, 0);
    expander.begin(name);
    printer.add(padding(name));
    while (!expander.idle) printer.add(expander.next());
    const first = printer.pieces?.[0]?.token;
    const last = printer.pieces?.at(-1)?.token;
    if (trial.failed || printer.trails || first === undefined || last === undefined) return { text: '', first: END, last: END, log };
    const constant = definition.body().every((token) => token.kind !== TokenKind.name && token.flags <= WHITE);
    return { text: printer.text, first, last, log: constant ? -1 : log };
  }

  // As the token source of an expander.

  next(inArguments: boolean): Token {
    const { pending, frame, lexer } = this;
    if (pending !== undefined) {
      this.pending = undefined;
      this.take(pending.pos + pending.text.length);
      return pending;
    }
    if (frame === undefined || lexer === undefined) return END;
    for (let extra = 0; ; extra = WHITE) {
      const token = lexer.next();
      frame.peek = Math.max(frame.peek, lexer.pos + 1);
      if (token !== undefined) {
        this.take(lexer.pos);
        return token.withFlags(token.flags | extra);
      }
      const directive = frame.scan.directives[frame.directive];
      if (!inArguments || directive === undefined || this.unterminated > MAX_UNTERMINATED) return END;
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

  mark(): Mark | undefined {
    const { frame, lexer } = this;
    if (frame === undefined || lexer === undefined) return undefined;
    return {
      frame, directive: frame.directive, pos: this.taken, end: lexer.end,
      conditions: [...frame.conditions], openers: [...frame.openers],
      log: this.state.table.log.length, inactive: this.state.inactive.length,
    };
  }

  rewind(to: unknown): void {
    const mark = to as Mark | undefined;
    if (mark === undefined || this.lexer === undefined) return;
    this.unterminated++;
    const { frame } = mark;
    frame.directive = mark.directive;
    frame.conditions = mark.conditions;
    frame.openers = mark.openers;
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

/** Bodies whose tokens stay what they are; a point or an exponent's sign could belong to a number. */
const SIMPLE_BODY = /^[A-Za-z0-9_(](?:[A-Za-z0-9_ \t()<>|*,&~!^]*[A-Za-z0-9_)])?$/;
const NAMES = /\b[A-Za-z_][A-Za-z0-9_]*/g;
const SOME_WORD = new Token(TokenKind.name, 'a', 0);
const SOME_NUMBER = new Token(TokenKind.number, '0', 0);
const OPENING = new Token(TokenKind.punctuator, '(', 0);
const CLOSING = new Token(TokenKind.punctuator, ')', 0);

/** A token of the kind that begins or ends with a character of a simple body. */
function tokenLike(code: number): Token {
  if (code === 40) return OPENING;
  if (code === 41) return CLOSING;
  return classOf(code) === CLASS_DIGIT ? SOME_NUMBER : SOME_WORD;
}

/** Tries an expansion that must reach for nothing outside it: no arguments in the file, no built-in, no great length. */
class Trial implements ExpansionHost, TokenSource {
  readonly limits: Limits;
  failed = false;
  private readonly macros: ExpansionHost;

  constructor(macros: ExpansionHost) {
    this.macros = macros;
    this.limits = { ...macros.limits, macroTokens: Math.min(macros.limits.macroTokens, TRIAL_TOKENS) };
  }

  lookup(name: string): MacroDefinition | undefined {
    return this.macros.lookup(name);
  }

  builtin(name: Token): undefined {
    if (BUILTINS.has(name.text)) this.failed = true;
  }

  complain(): void {
    this.failed = true;
  }

  next(): Token {
    this.failed = true;
    return END;
  }

  unread(): void {
    this.failed = true;
  }

  mark(): undefined {}

  rewind(): void {
    this.failed = true;
  }
}

/** Macros longer than this are expanded anew at each use. */
const TRIAL_TOKENS = 2000;

/** Where the text before the next directive ends. */
export function stretchEnd(frame: Frame): number {
  return frame.scan.directives[frame.directive]?.start ?? frame.scan.textEnd;
}

function nameToken(frame: Frame, name: string, pos: number): Token {
  const token = new Token(TokenKind.name, name, 0, pos);
  token.scan = frame.scan;
  return token;
}

function isBlank(code: number): boolean {
  const found = classOf(code);
  return found === CLASS_WHITE || found === CLASS_NEWLINE;
}

/** Characters after which a word or number begins a token of its own, whatever it is. */
const OPENERS = '<([{,;=@:&"\'!|*%^~?+-)]}/#';
/** Characters before which a word, a number or a closing bracket ends. */
const CLOSERS = '>)]},;:=*&|<@!^%~?[({/';

/** Whether a plain expansion keeps clear of the characters beside it without a space. */
function fits(text: string, at: { pos: number; end: number; plain: Plain }): boolean {
  const { first, last } = at.plain;
  const before = text.charCodeAt(at.pos - 1);
  if (at.pos > 0 && !isBlank(before)) {
    const word = first.kind === TokenKind.name || (first.kind === TokenKind.number && first.text.charAt(0) !== '.');
    if (!(word || first.text === '(') || !OPENERS.includes(String.fromCharCode(before))) return false;
  }
  const after = text.charCodeAt(at.end);
  if (Number.isNaN(after) || isBlank(after)) return true;
  if (!CLOSERS.includes(String.fromCharCode(after))) return false;
  return last.kind < TokenKind.other || last.text === ')';
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
