/**
 * The first two translation phases of C: carriage returns before line feeds and spliced lines
 * (a backslash at the end of a line) vanish before anything looks at the text. Trigraphs are not
 * modelled: cpp ignores them unless asked. Offsets into the cooked text lead back to the file.
 */

const VANISHING = /\\[ \t\v\f]*\r?\n|\r(?=\n)|^\uFEFF/g;

/** A text without splices, and where the vanished characters were. */
export class Cooked {
  readonly text: string;
  /** Offsets into `text` before which something vanished, ascending. */
  private readonly cuts: readonly number[];
  /** How many characters had vanished up to and including each cut. */
  private readonly removed: readonly number[];

  /** Cooks a whole file. */
  constructor(raw: string) {
    const cuts: number[] = [];
    const removed: number[] = [];
    this.cuts = cuts;
    this.removed = removed;
    if (!raw.includes('\\') && !raw.includes('\r') && raw.charCodeAt(0) !== 0xfeff) {
      this.text = raw;
      return;
    }
    const parts: string[] = [];
    let from = 0;
    let total = 0;
    for (const match of raw.matchAll(VANISHING)) {
      parts.push(raw.slice(from, match.index));
      from = match.index + match[0].length;
      cuts.push(match.index - total);
      total += match[0].length;
      removed.push(total);
    }
    this.text = total === 0 ? raw : parts.join('') + raw.slice(from);
  }

  /** The offset in the file of the character at an offset of the cooked text. */
  raw(offset: number): number {
    if (this.cuts.length === 0) return offset;
    const at = countUpTo(this.cuts.length, (i) => (this.cuts[i] ?? 0) <= offset);
    return at === 0 ? offset : offset + (this.removed[at - 1] ?? 0);
  }

  /** The offset in the file just after the character before an offset of the cooked text. */
  rawEnd(offset: number): number {
    return offset === 0 ? 0 : this.raw(offset - 1) + 1;
  }

  /** The offset in the cooked text of an offset of the file; of vanished characters, that of the next one left. */
  cooked(raw: number): number {
    if (this.cuts.length === 0) return raw;
    const at = countUpTo(this.cuts.length, (i) => (this.cuts[i] ?? 0) + (this.removed[i - 1] ?? 0) < raw);
    if (at === 0) return raw;
    return Math.max(this.cuts[at - 1] ?? 0, raw - (this.removed[at - 1] ?? 0));
  }
}

/** How many of the indices from 0 satisfy a condition that holds for a prefix only. */
export function countUpTo(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
