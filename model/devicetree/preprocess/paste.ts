/** The `##` operator. Operands that form no token stay two tokens, as in gcc's assembler mode. */
import { Lexer } from './lexer.ts';
import { PASTE, type Token, TokenKind, WHITE } from './token.ts';

/** Joins `first` with the tokens after it as long as `##` stands between them, reading on in `rest`. */
export function pasteTokens(first: Token, rest: { tokens: readonly Token[]; next: number }): Token {
  let left = first.withFlags(first.flags & ~PASTE);
  for (;;) {
    const right = rest.tokens[rest.next];
    if (right === undefined) return left;
    rest.next++;
    if (right.kind === TokenKind.padding) return left;
    const joined = join(left, right);
    if (joined === undefined) {
      rest.next--;
      return left;
    }
    left = joined;
    if ((right.flags & PASTE) === 0) return left;
  }
}

function join(left: Token, right: Token): Token | undefined {
  // A slash before anything but `=` must not begin a comment.
  const gap = left.text === '/' && right.text !== '=' ? ' ' : '';
  const text = left.text + gap + right.text;
  const lexer = new Lexer(text, 0, text.length);
  const token = lexer.next();
  if (token === undefined || lexer.pos < text.length) return undefined;
  return left.replaced(token.kind, token.text, left.flags & WHITE);
}
