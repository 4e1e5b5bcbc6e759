/** Requests about xl configurations. */
import {
  type CodeAction, type CodeActionParams, type CompletionList, type CompletionParams, type DocumentDiagnosticReport, DocumentDiagnosticReportKind,
  type DocumentFormattingParams, type DocumentRangeFormattingParams, type DocumentSymbol, type DocumentSymbolParams, type Hover, type Location, type ReferenceParams,
  type TextDocumentPositionParams, type TextEdit,
} from 'vscode-languageserver/node';
import type { FormatEdit } from '../features/formatting.ts';
import { quickFixes } from '../features/codeActions.ts';
import type { RawDocument } from '../features/raw/document.ts';
import { xlCompletion } from '../features/xl/completion.ts';
import type { XlDocument } from '../features/xl/document.ts';
import { xlFormatEdits } from '../features/xl/formatting.ts';
import { xlHover } from '../features/xl/hover.ts';
import { xlDefinition } from '../features/xl/navigation.ts';
import { referencesTo, targetInConfig } from '../features/xl/references.ts';
import { xlSymbols } from '../features/xl/symbols.ts';
import { toAction, toItem } from './boardRequests.ts';
import { toLocation, toRange } from './convert.ts';
import { toSymbol } from './fileRequests.ts';
import type { RequestTable } from './requests.ts';
import type { Session } from './session.ts';

/** How long a request waits for a system that is being analysed. */
const PATIENCE = 30;

interface Subject {
  readonly path: string;
  /** The text with its lines; nothing of it is read as a device tree. */
  readonly text: RawDocument;
  readonly xl: XlDocument;
}

async function subjectOf(session: Session, uri: string): Promise<Subject | undefined> {
  const path = session.uris.fromEditor(uri);
  await session.guests.ready(path, PATIENCE);
  const xl = session.guests.document(path);
  const text = session.documents.get(path);
  return xl === undefined || text === undefined ? undefined : { path, text, xl };
}

/** Handlers of requests about an open xl configuration; it answers no others. */
export const GUEST_REQUESTS: RequestTable = {
  'textDocument/diagnostic': (): DocumentDiagnosticReport => ({ kind: DocumentDiagnosticReportKind.Full, items: [] }),
  'textDocument/hover': async (session, params: TextDocumentPositionParams): Promise<Hover | null> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    const found = subject === undefined ? undefined : xlHover(subject.xl, subject.text.lines.offsetAt(params.position));
    if (subject === undefined || found === undefined) return null;
    return { contents: { kind: 'markdown', value: found.markdown }, range: toRange(subject.text, found.start, found.end) };
  },
  'textDocument/completion': async (session, params: CompletionParams): Promise<CompletionList | null> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    const found = subject === undefined ? undefined : xlCompletion(subject.xl, subject.text.lines.offsetAt(params.position));
    if (subject === undefined || found === undefined) return null;
    const range = toRange(subject.text, found.start, found.end);
    const items = found.items.toSorted((a, b) => (a.rank ?? 5) - (b.rank ?? 5));
    return { isIncomplete: found.incomplete, items: items.map((item, index) => ({ ...toItem(item, index, range), filterText: item.insert ?? item.label })) };
  },
  'textDocument/definition': async (session, params: TextDocumentPositionParams): Promise<Location[] | null> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    if (subject === undefined) return null;
    return xlDefinition(subject.xl, subject.text.lines.offsetAt(params.position)).map((range) => toLocation(session.places, range));
  },
  'textDocument/references': async (session, params: ReferenceParams): Promise<Location[] | null> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    const target = subject === undefined ? undefined : targetInConfig(subject.xl, subject.text.lines.offsetAt(params.position));
    if (target === undefined || subject?.xl.system === undefined) return null;
    return referencesTo(subject.xl.system, target, params.context.includeDeclaration).map((range) => toLocation(session.places, range));
  },
  'textDocument/documentSymbol': async (session, params: DocumentSymbolParams): Promise<DocumentSymbol[]> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    return subject === undefined ? [] : xlSymbols(subject.xl).map((symbol) => toSymbol(subject.text, symbol));
  },
  'textDocument/formatting': async (session, params: DocumentFormattingParams): Promise<TextEdit[]> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    return subject === undefined || !session.settings.format ? [] : toEdits(subject.text, xlFormatEdits(subject.xl));
  },
  'textDocument/rangeFormatting': async (session, params: DocumentRangeFormattingParams): Promise<TextEdit[]> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    if (subject === undefined || !session.settings.format) return [];
    const { lines } = subject.text;
    return toEdits(subject.text, xlFormatEdits(subject.xl, lines.offsetAt(params.range.start), lines.offsetAt(params.range.end)));
  },
  'textDocument/codeAction': async (session, params: CodeActionParams): Promise<CodeAction[]> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    if (subject === undefined) return [];
    const { lines } = subject.text;
    const actions = quickFixes(session.guests.problems(subject.path), lines.offsetAt(params.range.start), lines.offsetAt(params.range.end));
    const { only } = params.context;
    return actions.filter((action) => only === undefined || only.some((kind) => action.kind.startsWith(kind))).map((action) => toAction(session, subject.text, action));
  },
};

function toEdits(document: RawDocument, edits: readonly FormatEdit[]): TextEdit[] {
  return edits.map((edit) => ({ range: toRange(document, edit.start, edit.end), newText: edit.text }));
}
