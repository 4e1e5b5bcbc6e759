/**
 * Object-like macros whose expansion is known beforehand: most of a board's are a number or a few
 * words. Their text is remembered and copied, without an expander, wherever it cannot melt into
 * the characters beside it.
 */
import type { Limits } from '../source/files.ts';
import { BUILTINS } from './builtins.ts';
import { CLASS_DIGIT, classOf, isBlank } from './chars.ts';
import type { MacroDefinition } from './define.ts';
import { Expander, type ExpansionHost, type TokenSource } from './expander.ts';
import { Printer } from './printer.ts';
import { END, padding, Token, TokenKind, WHITE } from './token.ts';

/** An expansion that reads nothing but its own body. */
export interface Plain {
  readonly text: string;
  readonly first: Token;
  readonly last: Token;
  /** The length of the macro log that it holds for; -1 where it holds for ever. */
  readonly log: number;
}

/** What plain texts need to know of the macros. */
export interface MacroLookup extends ExpansionHost {
  isMacro(name: string): boolean;
}

/** The plain texts of one run. */
export class PlainTexts {
  private readonly macros: MacroLookup;
  private readonly known = new Map<MacroDefinition, Plain>();

  constructor(macros: MacroLookup) {
    this.macros = macros;
  }

  /** The expansion of a macro while the macro log has `log` entries, where it is plain and not empty. */
  textOf(definition: MacroDefinition, log: number): Plain | undefined {
    const known = this.known.get(definition);
    if (known !== undefined && (known.log === -1 || known.log === log)) return known.text === '' ? undefined : known;
    const made = this.makePlain(definition, log);
    this.known.set(definition, made);
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
    if (words?.some((word) => this.macros.isMacro(word)) === true) return undefined;
    return { text, first: tokenLike(text.charCodeAt(0)), last: tokenLike(text.charCodeAt(text.length - 1)), log: words === null ? -1 : log };
  }

  private triedPlain(definition: MacroDefinition, log: number): Plain {
    const trial = new Trial(this.macros);
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

  mayClose(): boolean {
    return true;
  }

  mark(): undefined {}

  rewind(): void {
    this.failed = true;
  }
}

/** Macros longer than this are expanded anew at each use. */
const TRIAL_TOKENS = 2000;

/** Characters after which a word or number begins a token of its own, whatever it is. */
const OPENERS = '<([{,;=@:&"\'!|*%^~?+-)]}/#';
/** Characters before which a word, a number or a closing bracket ends. */
const CLOSERS = '>)]},;:=*&|<@!^%~?[({/';

/** Whether a plain expansion keeps clear of the characters beside it without a space. */
export function fits(text: string, at: { pos: number; end: number; plain: Plain }): boolean {
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
