/** The tokens of a device-tree source, as dtc's grammar names them. */

/** Kinds of token. `Unknown` is a character that no rule takes, `Open...` lacks its end. */
export const enum Token {
  End,
  Unknown,
  Name,
  Identifier,
  Number,
  Character,
  String,
  OpenString,
  Label,
  LabelReference,
  PathReference,
  OpenReference,
  Byte,
  OpenBrace,
  CloseBrace,
  Semicolon,
  Equals,
  Comma,
  Less,
  Greater,
  OpenBracket,
  CloseBracket,
  OpenParen,
  CloseParen,
  Slash,
  ShiftLeft,
  ShiftRight,
  LessEqual,
  GreaterEqual,
  EqualEqual,
  NotEqual,
  AndAnd,
  OrOr,
  Plus,
  Minus,
  Star,
  Percent,
  And,
  Or,
  Xor,
  Tilde,
  Not,
  Question,
  Colon,
  DtsV1,
  Plugin,
  MemReserve,
  Bits,
  DeleteProperty,
  DeleteNode,
  OmitIfNoRef,
  Incbin,
}

/** What the lexer expects: dtc's start conditions. */
export const enum Mode {
  /** Numbers, identifiers (which dtc refuses), operators. */
  Values,
  /** Names of properties and nodes. */
  Names,
  /** Pairs of hexadecimal digits. */
  Bytes,
}

/** Keywords between slashes, with the mode that each leads to (undefined: unchanged). */
export const KEYWORDS: readonly { readonly text: string; readonly token: Token; readonly mode: Mode | undefined }[] = [
  { text: '/dts-v1/', token: Token.DtsV1, mode: Mode.Values },
  { text: '/plugin/', token: Token.Plugin, mode: undefined },
  { text: '/memreserve/', token: Token.MemReserve, mode: Mode.Values },
  { text: '/bits/', token: Token.Bits, mode: Mode.Values },
  { text: '/delete-property/', token: Token.DeleteProperty, mode: Mode.Names },
  { text: '/delete-node/', token: Token.DeleteNode, mode: Mode.Names },
  { text: '/omit-if-no-ref/', token: Token.OmitIfNoRef, mode: Mode.Names },
  { text: '/incbin/', token: Token.Incbin, mode: undefined },
];

/** Single characters that are tokens of their own. */
export const PUNCTUATION: ReadonlyMap<string, Token> = new Map([
  ['{', Token.OpenBrace], ['}', Token.CloseBrace], [';', Token.Semicolon], ['=', Token.Equals],
  [',', Token.Comma], ['<', Token.Less], ['>', Token.Greater], ['[', Token.OpenBracket],
  [']', Token.CloseBracket], ['(', Token.OpenParen], [')', Token.CloseParen], ['/', Token.Slash],
  ['+', Token.Plus], ['-', Token.Minus], ['*', Token.Star], ['%', Token.Percent], ['&', Token.And],
  ['|', Token.Or], ['^', Token.Xor], ['~', Token.Tilde], ['!', Token.Not], ['?', Token.Question],
  [':', Token.Colon],
]);

/** Pairs of characters that are tokens of their own. */
export const PAIRS: ReadonlyMap<string, Token> = new Map([
  ['<<', Token.ShiftLeft], ['>>', Token.ShiftRight], ['<=', Token.LessEqual], ['>=', Token.GreaterEqual],
  ['==', Token.EqualEqual], ['!=', Token.NotEqual], ['&&', Token.AndAnd], ['||', Token.OrOr],
]);
