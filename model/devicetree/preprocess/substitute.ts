/** Puts arguments into a macro's body: `#`, `##`, `__VA_ARGS__`, `__VA_OPT__`, and padding. */
import type { MacroArgument } from './arguments.ts';
import type { MacroDefinition } from './define.ts';
import type { Expander } from './expander.ts';
import { APART, type LiveExpansion, PASTE, padding, STRINGIFY, type Token, TokenKind, WHITE } from './token.ts';

/** What substitution works with. */
export interface Substitution {
  readonly expander: Expander;
  /** The expansion being made, where origins are tracked. */
  readonly live: LiveExpansion | undefined;
}

/** The tokens of an invocation, before they are scanned again. */
export function substitute(definition: MacroDefinition, passed: readonly MacroArgument[], how: Substitution): Token[] {
  return new Substituter(definition, passed, how).run(definition.body());
}

class Substituter {
  private readonly definition: MacroDefinition;
  private readonly passed: readonly MacroArgument[];
  private readonly how: Substitution;
  private out: Token[] = [];

  constructor(definition: MacroDefinition, passed: readonly MacroArgument[], how: Substitution) {
    this.definition = definition;
    this.passed = passed;
    this.how = how;
    if (how.live !== undefined) {
      for (const argument of passed) argument.tokens = argument.tokens.map((token) => token.through(how.live));
    }
  }

  run(body: readonly Token[]): Token[] {
    for (let i = 0; i < body.length; i++) {
      const token = body[i];
      if (token === undefined) continue;
      const end = this.optionalEnd(body, i);
      if (end > 0) {
        this.optional(body, { start: i, end });
        i = end;
      } else if (token.param < 0) this.out.push(token.through(this.how.live));
      else this.parameter(body, i);
      if (this.out.length > this.how.expander.host.limits.macroTokens) break;
    }
    return this.out;
  }

  /** Where `__VA_OPT__(...)` that starts at an index ends, or -1. */
  private optionalEnd(body: readonly Token[], start: number): number {
    const token = body[start];
    if (token?.text !== '__VA_OPT__' || this.definition.parameters?.variadic !== true || body[start + 1]?.text !== '(') return -1;
    let depth = 0;
    for (let i = start + 1; i < body.length; i++) {
      if (body[i]?.text === '(') depth++;
      else if (body[i]?.text === ')' && --depth === 0) return i;
    }
    return -1;
  }

  /** `__VA_OPT__(...)`: its content where variable arguments were passed, otherwise nothing. */
  private optional(body: readonly Token[], at: { start: number; end: number }): void {
    const opening = body[at.start];
    const closing = body[at.end];
    if (opening === undefined || closing === undefined) return;
    const pastedLeft = ((body[at.start - 1]?.flags ?? 0) & PASTE) !== 0;
    const pastedRight = (closing.flags & PASTE) !== 0;
    const outer = this.out;
    this.out = [];
    const variable = this.passed[this.passed.length - 1];
    const present = variable !== undefined && this.expanded(variable).some((token) => token.kind !== TokenKind.padding);
    if (present) this.run(body.slice(at.start + 2, at.end));
    const inner = this.out;
    this.out = outer;
    if (!pastedLeft) outer.push(padding(opening));
    if ((opening.flags & STRINGIFY) !== 0) {
      const text = stringify(inner, opening).through(this.how.live);
      outer.push(pastedRight ? text.withFlags(text.flags | PASTE) : text, APART);
      return;
    }
    const first = inner.findIndex((token) => token.kind !== TokenKind.padding);
    if (first < 0) {
      if (pastedLeft) this.mark(pastedRight);
    } else {
      outer.push(...(pastedLeft ? inner.slice(first) : inner));
      this.mark(pastedRight);
    }
    if (!pastedRight) outer.push(APART);
  }

  private parameter(body: readonly Token[], index: number): void {
    const token = body[index];
    const argument = token === undefined ? undefined : this.passed[token.param];
    if (token === undefined || argument === undefined) return;
    const pastedLeft = index > 0 && ((body[index - 1]?.flags ?? 0) & PASTE) !== 0;
    const pastedRight = (token.flags & PASTE) !== 0;
    const tokens = this.tokensFor(token, argument, pastedLeft || pastedRight);
    let mark = tokens.length > 0 && pastedRight;
    if (pastedLeft) mark = this.beforePasted(token, argument, tokens) || mark;
    else if (index > 0) this.out.push(padding(token));
    // One by one: an argument may have more tokens than a call has room for.
    for (const each of tokens) this.out.push(each);
    if (mark) this.mark(pastedRight);
    if (!pastedRight) this.out.push(APART);
  }

  private tokensFor(token: Token, argument: MacroArgument, pasted: boolean): readonly Token[] {
    if ((token.flags & STRINGIFY) !== 0) {
      argument.stringified ??= stringify(argument.tokens, token).through(this.how.live);
      return [argument.stringified];
    }
    return pasted ? argument.tokens : this.expanded(argument);
  }

  private expanded(argument: MacroArgument): readonly Token[] {
    argument.expanded ??= this.how.expander.isolate(argument.tokens);
    return argument.expanded;
  }

  /** `, ## __VA_ARGS__` and empty right-hand sides. Answers whether the token before needs its mark reviewed. */
  private beforePasted(token: Token, argument: MacroArgument, tokens: readonly Token[]): boolean {
    const { parameters } = this.definition;
    const isRest = parameters?.variadic === true && token.param === parameters.names.length - 1;
    const before = this.out.at(-1);
    if (isRest && before?.text === ',' && before.kind === TokenKind.punctuator) {
      if (argument.absent) this.out.pop();
      else if (tokens.length > 0) this.out[this.out.length - 1] = before.withFlags(before.flags & ~PASTE);
      else return true;
      return false;
    }
    return tokens.length === 0;
  }

  /** Sets or clears the mark of `##` on the last token. */
  private mark(pasted: boolean): void {
    const last = this.out.at(-1);
    if (last === undefined) return;
    this.out[this.out.length - 1] = last.withFlags(pasted ? last.flags | PASTE : last.flags & ~PASTE);
  }
}

/** The string literal that `#` makes of an argument. */
function stringify(tokens: readonly Token[], at: Token): Token {
  let text = '';
  let source: Token | undefined;
  for (const token of tokens) {
    if (token.kind === TokenKind.padding) {
      if (source === undefined || ((source.flags & WHITE) === 0 && token.source === undefined)) source = token.source;
      continue;
    }
    source ??= token;
    if (text !== '' && (source.flags & WHITE) !== 0) text += ' ';
    source = undefined;
    const quoted = token.kind === TokenKind.string || token.kind === TokenKind.char || /^["']/.test(token.text);
    text += quoted ? token.text.replace(/["\\]/g, '\\$&') : token.text;
  }
  // An odd number of backslashes at the end would swallow the closing quote.
  let slashes = 0;
  while (text.charCodeAt(text.length - 1 - slashes) === 92) slashes++;
  const odd = slashes % 2 === 1;
  return at.replaced(TokenKind.string, `"${odd ? text.slice(0, -1) : text}"`, 0);
}
