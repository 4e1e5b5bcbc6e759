/** Where the lines of a text start, as every program of this trade counts them: from `\n` to `\n`. */

/** The line starts of one text. */
export class LineIndex {
  private readonly starts: number[] = [0];
  private readonly length: number;

  /** Finds all lines. */
  constructor(text: string) {
    this.length = text.length;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.starts.push(at + 1);
  }

  /** The line of an offset, from 0. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Where a line starts, or the end of the text for one beyond it. */
  startOf(line: number): number {
    return this.starts[line] ?? this.length;
  }

  /** Where a line ends, without its line feed. */
  endOf(line: number): number {
    const next = this.starts[line + 1];
    return next === undefined ? this.length : next - 1;
  }
}

const indices = new WeakMap<object, LineIndex>();

/** The lines of a source file, found at the first call. */
export function linesOf(file: { readonly text: string }): LineIndex {
  const known = indices.get(file);
  if (known !== undefined) return known;
  const made = new LineIndex(file.text);
  indices.set(file, made);
  return made;
}
