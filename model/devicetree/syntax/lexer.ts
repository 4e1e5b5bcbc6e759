/**
 * The lexer of device-tree sources: a pull lexer over expanded text that keeps one token at a
 * time in its own fields, so that the hot path allocates nothing. It has dtc's start conditions
 * and dtc's longest match, with mercies for half-typed text: a string that runs over a line end
 * and is not followed by what may follow a string ends at that line, a character literal does not
 * run over lines, and a line comment may end with the text. It does not read linemarkers' positions: the preprocessor has done that.
 */
import { Chars, CLASSES, classOf, hexDigit } from './chars.ts';
import { KEYWORDS, Mode, PAIRS, PUNCTUATION, Token } from './token.ts';

const QUOTE = 0x22, HASH = 0x23, AMPERSAND = 0x26, APOSTROPHE = 0x27, STAR = 0x2a, SLASH = 0x2f;
const COLON = 0x3a, BACKSLASH = 0x5c, OPEN_BRACE = 0x7b, CLOSE_BRACE = 0x7d, NEWLINE = 0x0a;
const LINEMARKER = /#(?:line)?[ \t]+[0-9]+[ \t]+"(?:[^\\"\n]|\\.)*"(?:[ \t]+[0-9]+)*/y;
/** Numbers of up to this many hexadecimal or decimal digits are exact as JavaScript numbers. */
const SAFE_HEX = 13, SAFE_DECIMAL = 15;

const SINGLES = new Uint8Array(128);
for (const [char, token] of PUNCTUATION) SINGLES[char.charCodeAt(0)] = token;
/** 1 for what may be the second character of a pair. */
const SECONDS = new Uint8Array(128);
for (const pair of PAIRS.keys()) SECONDS[pair.charCodeAt(1)] = 1;
const DOUBLES = new Map([...PAIRS].map(([pair, token]) => [pair.charCodeAt(0) * 128 + pair.charCodeAt(1), token]));

/** What is odd about a number. */
export type NumberFault = 'octal' | 'range' | 'digits' | undefined;

/** The lexer; its fields describe the current token. */
export class Lexer {
  kind: Token = Token.End;
  start = 0;
  end = 0;
  mode: Mode = Mode.Names;
  /** The end of the token before the current one. */
  previousEnd = 0;
  /** Of a number: its value, exact where `big` is undefined. */
  value = 0;
  big: bigint | undefined;
  fault: NumberFault;
  /** Of a string or character: it has escapes or characters beyond ASCII. */
  special = false;
  /** Up to where the text was looked at beyond the tokens read, for the end of a comment or literal. */
  seen = 0;
  /** How many tokens were read, which is how much work was done. */
  tokens = 0;

  constructor(readonly text: string, private readonly numberDigits: number) {}

  /** The text of the current token. */
  slice(): string {
    return this.text.slice(this.start, this.end);
  }

  /** Reads on from an offset in another mode, as if the token there had not been read. */
  restart(offset: number, mode: Mode): void {
    const { previousEnd } = this;
    this.end = offset;
    this.mode = mode;
    this.advance();
    this.previousEnd = previousEnd;
  }

  /** Reads the next token into the fields. */
  advance(): void {
    this.previousEnd = this.end;
    this.tokens++;
    const start = this.skipBlanks(this.end);
    this.start = start;
    const code = this.text.charCodeAt(start);
    const bits = classOf(code);
    if (this.mode === Mode.Names) {
      if ((bits & Chars.Name) !== 0) return this.name(start);
      if (code === BACKSLASH && (classOf(this.text.charCodeAt(start + 1)) & Chars.Name) !== 0) return this.name(start + 1);
    } else if ((bits & Chars.Label) !== 0) {
      return this.mode === Mode.Bytes ? this.byte(bits) : this.word(bits);
    }
    this.symbol(code);
  }

  /** The code unit of the first character after the current token that is no blank or comment. */
  peek(): number {
    return this.text.charCodeAt(this.skipBlanks(this.end));
  }

  /** The offset of the first character at or after `pos` that is no blank, comment or linemarker. */
  skipBlanks(from: number): number {
    const { text } = this;
    let pos = from;
    for (;;) {
      let code = text.charCodeAt(pos);
      while (((CLASSES[code] ?? 0) & Chars.Space) !== 0) code = text.charCodeAt(++pos);
      if (code !== SLASH && code !== HASH) return pos;
      const next = code === SLASH ? this.comment(pos) : this.linemarker(pos);
      if (next === pos) return pos;
      pos = next;
    }
  }

  private comment(pos: number): number {
    const next = this.text.charCodeAt(pos + 1);
    if (next !== STAR && next !== SLASH) return pos;
    const close = next === STAR ? this.text.indexOf('*/', pos + 2) : this.text.indexOf('\n', pos);
    if (close < 0) this.seen = this.text.length;
    if (close < 0) return next === STAR ? pos : this.text.length;
    return close + (next === STAR ? 2 : 1);
  }

  private linemarker(pos: number): number {
    if (pos > 0 && this.text.charCodeAt(pos - 1) !== NEWLINE) return pos;
    LINEMARKER.lastIndex = pos;
    return LINEMARKER.test(this.text) ? LINEMARKER.lastIndex : pos;
  }

  private take(kind: Token, end: number): void {
    this.kind = kind;
    this.end = end;
  }

  private name(from: number): void {
    const { text } = this;
    let pos = from;
    let all: number = Chars.Label;
    for (let bits = CLASSES[text.charCodeAt(pos)] ?? 0; (bits & Chars.Name) !== 0; bits = CLASSES[text.charCodeAt(++pos)] ?? 0) {
      all &= bits;
    }
    if (all !== 0 && from === this.start && text.charCodeAt(pos) === COLON && (classOf(text.charCodeAt(from)) & Chars.LabelStart) !== 0) {
      return this.take(Token.Label, pos + 1);
    }
    this.take(Token.Name, pos);
    this.mode = Mode.Values;
  }

  private endOfLabel(from: number): number {
    const { text } = this;
    let pos = from;
    while (((CLASSES[text.charCodeAt(pos)] ?? 0) & Chars.Label) !== 0) pos++;
    return pos;
  }

  private byte(bits: number): void {
    const end = this.endOfLabel(this.start);
    if (this.text.charCodeAt(end) === COLON && (bits & Chars.LabelStart) !== 0) return this.take(Token.Label, end + 1);
    const second = this.text.charCodeAt(this.start + 1);
    if ((bits & Chars.Hex) === 0 || (classOf(second) & Chars.Hex) === 0) return this.take(Token.Unknown, this.start + 1);
    this.value = hexDigit(this.text.charCodeAt(this.start)) * 16 + hexDigit(second);
    this.take(Token.Byte, this.start + 2);
  }

  private word(bits: number): void {
    if ((bits & Chars.Digit) !== 0) return this.number();
    const end = this.endOfLabel(this.start);
    if (this.text.charCodeAt(end) === COLON) this.take(Token.Label, end + 1);
    else this.take(Token.Identifier, end);
  }

  private number(): void {
    const { text, start } = this;
    const isHex = text.charCodeAt(start) === 0x30 && (text.charCodeAt(start + 1) | 32) === 0x78 &&
      (classOf(text.charCodeAt(start + 2)) & Chars.Hex) !== 0;
    const wanted = isHex ? Chars.Hex : Chars.Digit;
    const base = isHex ? 16 : 10;
    const first = isHex ? start + 2 : start;
    let pos = first;
    let value = 0;
    for (let code = text.charCodeAt(pos); ((CLASSES[code] ?? 0) & wanted) !== 0; code = text.charCodeAt(++pos)) {
      value = value * base + hexDigit(code);
    }
    this.value = value;
    this.big = undefined;
    this.fault = undefined;
    if (!isHex && pos - start > 1 && text.charCodeAt(start) === 0x30) this.octal(text.slice(start, pos));
    else if (pos - first > (isHex ? SAFE_HEX : SAFE_DECIMAL)) this.long(text.slice(start, pos));
    this.take(Token.Number, this.endOfSuffix(pos));
  }

  private octal(digits: string): void {
    if (/[89]/.test(digits)) {
      this.fault = 'octal';
      this.value = digits.length > this.numberDigits ? 0 : Number.parseInt(digits, 8);
    } else this.long(`0o${digits.slice(1)}`);
  }

  private long(literal: string): void {
    this.value = 0;
    if (literal.length > this.numberDigits) {
      this.fault = 'digits';
      return;
    }
    const exact = BigInt(literal);
    if (exact > 0xffff_ffff_ffff_ffffn) {
      this.fault = 'range';
      this.big = 0xffff_ffff_ffff_ffffn;
    } else if (exact > BigInt(Number.MAX_SAFE_INTEGER)) this.big = exact;
    this.value = Number(this.big ?? exact);
  }

  private endOfSuffix(pos: number): number {
    const { text } = this;
    if (text.charCodeAt(pos) === 0x55) return text.charCodeAt(pos + 1) !== 0x4c ? pos + 1 : text.charCodeAt(pos + 2) === 0x4c ? pos + 3 : pos + 2;
    if (text.charCodeAt(pos) !== 0x4c) return pos;
    return text.charCodeAt(pos + 1) === 0x4c ? pos + 2 : pos + 1;
  }

  private symbol(code: number): void {
    if (code === QUOTE) return this.string();
    if (code === APOSTROPHE) return this.character();
    if (code === AMPERSAND && this.reference()) return;
    if (code === SLASH && this.keyword()) return;
    if (Number.isNaN(code)) return this.take(Token.End, this.start);
    const next = this.text.charCodeAt(this.start + 1);
    if (SECONDS[next] === 1) {
      const pair = DOUBLES.get(code * 128 + next);
      if (pair !== undefined) return this.take(pair, this.start + 2);
    }
    const kind: Token = code < 128 ? SINGLES[code] ?? 0 : 0;
    this.take(kind === Token.End ? Token.Unknown : kind, this.start + 1);
    if (kind === Token.OpenBracket) this.mode = Mode.Bytes;
    else if (kind === Token.OpenBrace || kind === Token.Semicolon) this.mode = Mode.Names;
    else if (kind === Token.CloseBracket && this.mode === Mode.Bytes) this.mode = Mode.Values;
  }

  private keyword(): boolean {
    for (const { text, token, mode } of KEYWORDS) {
      if (!this.text.startsWith(text, this.start)) continue;
      if (token === Token.Incbin && this.mode !== Mode.Values) return false;
      if (mode !== undefined) this.mode = mode;
      this.take(token, this.start + text.length);
      return true;
    }
    return false;
  }

  private reference(): boolean {
    const { text, start } = this;
    const next = text.charCodeAt(start + 1);
    if ((classOf(next) & Chars.LabelStart) !== 0) {
      this.take(Token.LabelReference, this.endOfLabel(start + 1));
      return true;
    }
    if (next !== OPEN_BRACE) return false;
    let pos = start + 2;
    while ((classOf(text.charCodeAt(pos)) & Chars.Path) !== 0) pos++;
    if (text.charCodeAt(pos) === CLOSE_BRACE) this.take(Token.PathReference, pos + 1);
    else this.take(Token.OpenReference, pos);
    return true;
  }

  private string(): void {
    const { text } = this;
    let pos = this.start + 1;
    let line = -1;
    this.special = false;
    for (let code = text.charCodeAt(pos); code !== QUOTE; code = text.charCodeAt(++pos)) {
      if (code === BACKSLASH) {
        this.special = true;
        pos++;
        if (text.charCodeAt(pos) !== NEWLINE) continue;
        return this.take(Token.OpenString, pos - 1);
      }
      if (code === NEWLINE && line < 0) line = pos;
      else if (code > 127) this.special = true;
      else if (Number.isNaN(code)) {
        this.seen = text.length;
        return this.take(Token.OpenString, line < 0 ? text.length : line);
      }
    }
    if (line >= 0 && !this.mayFollowString(pos + 1)) return this.take(Token.OpenString, line);
    this.take(Token.String, pos + 1);
  }

  /** What dtc's grammar lets follow a string: `,`, `;`, `)` or a label. */
  private mayFollowString(from: number): boolean {
    const pos = this.skipBlanks(from);
    const char = this.text.charAt(pos);
    this.seen = Math.max(this.seen, this.endOfLabel(pos) + 1);
    return char === ',' || char === ';' || char === ')' || this.text.charCodeAt(this.endOfLabel(pos)) === COLON;
  }

  /** dtc's longest match lets a literal run on past a quote after a backslash. */
  private character(): void {
    const { text } = this;
    let pos = this.start + 1;
    let last = -1;
    this.special = false;
    for (; pos < text.length; pos++) {
      const code = text.charCodeAt(pos);
      if (code === BACKSLASH || code > 127) this.special = true;
      if (code !== APOSTROPHE) continue;
      last = pos + 1;
      if (text.charCodeAt(pos - 1) !== BACKSLASH || pos === this.start + 1) break;
    }
    this.seen = Math.max(this.seen, pos + 1);
    const isBroken = last < 0 || (last - this.start !== 3 && text.slice(this.start, last).includes('\n'));
    this.take(isBroken ? Token.Unknown : Token.Character, isBroken ? this.start + 1 : last);
  }
}
