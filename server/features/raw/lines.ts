/**
 * Offsets to lines and back, in UTF-16 units as both LSP and JavaScript count. `\n`, `\r\n` and a
 * lone `\r` end a line.
 */

/** A place in a text, both counted from 0. */
export interface LinePosition {
  readonly line: number;
  readonly character: number;
}

/** The line starts of one text. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) this.starts.push(at + 1);
    }
  }

  get count(): number {
    return this.starts.length;
  }

  /** The offset at which `line` starts; the end of the text for a line beyond it. */
  start(line: number): number {
    return line < 0 ? 0 : (this.starts[line] ?? this.text.length);
  }

  positionAt(offset: number): LinePosition {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    const line = Math.max(0, low - 1);
    return { line, character: Math.min(offset, this.text.length) - this.start(line) };
  }

  /** The offset of a position; one beyond its line is held to the line's end. */
  offsetAt(position: LinePosition): number {
    const start = this.start(position.line);
    const end = this.start(position.line + 1);
    return Math.max(start, Math.min(start + position.character, end));
  }
}
