/**
 * One version of one file of the user's with what is read from it alone, each part made when first
 * asked for. Features that need no other file take this; the others take it beside a board.
 */
import { LineIndex } from './lines.ts';
import { lexRaw } from './lexer.ts';
import { type OutlineItem, outlineOf } from './outline.ts';
import type { RawTokens } from './tokens.ts';

/** A file as the user sees it. */
export class RawDocument {
  private lineIndex: LineIndex | undefined;
  private rawTokens: RawTokens | undefined;
  private items: OutlineItem[] | undefined;

  constructor(readonly path: string, readonly text: string) {}

  get lines(): LineIndex {
    return (this.lineIndex ??= new LineIndex(this.text));
  }

  get tokens(): RawTokens {
    return (this.rawTokens ??= lexRaw(this.text));
  }

  get outline(): readonly OutlineItem[] {
    return (this.items ??= outlineOf(this.tokens));
  }
}
