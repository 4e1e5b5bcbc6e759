/**
 * The tokens of one file as the user sees it, before any preprocessing: directives, both branches
 * of `#if`, macros by name. Highlighting, folding, formatting and "what stands at the cursor" read
 * these, because they must work on the file alone and on half-typed text. Kept as three parallel
 * arrays, since a SoC's file has tens of thousands of them. It does not know what a name means.
 */

/** What a raw token is. */
export const enum Raw {
  Comment,
  /** A whole preprocessor line with its continuations. */
  Directive,
  /** `/dts-v1/`, `/delete-node/`, `/bits/` ... */
  Keyword,
  String,
  Char,
  /** `&label` or `&{/path}`. */
  Reference,
  /** A label where it is defined, without its colon. */
  Label,
  /** A node or property name, or a macro in their place. */
  Name,
  Number,
  /** An identifier in a value: a macro. */
  Word,
  /** One or two characters of punctuation. */
  Punct,
  /** Text between `[` and `]`. */
  Bytes,
  /** A character that begins nothing. */
  Junk,
}

/** The tokens of one file. */
export class RawTokens {
  length = 0;
  private kinds = new Uint8Array(256);
  private starts = new Int32Array(256);
  private ends = new Int32Array(256);

  constructor(readonly text: string) {}

  push(kind: Raw, start: number, end: number): void {
    if (this.length === this.kinds.length) this.grow();
    this.kinds[this.length] = kind;
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.length += 1;
  }

  kind(index: number): Raw | undefined {
    return index < 0 || index >= this.length ? undefined : this.kinds[index];
  }

  start(index: number): number {
    return index < this.length ? (this.starts[index] ?? 0) : this.text.length;
  }

  end(index: number): number {
    return index < 0 ? 0 : (this.ends[index] ?? this.text.length);
  }

  textOf(index: number): string {
    return this.text.slice(this.start(index), this.end(index));
  }

  /** Whether token `index` is this punctuation. */
  is(index: number, punct: string): boolean {
    return this.kind(index) === Raw.Punct && this.end(index) - this.start(index) === punct.length
      && this.text.startsWith(punct, this.start(index));
  }

  /** The last token that starts at or before `offset`, -1 where there is none. */
  indexAt(offset: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The token that a cursor at `offset` touches; where two meet, the one that is a word. */
  touching(offset: number): number {
    const index = this.indexAt(offset);
    if (index < 0 || this.end(index) < offset) return -1;
    const meets = this.start(index) === offset && index > 0 && this.end(index - 1) === offset;
    if (meets && this.kind(index) === Raw.Punct) return index - 1;
    return this.end(index) === offset && this.kind(index) === Raw.Punct && this.start(index + 1) === offset ? index + 1 : index;
  }

  private grow(): void {
    const kinds = new Uint8Array(this.kinds.length * 2);
    const starts = new Int32Array(this.kinds.length * 2);
    const ends = new Int32Array(this.kinds.length * 2);
    kinds.set(this.kinds);
    starts.set(this.starts);
    ends.set(this.ends);
    [this.kinds, this.starts, this.ends] = [kinds, starts, ends];
  }
}
