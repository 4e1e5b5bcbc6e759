/** The one line of a text that an offset lies in, for the editor: however long the text is, only this line is read. */
import { SCENARIO_LIMITS } from '../limits.ts';
import { chunksOf } from './chunks.ts';
import type { SyntaxLine } from './tree.ts';

/** The line around an offset; `end` cuts it short there, as if nothing followed. */
export function lineAt(text: string, offset: number, end = Number.POSITIVE_INFINITY): SyntaxLine {
  let start = Math.min(offset, text.length);
  while (start > 0 && !isLineEnd(text, start - 1)) start -= 1;
  let last = offset;
  while (last < text.length && last < end && !isLineEnd(text, last)) last += 1;
  let first = start;
  while (first < last && /[ \t\ufeff]/.test(text.charAt(first))) first += 1;
  const cut = Math.min(last, first + SCENARIO_LIMITS.scenarioLineChars);
  const { chunks, comment } = chunksOf(text, first, cut);
  return {
    line: 0, start, indent: text.slice(start, first), end: chunks.at(-1)?.end ?? comment, chunks,
    comment: comment < cut ? { start: comment, end: last } : undefined, isCut: cut < last && comment === cut,
  };
}

function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 10 || code === 13;
}
