/**
 * Fixtures for the language server: a text with `$0` for the cursor and lines of carets under what
 * is expected. Every feature test is an input and an expectation; nothing else is set up.
 */
import { RawDocument } from '../../server/features/raw/document.ts';

/** A text without its `$0`, and where that was. */
export function cursor(text: string): { text: string; offset: number } {
  const offset = text.indexOf('$0');
  if (offset < 0) throw new Error('the fixture has no $0');
  return { text: text.slice(0, offset) + text.slice(offset + 2), offset };
}

/** The file without its caret lines, and what stands above the carets, with the words after them. */
export function carets(text: string): { text: string; marks: { start: number; end: number; words: string }[] } {
  const kept: string[] = [];
  const marks: { start: number; end: number; words: string }[] = [];
  let lineStart = 0;
  for (const line of text.split('\n')) {
    const match = /^(\s*)(\^+)\s*(.*)$/.exec(line);
    if (match === null) {
      kept.push(line);
      lineStart = kept.slice(0, -1).reduce((sum, before) => sum + before.length + 1, 0);
      continue;
    }
    const start = lineStart + (match[1] ?? '').length;
    marks.push({ start, end: start + (match[2] ?? '').length, words: match[3] ?? '' });
  }
  return { text: kept.join('\n'), marks };
}

/** A document of one text. */
export function raw(text: string): RawDocument {
  return new RawDocument('/board.dts', text);
}
