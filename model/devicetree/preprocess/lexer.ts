/**
 * Splits cooked text into preprocessing tokens: for macro bodies, arguments, conditions and the
 * text around an expansion. Text without macros never comes here.
 */
import { CLASS_DIGIT, CLASS_NEWLINE, CLASS_OTHER, CLASS_WHITE, CLASS_WORD, CLASSES, literalEnd, numberEnd, wordEnd } from './chars.ts';
import type { ScannedFile } from './scan.ts';
import { LINE_START, Token, TokenKind, WHITE } from './token.ts';

const PUNCTUATORS: ReadonlySet<string> = new Set([
  '>>=', '<<=', '...', '->', '++', '--', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '##',
  '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=',
]);
const NO_PUNCTUATOR = '@$`\\';

/** Reads tokens from one range of cooked text. */
export class Lexer {
  pos: number;
  end: number;
  private readonly text: string;
  private readonly scan: ScannedFile | undefined;

  /** Reads `text` from `pos` to `end`; `scan` is what the tokens say they come from. */
  constructor(text: string, pos: number, end: number, scan?: ScannedFile) {
    this.text = text;
    this.pos = pos;
    this.end = end;
    this.scan = scan;
  }

  /** The next token, or undefined at the end. */
  next(): Token | undefined {
    const flags = this.skipWhite();
    const { text, pos } = this;
    if (pos >= this.end) return undefined;
    const c = text.charCodeAt(pos);
    const found = c < 128 ? CLASSES[c] : CLASS_OTHER;
    if (found === CLASS_WORD) return this.token(TokenKind.name, wordEnd(text, pos), flags);
    if (found === CLASS_DIGIT || (c === 46 && CLASSES[text.charCodeAt(pos + 1)] === CLASS_DIGIT)) {
      return this.token(TokenKind.number, numberEnd(text, pos), flags);
    }
    if (c === 34 || c === 39) return this.literal(c, flags);
    return this.punctuator(c, flags);
  }

  /** Skips white space, line ends and comments. Answers the flags of the token after them. */
  skipWhite(): number {
    const { text, end } = this;
    let flags = 0;
    while (this.pos < end) {
      const c = text.charCodeAt(this.pos);
      const found = c < 128 ? CLASSES[c] : CLASS_OTHER;
      if (found === CLASS_NEWLINE) flags = LINE_START | WHITE;
      else if (c === 47) {
        if (!this.skipComment()) break;
        flags |= WHITE;
        continue;
      } else if (found === CLASS_WHITE) flags |= WHITE;
      else break;
      this.pos++;
    }
    return flags;
  }

  private skipComment(): boolean {
    const next = this.text.charCodeAt(this.pos + 1);
    if (next !== 47 && next !== 42) return false;
    const close = next === 47 ? this.text.indexOf('\n', this.pos) : this.text.indexOf('*/', this.pos + 2);
    const past = next === 47 ? close : close + 2;
    this.pos = close < 0 ? this.end : Math.min(this.end, past);
    return true;
  }

  private literal(quote: number, flags: number): Token {
    const end = literalEnd(this.text, this.pos, this.end);
    const closed = end > this.pos + 1 && this.text.charCodeAt(end - 1) === quote && !this.escaped(end - 1);
    if (!closed) return this.token(TokenKind.other, end, flags);
    return this.token(quote === 34 ? TokenKind.string : TokenKind.char, end, flags);
  }

  /** Whether an odd number of backslashes stands before an offset. */
  private escaped(pos: number): boolean {
    let i = pos;
    while (i > this.pos + 1 && this.text.charCodeAt(i - 1) === 92) i--;
    return (pos - i) % 2 === 1;
  }

  private punctuator(c: number, flags: number): Token {
    const { text, pos } = this;
    if (c >= 128) {
      const width = (text.codePointAt(pos) ?? 0) > 0xffff ? 2 : 1;
      return this.token(TokenKind.other, pos + width, flags);
    }
    for (const length of [3, 2]) {
      if (pos + length <= this.end && PUNCTUATORS.has(text.slice(pos, pos + length))) {
        return this.token(TokenKind.punctuator, pos + length, flags);
      }
    }
    const kind = NO_PUNCTUATOR.includes(String.fromCharCode(c)) ? TokenKind.other : TokenKind.punctuator;
    return this.token(kind, pos + 1, flags);
  }

  private token(kind: number, to: number, flags: number): Token {
    const end = Math.min(to, this.end);
    const token = new Token(kind, this.text.slice(this.pos, end), flags, this.pos);
    token.scan = this.scan;
    this.pos = end;
    return token;
  }
}

/** All tokens of a range of cooked text. */
export function lexAll(text: string, start: number, end: number, scan?: ScannedFile): Token[] {
  const lexer = new Lexer(text, start, end, scan);
  const tokens: Token[] = [];
  for (let token = lexer.next(); token !== undefined; token = lexer.next()) tokens.push(token);
  return tokens;
}
