/** Requests that one document answers by its text alone: they never wait for a board. */
import {
  type DocumentFormattingParams, type DocumentOnTypeFormattingParams, type DocumentRangeFormattingParams,
  type DocumentSymbol, type DocumentSymbolParams, type FoldingRange, type FoldingRangeParams, type SelectionRange,
  type SelectionRangeParams, type SemanticTokens, type SemanticTokensParams, type SemanticTokensRangeParams,
  SymbolKind, type TextEdit,
} from 'vscode-languageserver/node';
import { folds } from '../features/folding.ts';
import { type FormatEdit, formatEdits, formatOnType } from '../features/formatting.ts';
import type { RawDocument } from '../features/raw/document.ts';
import { type OffsetRange, selectionRanges } from '../features/selection.ts';
import { encodeTokens, semanticTokens } from '../features/semanticTokens.ts';
import { documentSymbols, type OutlineSymbol, type SymbolKindName } from '../features/symbols.ts';
import { toRange } from './convert.ts';
import type { RequestTable } from './requests.ts';
import type { Session } from './session.ts';

const SYMBOL_KINDS: Readonly<Record<SymbolKindName, SymbolKind>> = {
  node: SymbolKind.Class, property: SymbolKind.Property, macro: SymbolKind.Constant,
};

/** Handlers of requests about one file. */
export const FILE_REQUESTS: RequestTable = {
  'textDocument/foldingRange': (session, params: FoldingRangeParams): FoldingRange[] => {
    const document = session.document(params.textDocument.uri);
    if (document === undefined) return [];
    return folds(document).map(({ start, end, kind }) => ({ startLine: start, endLine: end, ...(kind === undefined ? {} : { kind }) }));
  },
  'textDocument/selectionRange': (session, params: SelectionRangeParams): SelectionRange[] | null => {
    const document = session.document(params.textDocument.uri);
    if (document === undefined) return null;
    return params.positions.map((position) => nested(document, selectionRanges(document, document.lines.offsetAt(position))));
  },
  'textDocument/documentSymbol': (session, params: DocumentSymbolParams): DocumentSymbol[] => {
    const document = session.document(params.textDocument.uri);
    return document === undefined ? [] : documentSymbols(document).map((symbol) => toSymbol(document, symbol));
  },
  'textDocument/semanticTokens/full': (session, params: SemanticTokensParams): SemanticTokens => {
    const document = session.document(params.textDocument.uri);
    if (document === undefined) return { data: [] };
    return { data: encodeTokens(document, semanticTokens(document, macroTest(session, document))) };
  },
  'textDocument/semanticTokens/range': (session, params: SemanticTokensRangeParams): SemanticTokens => {
    const document = session.document(params.textDocument.uri);
    if (document === undefined) return { data: [] };
    const start = document.lines.offsetAt(params.range.start);
    const end = document.lines.offsetAt(params.range.end);
    return { data: encodeTokens(document, semanticTokens(document, macroTest(session, document), { start, end })) };
  },
  'textDocument/formatting': (session, params: DocumentFormattingParams): TextEdit[] => {
    const document = formattable(session, params.textDocument.uri);
    return document === undefined ? [] : toEdits(document, formatEdits(document));
  },
  'textDocument/rangeFormatting': (session, params: DocumentRangeFormattingParams): TextEdit[] => {
    const document = formattable(session, params.textDocument.uri);
    if (document === undefined) return [];
    const { start, end } = params.range;
    return toEdits(document, formatEdits(document, document.lines.offsetAt(start), document.lines.offsetAt(end)));
  },
  'textDocument/onTypeFormatting': (session, params: DocumentOnTypeFormattingParams): TextEdit[] => {
    const document = formattable(session, params.textDocument.uri);
    return document === undefined ? [] : toEdits(document, formatOnType(document, document.lines.offsetAt(params.position), params.ch));
  },
};

function formattable(session: Session, uri: string): RawDocument | undefined {
  return session.settings.format ? session.document(uri) : undefined;
}

function macroTest(session: Session, document: RawDocument): (name: string) => boolean {
  const board = session.workspace.latest(document.path)?.board;
  return (name) => board?.isMacro(name) === true;
}

function toEdits(document: RawDocument, edits: readonly FormatEdit[]): TextEdit[] {
  return edits.map((edit) => ({ range: toRange(document, edit.start, edit.end), newText: edit.text }));
}

/** From the widest range inwards, each with the one around it as its parent. */
function nested(document: RawDocument, ranges: readonly OffsetRange[]): SelectionRange {
  let parent: SelectionRange | undefined;
  for (const { start, end } of ranges.toReversed()) {
    const range = toRange(document, start, end);
    parent = parent === undefined ? { range } : { range, parent };
  }
  return parent ?? { range: toRange(document, 0, 0) };
}

/** An entry of an outline as the protocol has it. */
export function toSymbol(document: RawDocument, symbol: OutlineSymbol): DocumentSymbol {
  return {
    name: symbol.name === '' ? '?' : symbol.name,
    detail: symbol.detail,
    kind: SYMBOL_KINDS[symbol.kind],
    range: toRange(document, symbol.start, Math.max(symbol.end, symbol.nameEnd)),
    selectionRange: toRange(document, symbol.nameStart, symbol.nameEnd),
    children: symbol.children.map((child) => toSymbol(document, child)),
  };
}
