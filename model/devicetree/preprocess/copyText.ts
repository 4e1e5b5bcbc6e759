/** Copies text to the output; after a linemarker, line by line, as the lines come from elsewhere. */
import { linesOf } from '../source/lines.ts';
import type { Frame, State } from './state.ts';

/** Copies `[start, end)` of the innermost file. */
export function copyText(state: State, frame: Frame, start: number, end: number): void {
  if (start >= end) return;
  const presumed = frame.marked;
  const text = frame.scan.text.slice(start, end);
  if (presumed === undefined || presumed.inclusion < 0 || presumed.inclusion === frame.inclusion) {
    state.output.copy(frame.inclusion, start, text);
    return;
  }
  const target = state.inclusions[presumed.inclusion]?.file;
  if (target === undefined) return;
  const own = linesOf(frame.scan.file);
  const lines = linesOf(target);
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline + 1;
    const raw = frame.scan.cooked.raw(start + from);
    const physical = own.lineAt(raw);
    const line = presumed.line - 1 + physical - presumed.physical;
    const column = raw - own.startOf(physical);
    const lineEnd = lines.endOf(line);
    const at = Math.min(lineEnd, lines.startOf(line) + column);
    state.output.approximate({ inclusion: presumed.inclusion, start: at, end: lineEnd, log: 0 }, text.slice(from, to));
    from = to;
  }
}
