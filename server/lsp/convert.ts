/**
 * Plain data of the features to LSP types. Offsets become lines and characters here and nowhere
 * else; the text that they count in is always handed in with them.
 */
import {
  type Diagnostic, DiagnosticSeverity, DiagnosticTag, type Location, type Position, type Range, type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { Level, Problem, SourceRange, TextEdit as ModelEdit } from '../../model/problem.ts';
import type { RawDocument } from '../features/raw/document.ts';

/** Finds the text of a file, to count lines in. */
export type DocumentLookup = (path: string) => RawDocument | undefined;

/** Where things are for the editor. */
export interface Places {
  readonly document: DocumentLookup;
  readonly uri: (path: string) => string;
}

const START: Position = { line: 0, character: 0 };

export function toRange(document: RawDocument, start: number, end: number): Range {
  return { start: document.lines.positionAt(start), end: document.lines.positionAt(end) };
}

export function toLocation(places: Places, range: SourceRange): Location {
  const document = places.document(range.file);
  const at = document === undefined ? { start: START, end: START } : toRange(document, range.start, range.end);
  return { uri: places.uri(range.file), range: at };
}

export const SEVERITY: Readonly<Record<Level, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** More explanations of one diagnostic than anybody reads. */
const MAX_RELATED = 20;

/** One problem in the file `document` as a diagnostic; `pages` is the folder of the rules' pages. */
export function toDiagnostic(problem: Problem, document: RawDocument, places: Places, pages: string): Diagnostic {
  const diagnostic: Diagnostic = {
    range: toRange(document, problem.range.start, problem.range.end),
    severity: SEVERITY[problem.level],
    code: problem.id,
    codeDescription: { href: `${pages}/${problem.id}.md` },
    source: 'vsmmu',
    message: problem.advice === undefined ? problem.message : `${problem.message}\n${problem.advice}`,
  };
  if (problem.unnecessary === true) diagnostic.tags = [DiagnosticTag.Unnecessary];
  if (problem.related !== undefined) {
    diagnostic.relatedInformation = problem.related.slice(0, MAX_RELATED)
      .map((related) => ({ location: toLocation(places, related.range), message: related.message }));
  }
  return diagnostic;
}

/** A new file with a text. */
export function newFileEdit(uri: string, edits: readonly ModelEdit[]): WorkspaceEdit {
  const text = edits.map((edit) => edit.text).join('');
  return {
    documentChanges: [
      { kind: 'create', uri, options: { overwrite: false, ignoreIfExists: true } },
      { textDocument: { uri, version: null }, edits: [{ range: { start: START, end: START }, newText: text }] },
    ],
  };
}

/** Edits by file, with positions counted in the text that the editor has. */
export function toWorkspaceEdit(places: Places, edits: readonly ModelEdit[]): WorkspaceEdit {
  const changes = new Map<string, TextEdit[]>();
  for (const { range, text } of edits) {
    const location = toLocation(places, range);
    const list = changes.get(location.uri) ?? [];
    changes.set(location.uri, list);
    list.push({ range: location.range, newText: text });
  }
  return { changes: Object.fromEntries(changes) };
}
