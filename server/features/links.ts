/** Document links: each include that the board could follow, and each `/incbin/`. */
import type { Board } from './board.ts';
import { includedFile, includesOf } from './directives.ts';
import type { RawDocument } from './raw/document.ts';
import { Raw } from './raw/tokens.ts';

/** A range of the file that leads to another file. */
export interface FileLink {
  readonly start: number;
  readonly end: number;
  readonly file: string;
}

/** The links of a file; `findBinary` says where an `/incbin/` path lies. */
export function fileLinks(board: Board, document: RawDocument, findBinary: (name: string) => string | undefined): FileLink[] {
  const links: FileLink[] = [];
  for (const include of includesOf(document)) {
    const file = includedFile(board, document, include);
    if (file !== undefined) links.push({ start: include.start, end: include.end, file });
  }
  const { tokens } = document;
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens.kind(at) !== Raw.Keyword || tokens.textOf(at) !== '/incbin/' || tokens.kind(at + 2) !== Raw.String) continue;
    const file = findBinary(tokens.textOf(at + 2).slice(1, -1));
    if (file !== undefined) links.push({ start: tokens.start(at + 2) + 1, end: tokens.end(at + 2) - 1, file });
  }
  return links;
}
