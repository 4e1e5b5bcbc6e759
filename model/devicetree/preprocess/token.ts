/**
 * Preprocessing tokens, in the shape that macro expansion needs: with the white space before
 * them, the marks of `#`, `##` and blue paint, and padding, which carries white space across
 * macro borders. Device-tree tokens are another matter and another lexer.
 */
import type { MacroDefinition } from './define.ts';
import type { ScannedFile } from './scan.ts';

/** What a token is. */
export const TokenKind = {
  name: 1,
  number: 2,
  string: 3,
  char: 4,
  /** A character that C has no use for, or the rest of a line after a lone quote. */
  other: 5,
  punctuator: 6,
  padding: 7,
  end: 8,
} as const;

/** White space stands before the token. */
export const WHITE = 1;
/** `##` stands after the token. */
export const PASTE = 2;
/** A name that was met inside its own expansion and stays as it is for good. */
export const PAINTED = 4;
/** A parameter with `#` before it. */
export const STRINGIFY = 8;
/** The first token of a line. */
export const LINE_START = 16;

/** One expansion while it runs, for origins. */
export interface LiveExpansion {
  readonly definition: MacroDefinition;
  /** The name and, for invocations with arguments, the closing parenthesis. */
  readonly name: Token;
  readonly close: Token | undefined;
  readonly parent: LiveExpansion | undefined;
}

/** One preprocessing token; shared between expansions, so never changed once made. */
export class Token {
  readonly kind: number;
  readonly text: string;
  readonly flags: number;
  /** Where it is written: an offset into the cooked text of `scan`. */
  readonly pos: number;
  scan: ScannedFile | undefined = undefined;
  /** Which parameter of the macro it names, or -1. */
  param = -1;
  /** For padding: the token whose white space counts. */
  source: Token | undefined = undefined;
  /** The expansion that it came through, where that is tracked. */
  expansion: LiveExpansion | undefined = undefined;

  /** A token as the lexer finds it. */
  constructor(kind: number, text: string, flags: number, pos = 0) {
    this.kind = kind;
    this.text = text;
    this.flags = flags;
    this.pos = pos;
  }

  /** The same token with other flags. */
  withFlags(flags: number): Token {
    if (flags === this.flags) return this;
    return this.copy(flags, this.expansion);
  }

  /** Another text in the place of this one, come through the same expansion. */
  replaced(kind: number, text: string, flags: number): Token {
    const token = new Token(kind, text, flags, this.pos);
    token.scan = this.scan;
    token.expansion = this.expansion;
    return token;
  }

  /** The same token, come through an expansion. */
  through(expansion: LiveExpansion | undefined): Token {
    return expansion === undefined ? this : this.copy(this.flags, expansion);
  }

  private copy(flags: number, expansion: LiveExpansion | undefined): Token {
    const copy = new Token(this.kind, this.text, flags, this.pos);
    copy.scan = this.scan;
    copy.param = this.param;
    copy.source = this.source;
    copy.expansion = expansion;
    return copy;
  }
}

/** The end of the input, of an argument, or of a directive. */
export const END = new Token(TokenKind.end, '', 0);

/** Padding that only keeps tokens apart. */
export const APART = new Token(TokenKind.padding, '', 0);

/** Padding that stands for the white space before `source`. */
export function padding(source: Token): Token {
  const token = new Token(TokenKind.padding, '', 0);
  token.source = source;
  return token;
}

/** Operators that form another operator with `=` after them. */
const BEFORE_EQUALS = new Set(['=', '!', '>', '<', '+', '-', '*', '/', '%', '&', '|', '^', '>>', '<<']);

/** First characters that would melt into the operator before them. */
const MELTING: Readonly<Record<string, string>> = {
  '>': '>', '<': '<%:', '+': '+', '-': '->', '/': '/*', '%': ':>', '<=': '>', '&': '&', '|': '|', ':': ':>', '->': '*', '.': '.%', '#': '#%',
};

/** Whether two tokens need a space between them so that they do not read as one. */
export function mustStayApart(left: Token, right: Token): boolean {
  const { kind } = right;
  const first = kind === TokenKind.punctuator ? right.text.charAt(0) : '';
  switch (left.kind) {
    case TokenKind.punctuator:
      if (first === '=' && BEFORE_EQUALS.has(left.text)) return true;
      if (left.text === '.' && kind === TokenKind.number) return true;
      return first !== '' && (MELTING[left.text] ?? '').includes(first);
    case TokenKind.name:
      return kind === TokenKind.name || kind === TokenKind.string || kind === TokenKind.char
        || (kind === TokenKind.number && right.text.charAt(0) !== '.');
    case TokenKind.number:
      return kind === TokenKind.number || kind === TokenKind.name || kind === TokenKind.char
        || first === '.' || first === '+' || first === '-';
    case TokenKind.other:
      return left.text.charAt(0) === '\\' && kind === TokenKind.name;
    default:
      return false;
  }
}
