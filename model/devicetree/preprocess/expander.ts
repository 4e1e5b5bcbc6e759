/**
 * Macro expansion: a stack of token lists being read, as C's rescanning asks for, with blue paint,
 * and padding tokens that remember white space. It reads from a macro's body, then from its
 * caller, then from the file, so an invocation may begin in a body and end in the file.
 */
import type { Limits } from '../source/files.ts';
import { collectArguments, fitArguments, type MacroArgument } from './arguments.ts';
import type { MacroDefinition } from './define.ts';
import { pasteTokens } from './paste.ts';
import { substitute } from './substitute.ts';
import { APART, END, type LiveExpansion, PAINTED, PASTE, padding, Token, TokenKind } from './token.ts';

/** Where an expansion reads on when the macros are exhausted. */
export interface TokenSource {
  /** The next token; END at the end of the file or directive. `inArguments`: directives may be run. */
  next(inArguments: boolean): Token;
  /** Takes back the token that `next` gave last. */
  unread(token: Token): void;
  /** Whether a parenthesis that `next` gave may be closed somewhere; false spares the search. */
  mayClose(parenthesis: Token): boolean;
  /** The place to which `rewind` may go back. */
  mark(): unknown;
  /** Goes back to a mark, undoing directives that were run since. */
  rewind(mark: unknown): void;
}

/** What an expansion needs to know and where it complains. */
export interface ExpansionHost {
  lookup(name: string): MacroDefinition | undefined;
  /** The token that a built-in macro such as `__LINE__` stands for, or undefined where the name is none. */
  builtin(name: Token): Token | undefined;
  readonly limits: Limits;
  /** `name` is the token that the macro is invoked by. */
  complain(id: string, message: string, name: Token): void;
}

interface Reading {
  tokens: readonly Token[];
  next: number;
  /** The macro that these tokens are the expansion of. */
  macro: MacroDefinition | undefined;
  /** Reading stops here: the tokens are one argument, expanded by itself. */
  isolated: boolean;
}

/** Expands one invocation, or one directive line, at a time. */
export class Expander {
  /** Whether tokens record the expansions that they come through. */
  readonly tracked: boolean;
  /** Whether padding is left out, as within directives. */
  readonly bare: boolean;
  readonly host: ExpansionHost;
  private readonly source: TokenSource;
  private readonly stack: Reading[] = [];
  private readonly active = new Set<MacroDefinition>();
  private collecting = 0;
  private produced = 0;
  private exhausted = false;
  private deep = false;

  constructor(host: ExpansionHost, source: TokenSource, mode: { tracked: boolean; bare: boolean }) {
    this.host = host;
    this.source = source;
    this.tracked = mode.tracked;
    this.bare = mode.bare;
  }

  /** Whether all macros have been read to their end. */
  get idle(): boolean {
    return this.stack.length === 0;
  }

  /** Begins a top-level invocation; false where `name` turns out not to be one. */
  begin(name: Token): boolean {
    this.produced = 0;
    this.exhausted = false;
    const definition = this.host.lookup(name.text);
    if (definition !== undefined) return this.enter(definition, name);
    const builtin = this.host.builtin(name);
    if (builtin !== undefined) this.push([builtin], undefined);
    return builtin !== undefined;
  }

  /** The next token, fully expanded; END at the end of an argument or of the source. */
  next(inArguments = false): Token {
    for (;;) {
      const token = this.read(inArguments);
      if (token.kind !== TokenKind.name || (token.flags & PAINTED) !== 0) return token;
      const definition = this.host.lookup(token.text);
      if (definition === undefined) {
        const builtin = this.collecting > 0 ? undefined : this.host.builtin(token);
        if (builtin === undefined) return token;
        this.push([builtin], undefined);
      } else {
        if (this.active.has(definition)) return token.withFlags(token.flags | PAINTED);
        if (this.collecting > 0 || !this.enter(definition, token)) return token;
      }
      if (!this.bare) return padding(token);
    }
  }

  /** The next token without expanding it. */
  nextRaw(): Token {
    this.collecting++;
    let token = this.next();
    while (token.kind === TokenKind.padding) token = this.next();
    this.collecting--;
    return token;
  }

  /** Expands tokens by themselves, as an argument is before it is put in. */
  isolate(tokens: readonly Token[]): Token[] {
    if (!tokens.some((token) => token.kind === TokenKind.name)) return [...tokens];
    const { collecting } = this;
    this.collecting = 0;
    this.stack.push({ tokens, next: 0, macro: undefined, isolated: true });
    const expanded: Token[] = [];
    for (let token = this.next(); token !== END; token = this.next()) expanded.push(token);
    // A limit empties the whole stack; then there is nothing left to leave.
    if (this.stack.at(-1)?.isolated === true) this.stack.pop();
    this.collecting = collecting;
    return expanded;
  }

  /** One token from the innermost macro that has any left, else from the file. */
  private read(inArguments: boolean): Token {
    for (;;) {
      const top = this.stack.at(-1);
      if (top === undefined) return this.exhausted ? END : this.source.next(inArguments);
      const token = top.tokens[top.next];
      if (token === undefined) {
        if (top.isolated) return END;
        this.stack.pop();
        if (top.macro !== undefined) this.active.delete(top.macro);
        if (this.bare) continue;
        return APART;
      }
      top.next++;
      if (++this.produced > this.host.limits.macroTokens) return this.giveUp(token);
      if ((token.flags & PASTE) === 0) return token;
      this.push([pasteTokens(token, top)], undefined);
      if (!this.bare) return padding(token);
    }
  }

  /** Takes back the token that `read` gave last. */
  private unread(token: Token): void {
    const top = this.stack.at(-1);
    if (top === undefined) {
      if (token !== END) this.source.unread(token);
    } else if (token !== END) top.next--;
  }

  private giveUp(at: Token): Token {
    if (!this.exhausted) {
      this.exhausted = true;
      this.host.complain('limit-macro-tokens', `The expansion has more than ${this.host.limits.macroTokens} tokens`, at);
    }
    this.stack.length = 0;
    this.active.clear();
    return END;
  }

  private push(tokens: readonly Token[], macro: MacroDefinition | undefined): void {
    if (macro !== undefined) this.active.add(macro);
    this.stack.push({ tokens, next: 0, macro, isolated: false });
  }

  /** Starts reading a macro's expansion; false where its name is followed by no argument list. */
  private enter(definition: MacroDefinition, name: Token): boolean {
    if (this.stack.length >= this.host.limits.macroDepth) return this.tooDeep(name);
    if (definition.parameters === undefined) {
      this.push(this.tokensOf(definition, name), definition);
      return true;
    }
    const found = this.findArguments(definition, name);
    if (found === undefined) return false;
    const live = this.tracked ? { definition, name, close: found.close, parent: name.expansion } : undefined;
    const tokens = substitute(definition, found.arguments, { expander: this, live });
    this.produced += tokens.length;
    this.push(tokens, definition);
    return true;
  }

  private tooDeep(name: Token): false {
    if (!this.deep) this.host.complain('limit-macro-depth', `Macros are nested more than ${this.host.limits.macroDepth} deep`, name);
    this.deep = true;
    return false;
  }

  private tokensOf(definition: MacroDefinition, name: Token): readonly Token[] {
    const body = definition.body();
    if (!this.tracked) return body;
    const live: LiveExpansion = { definition, name, close: undefined, parent: name.expansion };
    return body.map((token) => token.through(live));
  }

  /** Looks for `(` and reads the arguments after it; leaves everything unread where there is none. */
  private findArguments(definition: MacroDefinition, name: Token): { arguments: MacroArgument[]; close: Token } | undefined {
    const mark = this.source.mark();
    this.collecting++;
    let pad: Token | undefined;
    let token = this.next();
    for (; token.kind === TokenKind.padding; token = this.next()) {
      const weak = pad?.source === undefined || ((pad.source.flags & 1) === 0 && token.source === undefined);
      if (pad === undefined || weak) pad = token;
    }
    if (token.text !== '(' || token.kind !== TokenKind.punctuator) {
      this.unread(token);
      if (pad !== undefined && !this.bare) this.push([pad], undefined);
      this.collecting--;
      return undefined;
    }
    const collected = this.source.mayClose(token) ? collectArguments(definition, () => this.next(true)) : 'macro-unterminated';
    this.collecting--;
    if (this.exhausted) return undefined;
    if (typeof collected === 'string') {
      this.source.rewind(mark);
      this.host.complain(collected, `Unterminated argument list of macro "${definition.name}"`, name);
      return undefined;
    }
    const misfit = fitArguments(definition, collected.arguments);
    if (misfit === undefined) return collected;
    this.host.complain('macro-arguments', misfit, name);
    return undefined;
  }
}
