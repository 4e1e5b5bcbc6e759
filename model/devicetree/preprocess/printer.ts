/** Writes expanded tokens as text, with a space wherever one stood or two tokens would melt together. */
import { mustStayApart, type Token, TokenKind, WHITE } from './token.ts';

/** A token and where it stands in the printed text. */
export interface PrintedToken {
  readonly at: number;
  readonly token: Token;
}

/** Prints one top-level expansion. */
export class Printer {
  text = '';
  /** The printed tokens, where asked for. */
  readonly pieces: PrintedToken[] | undefined;
  private previous: Token | undefined;
  private apart = false;
  private source: Token | undefined;

  /** `previous` is the token right before the invocation, undefined where white space stands there. */
  constructor(previous: Token | undefined, tracked: boolean) {
    this.previous = previous;
    this.pieces = tracked ? [] : undefined;
  }

  /** A printer for an invocation that follows at once. */
  continued(): Printer {
    const next = new Printer(this.previous, this.pieces !== undefined);
    next.apart = this.apart;
    next.source = this.source;
    return next;
  }

  /** The next token or padding. */
  add(token: Token): void {
    if (token.kind === TokenKind.padding) {
      this.apart = true;
      if (this.source === undefined || ((this.source.flags & WHITE) === 0 && token.source === undefined)) this.source = token.source;
      return;
    }
    if (this.needsSpace(token)) this.text += ' ';
    this.pieces?.push({ at: this.text.length, token });
    this.text += token.text;
    this.apart = false;
    this.source = undefined;
    this.previous = token;
  }

  /** Whether a space is due before whatever comes next. */
  get trails(): boolean {
    return this.apart && ((this.source?.flags ?? 0) & WHITE) !== 0;
  }

  /** Whether a space is due before a token. */
  needsSpace(token: Token): boolean {
    if (!this.apart) return (token.flags & WHITE) !== 0;
    const source = this.source ?? token;
    if ((source.flags & WHITE) !== 0) return true;
    return this.previous !== undefined && mustStayApart(this.previous, token);
  }
}
