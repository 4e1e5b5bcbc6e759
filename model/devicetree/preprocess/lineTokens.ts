/** The operands of a directive, as written or with macros expanded. */
import type { Limits } from '../source/files.ts';
import { builtinToken } from './builtins.ts';
import type { MacroDefinition } from './define.ts';
import { Expander, type ExpansionHost, type TokenSource } from './expander.ts';
import { lexAll } from './lexer.ts';
import type { Directive } from './scan.ts';
import { type Frame, rangeIn, type State } from './state.ts';
import { END, type Token, TokenKind } from './token.ts';

/** The tokens after a directive's name, as written. */
export function operandTokens(frame: Frame, directive: Directive): Token[] {
  return lexAll(frame.scan.text, directive.operand, directive.lineEnd, frame.scan);
}

/** Reads the tokens of one directive, expanding as it goes, or not. */
export class LineReader implements ExpansionHost, TokenSource {
  readonly limits: Limits;
  private readonly state: State;
  private readonly frame: Frame;
  private readonly tokens: readonly Token[];
  private readonly expander: Expander;
  private position = 0;

  constructor(state: State, frame: Frame, tokens: readonly Token[]) {
    this.state = state;
    this.frame = frame;
    this.limits = state.limits;
    this.tokens = tokens;
    this.expander = new Expander(this, this, { tracked: false, bare: true });
  }

  /** The next token with macros expanded, END at the end of the line. */
  expanded(): Token {
    let token = this.expander.next();
    while (token.kind === TokenKind.padding) token = this.expander.next();
    return token;
  }

  /** The next token as it is. */
  raw(): Token {
    return this.expander.nextRaw();
  }

  lookup(name: string): MacroDefinition | undefined {
    return this.state.table.get(name);
  }

  builtin(name: Token): Token | undefined {
    return builtinToken(this.state, name, this.tokens[0]?.pos ?? 0);
  }

  complain(id: string, message: string, name: Token): void {
    const first = this.tokens[0];
    const last = this.tokens.at(-1);
    const inLine = name.scan === this.frame.scan && first !== undefined && last !== undefined && name.pos >= first.pos && name.pos <= last.pos;
    const at = inLine ? name : first;
    if (at !== undefined) this.state.report(id, message, rangeIn(this.frame.scan, at.pos, at.pos + at.text.length));
  }

  next(): Token {
    return this.tokens[this.position++] ?? END;
  }

  unread(): void {
    this.position--;
  }

  mayClose(): boolean {
    return true;
  }

  mark(): number {
    return this.position;
  }

  rewind(mark: unknown): void {
    this.position = Number(mark);
  }
}

/** All tokens after a directive's name with macros expanded. */
export function expandLine(state: State, frame: Frame, directive: Directive): Token[] {
  const reader = new LineReader(state, frame, operandTokens(frame, directive));
  const tokens: Token[] = [];
  for (let token = reader.expanded(); token !== END; token = reader.expanded()) tokens.push(token);
  return tokens;
}
