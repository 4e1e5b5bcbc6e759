/**
 * Problems as the formats of `vsmmu check` need them: with lines and columns, sorted, and each
 * once. A fault in a shared `.dtsi` is found through every board that includes it.
 */
import { LineIndex } from '../../model/devicetree/source/lines.ts';
import type { Level, Problem, SourceRange } from '../../model/problem.ts';

/** A place in a file; line and column count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A range of a file in lines and columns; `end` is exclusive. */
export interface PlacedRange extends SourceRange {
  readonly from: Position;
  readonly to: Position;
}

/** One problem with its places. */
export interface Finding {
  readonly problem: Problem;
  readonly place: PlacedRange;
  readonly related: readonly { readonly place: PlacedRange; readonly message: string }[];
  /** The line of the source where it begins, without its line end. */
  readonly line: string;
}

/** Lines of files by offset, each file read once. */
export class Lines {
  readonly #files = new Map<string, { text: string; index: LineIndex }>();

  constructor(readonly readText: (path: string) => string | undefined) {}

  place(range: SourceRange): PlacedRange {
    return { ...range, from: this.#position(range.file, range.start), to: this.#position(range.file, range.end) };
  }

  /** The text of a line, counted from 1. */
  line(file: string, line: number): string {
    const { text, index } = this.#open(file);
    return text.slice(index.startOf(line - 1), index.startOf(line)).replace(/[\r\n]+$/, '');
  }

  #position(file: string, offset: number): Position {
    const { index } = this.#open(file);
    const line = index.lineAt(offset);
    return { line: line + 1, column: offset - index.startOf(line) + 1 };
  }

  #open(file: string): { text: string; index: LineIndex } {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const text = this.readText(file) ?? '';
    const opened = { text, index: new LineIndex(text) };
    this.#files.set(file, opened);
    return opened;
  }
}

function compare(a: Problem, b: Problem): number {
  if (a.range.file !== b.range.file) return a.range.file < b.range.file ? -1 : 1;
  return a.range.start - b.range.start || a.range.end - b.range.end || (a.id < b.id ? -1 : Number(a.id > b.id));
}

function key(problem: Problem): string {
  return `${problem.range.file}\0${problem.range.start}\0${problem.range.end}\0${problem.id}\0${problem.message}`;
}

/** Collects problems of many trees, each once. */
export class Collection {
  readonly #problems = new Map<string, Problem>();

  add(problems: Iterable<Problem>): void {
    for (const problem of problems) {
      const id = key(problem);
      if (!this.#problems.has(id)) this.#problems.set(id, problem);
    }
  }

  get size(): number {
    return this.#problems.size;
  }

  /** In the order of files and places. */
  findings(lines: Lines): Finding[] {
    return [...this.#problems.values()].sort(compare).map((problem) => {
      const place = lines.place(problem.range);
      return {
        problem,
        place,
        related: (problem.related ?? []).map((r) => ({ place: lines.place(r.range), message: r.message })),
        line: lines.line(place.file, place.from.line),
      };
    });
  }
}

/** How many findings there are of each level. */
export function count(findings: readonly Finding[]): Record<Level, number> {
  const counts = { error: 0, warning: 0, information: 0, hint: 0 };
  for (const { problem } of findings) counts[problem.level] += 1;
  return counts;
}
