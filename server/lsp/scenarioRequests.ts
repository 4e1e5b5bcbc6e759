/** Requests about open scenarios; a scenario answers no others. */
import {
  type CodeAction, type CodeActionParams, type CompletionList, type CompletionParams, type DocumentDiagnosticReport, DocumentDiagnosticReportKind,
  type DocumentFormattingParams, type DocumentLink, type DocumentLinkParams, type DocumentRangeFormattingParams, type DocumentSymbol, type DocumentSymbolParams,
  type FoldingRange, type FoldingRangeParams, type Hover, type Location, type ReferenceParams, type SemanticTokens, type SemanticTokensParams,
  type SemanticTokensRangeParams, type SignatureHelp, type TextDocumentPositionParams, type TextEdit,
} from 'vscode-languageserver/node';
import { folderOf, joinPath } from '../../model/devicetree/source/paths.ts';
import { quickFixes } from '../features/codeActions.ts';
import type { FormatEdit } from '../features/formatting.ts';
import type { RawDocument } from '../features/raw/document.ts';
import { scenarioCompletion } from '../features/scenario/completion.ts';
import type { ScenarioDocument } from '../features/scenario/document.ts';
import { scenarioFormatEdits } from '../features/scenario/formatting.ts';
import { scenarioHover } from '../features/scenario/hover.ts';
import { scenarioDefinition, scenarioLinks, scenarioReferences } from '../features/scenario/navigation.ts';
import { scenarioFolds, scenarioSymbols } from '../features/scenario/outline.ts';
import { scenarioTokens } from '../features/scenario/semanticTokens.ts';
import { scenarioSignature } from '../features/scenario/signature.ts';
import { encodeTokens } from '../features/semanticTokens.ts';
import { linkTo, toAction, toItem } from './boardRequests.ts';
import { toLocation, toRange } from './convert.ts';
import { toSymbol } from './fileRequests.ts';
import type { RequestTable } from './requests.ts';
import type { Session } from './session.ts';
import { inSlices } from './slices.ts';

/** How long a request waits for a check that is under way. */
const PATIENCE = 30;

interface Subject {
  readonly path: string;
  /** The text with its lines; nothing of it is read as a device tree. */
  readonly text: RawDocument;
  readonly scenario: ScenarioDocument;
}

function subjectNow(session: Session, uri: string): Subject | undefined {
  const path = session.uris.fromEditor(uri);
  const scenario = session.scenarios.document(path);
  const text = session.documents.get(path);
  return scenario === undefined || text === undefined ? undefined : { path, text, scenario };
}

async function subjectOf(session: Session, uri: string): Promise<Subject | undefined> {
  await session.scenarios.ready(session.uris.fromEditor(uri), PATIENCE);
  return subjectNow(session, uri);
}

/** A subject with the cursor in it. */
async function cursorOf(session: Session, { textDocument, position }: TextDocumentPositionParams): Promise<(Subject & { readonly offset: number }) | undefined> {
  const subject = await subjectOf(session, textDocument.uri);
  return subject === undefined ? undefined : { ...subject, offset: subject.text.lines.offsetAt(position) };
}

async function goToDefinition(session: Session, params: TextDocumentPositionParams): Promise<Location[] | null> {
  const at = await cursorOf(session, params);
  return at === undefined ? null : scenarioDefinition(at.scenario, at.offset).map((range) => toLocation(session.places, range));
}

/** Handlers of requests about one text. */
const TEXT_REQUESTS: RequestTable = {
  'textDocument/diagnostic': (): DocumentDiagnosticReport => ({ kind: DocumentDiagnosticReportKind.Full, items: [] }),
  'textDocument/documentSymbol': async (session, params: DocumentSymbolParams, token): Promise<DocumentSymbol[]> => {
    const subject = subjectNow(session, params.textDocument.uri);
    return subject === undefined ? [] : (await inSlices(scenarioSymbols(subject.scenario), token)).map((symbol) => toSymbol(subject.text, symbol));
  },
  'textDocument/foldingRange': async (session, params: FoldingRangeParams, token): Promise<FoldingRange[]> => {
    const subject = subjectNow(session, params.textDocument.uri);
    return subject === undefined ? [] : (await inSlices(scenarioFolds(subject.scenario), token)).map(({ start, end, kind }) => ({ startLine: start, endLine: end, ...(kind === undefined ? {} : { kind }) }));
  },
  'textDocument/semanticTokens/full': async (session, params: SemanticTokensParams, token): Promise<SemanticTokens> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    return { data: subject === undefined ? [] : encodeTokens(subject.text, await inSlices(scenarioTokens(subject.scenario), token)) };
  },
  'textDocument/semanticTokens/range': async (session, params: SemanticTokensRangeParams, token): Promise<SemanticTokens> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    if (subject === undefined) return { data: [] };
    const { lines } = subject.text;
    return { data: encodeTokens(subject.text, await inSlices(scenarioTokens(subject.scenario, { start: lines.offsetAt(params.range.start), end: lines.offsetAt(params.range.end) }), token)) };
  },
  'textDocument/formatting': async (session, params: DocumentFormattingParams, token): Promise<TextEdit[]> => {
    const subject = session.settings.format ? subjectNow(session, params.textDocument.uri) : undefined;
    return subject === undefined ? [] : toEdits(subject.text, await inSlices(scenarioFormatEdits(subject.scenario), token));
  },
  'textDocument/rangeFormatting': async (session, params: DocumentRangeFormattingParams, token): Promise<TextEdit[]> => {
    const subject = session.settings.format ? subjectNow(session, params.textDocument.uri) : undefined;
    if (subject === undefined) return [];
    const { lines } = subject.text;
    return toEdits(subject.text, await inSlices(scenarioFormatEdits(subject.scenario, lines.offsetAt(params.range.start), lines.offsetAt(params.range.end)), token));
  },
};

/** Handlers of requests about an open scenario. */
export const SCENARIO_REQUESTS: RequestTable = {
  ...TEXT_REQUESTS,
  'textDocument/hover': async (session, params: TextDocumentPositionParams): Promise<Hover | null> => {
    const at = await cursorOf(session, params);
    const found = at === undefined ? undefined : scenarioHover(at.scenario, at.offset, (range) => linkTo(session, range));
    return at === undefined || found === undefined ? null : { contents: { kind: 'markdown', value: found.markdown }, range: toRange(at.text, found.start, found.end) };
  },
  'textDocument/completion': async (session, params: CompletionParams): Promise<CompletionList | null> => {
    const at = await cursorOf(session, params);
    const found = at === undefined ? undefined : scenarioCompletion(at.scenario, at.offset, (folder) => filesIn(session, at.path, folder));
    if (at === undefined || found === undefined) return null;
    const range = toRange(at.text, found.start, found.end);
    const items = found.items.toSorted((a, b) => (a.rank ?? 5) - (b.rank ?? 5));
    return { isIncomplete: found.incomplete, items: items.map((item, index) => toItem(item, index, range)) };
  },
  'textDocument/signatureHelp': async (session, params: TextDocumentPositionParams): Promise<SignatureHelp | null> => {
    const at = await cursorOf(session, params);
    const found = at === undefined ? undefined : scenarioSignature(at.scenario, at.offset);
    if (found === undefined) return null;
    const { label, documentation, parts, active } = found;
    return { signatures: [{ label, documentation, parameters: [...parts] }], activeSignature: 0, activeParameter: active ?? parts.length };
  },
  'textDocument/definition': goToDefinition,
  'textDocument/declaration': goToDefinition,
  'textDocument/references': async (session, params: ReferenceParams, token): Promise<Location[] | null> => {
    const at = await cursorOf(session, params);
    return at === undefined ? null : (await inSlices(scenarioReferences(at.scenario, at.offset, params.context.includeDeclaration), token)).map((range) => toLocation(session.places, range));
  },
  'textDocument/documentLink': async (session, params: DocumentLinkParams, token): Promise<DocumentLink[]> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    if (subject === undefined) return [];
    return (await inSlices(scenarioLinks(subject.scenario), token)).map(({ start, end, file }) => ({ range: toRange(subject.text, start, end), target: session.uris.toEditor(file) }));
  },
  'textDocument/codeAction': async (session, params: CodeActionParams): Promise<CodeAction[]> => {
    const subject = await subjectOf(session, params.textDocument.uri);
    if (subject === undefined) return [];
    const { lines } = subject.text;
    const actions = quickFixes(session.scenarios.problems(subject.path), lines.offsetAt(params.range.start), lines.offsetAt(params.range.end));
    const { only } = params.context;
    return actions.filter((action) => only === undefined || only.some((kind) => action.kind.startsWith(kind))).map((action) => toAction(session, subject.text, action));
  },
};

/** Files that a path in a scenario may go on with. */
function filesIn(session: Session, path: string, folder: string): readonly { name: string; folder: boolean }[] {
  const target = joinPath(folderOf(path), folder === '' ? '.' : folder.replace(/\/$/, ''));
  return session.files.mayList(target) ? session.disk.list(target) ?? [] : [];
}

function toEdits(document: RawDocument, edits: readonly FormatEdit[]): TextEdit[] {
  return edits.map((edit) => ({ range: toRange(document, edit.start, edit.end), newText: edit.text }));
}
