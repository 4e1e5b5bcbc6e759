/**
 * Lines of texts: where a scenario can be stopped, and which device a line of a board is about. Lines
 * count from 0.
 */
import type { SourceRange } from '../../model/problem.ts';
import type { Action, Program } from '../scenario/program.ts';
import type { SystemDevice } from '../system/system.ts';

/** Line numbers of the texts of one session. */
export class Lines {
  readonly #texts = new Map<string, readonly number[]>();
  readonly #read: (path: string) => string | undefined;
  readonly #program: Program;
  /** Lines of actions by file, ascending. */
  readonly #legal = new Map<string, number[]>();
  readonly #parents = new Map<Action, Action>();

  constructor(program: Program, read: (path: string) => string | undefined) {
    this.#program = program;
    this.#read = read;
    this.#visit(program.actions, undefined);
    for (const lines of this.#legal.values()) lines.sort((a, b) => a - b);
  }

  #visit(actions: readonly Action[], parent: Action | undefined): void {
    for (const action of actions) {
      if (parent !== undefined) this.#parents.set(action, parent);
      if (action.body.length > 0) this.#visit(action.body, action);
      else this.#linesOf(action.at.file).push(action.line);
    }
  }

  #linesOf(file: string): number[] {
    const lines = this.#legal.get(file) ?? [];
    this.#legal.set(file, lines);
    return lines;
  }

  /** The block that an action stands in. */
  parent(action: Action): Action | undefined {
    return this.#parents.get(action);
  }

  /** The lines of a scenario text that can be stopped at; undefined for other texts. */
  legal(file: string): readonly number[] | undefined {
    const isScenario = this.#program.texts.some((t) => t.path === file) || this.#program.path === file;
    return isScenario ? this.#legal.get(file) ?? [] : undefined;
  }

  #starts(file: string): readonly number[] {
    const known = this.#texts.get(file);
    if (known !== undefined) return known;
    const text = this.#program.texts.find((t) => t.path === file)?.text ?? this.#read(file) ?? '';
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#texts.set(file, starts);
    return starts;
  }

  /** The line of an offset. */
  lineOf(file: string, offset: number): number {
    const starts = this.#starts(file);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The lines of a range, first and last. */
  span(range: SourceRange): { readonly first: number; readonly last: number } {
    return { first: this.lineOf(range.file, range.start), last: this.lineOf(range.file, Math.max(range.start, range.end - 1)) };
  }

  /** The device that a line of a board is about: its node begins there, or its streams are written there. The innermost node of several. */
  deviceAt(devices: readonly SystemDevice[], file: string, line: number): SystemDevice | undefined {
    const found = devices.flatMap((device) => {
      const spans = [device.node, device.at].flatMap((r) => (r?.file === file ? [this.span(r)] : []));
      if (spans.length === 0) return [];
      const first = Math.min(...spans.map((s) => s.first));
      const last = Math.max(...spans.map((s) => s.last));
      return line >= first && line <= last ? [{ device, first }] : [];
    });
    return found.reduce<(typeof found)[number] | undefined>((best, f) => (best === undefined || f.first > best.first ? f : best), undefined)?.device;
  }

  /** The lines at which devices can be stopped at in a text that is no scenario. */
  deviceLines(devices: readonly SystemDevice[], file: string): number[] {
    const lines = devices.flatMap((d) => [d.node, d.at].flatMap((r) => (r?.file === file ? [this.span(r).first] : [])));
    return [...new Set(lines)].sort((a, b) => a - b);
  }
}
