/**
 * Fixtures for the language server: a text with `$0` for the cursor and lines of carets under what
 * is expected. Every feature test is an input and an expectation; nothing else is set up.
 */
import type { Problem, SourceRange } from '../../model/problem.ts';
import type { Board } from '../../server/features/board.ts';
import { RawDocument } from '../../server/features/raw/document.ts';
import { analyseBoard } from '../../server/workspace/analysis.ts';

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

/** Several files in one text: each begins with a line `//- /path`. Without such a line all is `/board.dts`. */
export function filesOf(text: string): Record<string, string> {
  const parts = text.split(/^\/\/- (\S+)\n/m);
  if (parts.length === 1) return { '/board.dts': text };
  const files: Record<string, string> = {};
  for (let at = 1; at < parts.length; at += 2) files[parts[at] ?? ''] = parts[at + 1] ?? '';
  return files;
}

/** A fixture ready for a feature: the board, the document with the cursor, the cursor. */
export interface Fixture {
  readonly board: Board;
  readonly document: RawDocument;
  readonly offset: number;
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  readonly files: Record<string, string>;
  /** What stands at a range of a file. */
  textAt(range: SourceRange): string;
}

/** Compiles a fixture: the first file is the board, the cursor `$0` may be in any. */
export function fixture(text: string): Fixture {
  const files = filesOf(text);
  const found = Object.entries(files).find(([, content]) => content.includes('$0'));
  const [path, content] = found ?? Object.entries(files)[0] ?? ['', ''];
  const offset = Math.max(0, content.indexOf('$0'));
  files[path] = content.replace('$0', '');
  const host = { readText: (name: string): string | undefined => files[name], readBytes: (): undefined => undefined };
  const root = Object.keys(files)[0] ?? '';
  const steps = analyseBoard({ root, fragment: false }, { files: host, compile: { includeRoots: ['/include'] }, checks: 'all', levels: new Map() }, undefined);
  for (;;) {
    const step = steps.next();
    if (step.done !== true) continue;
    const { board, problems } = step.value;
    const document = board.document(path) ?? new RawDocument(path, files[path] ?? '');
    return { board, document, offset, problems, files, textAt: ({ file, start, end }) => (files[file] ?? '').slice(start, end) };
  }
}

/** `/board.dts:3 name`: a place with its line (from 1) and text. */
export function placeOf(files: Record<string, string>, { file, start, end }: SourceRange): string {
  const text = files[file] ?? '';
  return `${file}:${text.slice(0, start).split('\n').length} ${text.slice(start, end)}`.trimEnd();
}
