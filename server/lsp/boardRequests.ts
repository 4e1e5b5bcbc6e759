/**
 * Requests about what the text means: answered from the board in force, which may be a moment
 * behind the text. Without a board they find nothing.
 */
import {
  type CodeAction, type CodeActionParams, type CodeLens, type CodeLensParams, type Command, CompletionItemKind, type CompletionList,
  type CompletionParams, DocumentHighlightKind, type DocumentHighlight, type DocumentLink, type DocumentLinkParams,
  type Hover, type InlayHint, type InlayHintParams, InsertTextFormat, type SignatureHelp, type TextDocumentPositionParams,
} from 'vscode-languageserver/node';
import type { SourceRange } from '../../model/problem.ts';
import type { Board } from '../features/board.ts';
import { type Action, addLabel, quickFixes } from '../features/codeActions.ts';
import { codeLenses, type Lens } from '../features/codeLenses.ts';
import { completion, type Proposal, type ProposalKind, type Proposals } from '../features/completion.ts';
import { dmaLenses } from '../features/dmaScenario.ts';
import { highlights } from '../features/highlight.ts';
import { hover } from '../features/hover.ts';
import { partialCells, partialHover } from '../features/xl/partialCells.ts';
import { xenPathCompletion } from '../features/xl/xenPath.ts';
import { inlayHints } from '../features/inlayHints.ts';
import { fileLinks } from '../features/links.ts';
import type { RawDocument } from '../features/raw/document.ts';
import { cellSignature } from '../features/signature.ts';
import { parentFolder } from '../workspace/includeGraph.ts';
import { newFileEdit, toDiagnostic, toLocation, toRange, toWorkspaceEdit } from './convert.ts';
import { guestLenses, partialTreeActions, passActions } from './guestActions.ts';
import { includeProposals } from './includeCompletion.ts';
import { NAVIGATION_REQUESTS } from './navigationRequests.ts';
import type { RequestTable } from './requests.ts';
import type { Session, Subject } from './session.ts';

/** A subject whose board is there. */
type Ready = Subject & { readonly board: Board };

/** The document and its board, undefined where either is missing. */
async function ready(session: Session, uri: string): Promise<Ready | undefined> {
  const subject = await session.subject(uri);
  const board = subject?.board;
  return subject === undefined || board === undefined ? undefined : { ...subject, board };
}

const ITEM_KINDS: Readonly<Record<ProposalKind, CompletionItemKind>> = {
  label: CompletionItemKind.Reference, macro: CompletionItemKind.Constant, property: CompletionItemKind.Property,
  keyword: CompletionItemKind.Keyword, value: CompletionItemKind.Value, file: CompletionItemKind.File,
  folder: CompletionItemKind.Folder, node: CompletionItemKind.Class,
};

/** Handlers of requests about a board. */
export const BOARD_REQUESTS: RequestTable = {
  ...NAVIGATION_REQUESTS,
  'textDocument/hover': async (session, params: TextDocumentPositionParams): Promise<Hover | null> => {
    const subject = await ready(session, params.textDocument.uri);
    if (subject === undefined) return null;
    const { board, document } = subject;
    const offset = document.lines.offsetAt(params.position);
    const found = partialHover(session.guests.systemOf(subject.path), board, { document, offset }) ?? hover({ board, document, offset, link: (range) => linkTo(session, range) });
    return found === undefined ? null : { contents: { kind: 'markdown', value: found.markdown }, range: toRange(document, found.start, found.end) };
  },
  'textDocument/completion': async (session, params: CompletionParams): Promise<CompletionList | null> => {
    const subject = await ready(session, params.textDocument.uri);
    if (subject === undefined) return null;
    const { board, document } = subject;
    const offset = document.lines.offsetAt(params.position);
    const system = session.guests.systemOf(subject.path);
    const found = includeProposals(session, document, offset) ?? xenPathCompletion(system, document, offset)
      ?? joined(partialCells(system, board, { document, offset }), completion(board, document, offset));
    if (found === undefined) return null;
    const range = toRange(document, found.start, found.end);
    return { isIncomplete: found.incomplete, items: found.items.map((item, index) => toItem(item, index, range)) };
  },
  'textDocument/signatureHelp': async (session, params: TextDocumentPositionParams): Promise<SignatureHelp | null> => {
    const subject = await ready(session, params.textDocument.uri);
    const { document } = subject ?? {};
    const found = subject === undefined || document === undefined ? undefined : cellSignature(subject.board, document, document.lines.offsetAt(params.position));
    if (found === undefined) return null;
    const names = found.roles.map((part) => part.name);
    const parameters = found.roles.map((part) => ({ label: part.name, ...(part.because === undefined ? {} : { documentation: part.because }) }));
    return { signatures: [{ label: `${found.title} = <${names.join(' · ')}>`, parameters }], activeSignature: 0, activeParameter: found.active };
  },
  'textDocument/documentHighlight': async (session, params: TextDocumentPositionParams): Promise<DocumentHighlight[] | null> => {
    const subject = await ready(session, params.textDocument.uri);
    if (subject === undefined) return null;
    const { board, document } = subject;
    return highlights(board, document, document.lines.offsetAt(params.position)).map(({ start, end, write }) => ({
      range: toRange(document, start, end), kind: write ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
  },
  'textDocument/documentLink': async (session, params: DocumentLinkParams): Promise<DocumentLink[]> => {
    const subject = await ready(session, params.textDocument.uri);
    if (subject === undefined) return [];
    const { board, document, path } = subject;
    const binary = (name: string): string | undefined => binaryPath(session, path, name);
    return fileLinks(board, document, binary).map(({ start, end, file }) => ({ range: toRange(document, start, end), target: session.uris.toEditor(file) }));
  },
  'textDocument/inlayHint': async (session, params: InlayHintParams): Promise<InlayHint[]> => {
    const subject = session.settings.inlayHints ? await ready(session, params.textDocument.uri) : undefined;
    if (subject === undefined) return [];
    const { board, document } = subject;
    const [start, end] = [document.lines.offsetAt(params.range.start), document.lines.offsetAt(params.range.end)];
    return inlayHints(board, document, start, end).map(({ offset, text, tooltip }) => ({
      position: document.lines.positionAt(offset), label: text, tooltip, paddingLeft: true,
    }));
  },
  'textDocument/codeLens': async (session, params: CodeLensParams): Promise<CodeLens[]> => {
    const subject = session.settings.codeLens ? await ready(session, params.textDocument.uri) : undefined;
    if (subject === undefined) return [];
    const { board, document } = subject;
    const { uri } = params.textDocument;
    const own = [...codeLenses(board, document), ...dmaLenses(board, document)].map((lens) => ({ range: toRange(document, lens.start, lens.end), command: lensCommand(session, uri, document, lens) }));
    return [...own, ...guestLenses(session, subject, uri)];
  },
  'textDocument/codeAction': async (session, params: CodeActionParams): Promise<CodeAction[]> => {
    const subject = await ready(session, params.textDocument.uri);
    if (subject === undefined) return [];
    const { board, document, path, analysis } = subject;
    const [start, end] = [document.lines.offsetAt(params.range.start), document.lines.offsetAt(params.range.end)];
    const problems = [...analysis?.problems.get(path) ?? [], ...session.guests.problems(path)];
    const actions = [...quickFixes(problems, start, end), ...addLabel(board, document, start), ...passActions(session, subject, start), ...partialTreeActions(session, subject, start, end)];
    const { only } = params.context;
    return actions.filter((action) => only === undefined || only.some((kind) => action.kind.startsWith(kind)))
      .map((action) => toAction(session, document, action));
  },
};

/** Two lists for one place, the first before the second. */
function joined(first: Proposals | undefined, second: Proposals | undefined): Proposals | undefined {
  if (first === undefined || second === undefined || second.start !== first.start) return first ?? second;
  const labels = new Set(first.items.map((item) => item.label));
  return { ...second, items: [...first.items, ...second.items.filter((item) => !labels.has(item.label))] };
}

/** A place as a link that says where it leads. */
export function linkTo(session: Session, range: SourceRange): string {
  const { uri, range: at } = toLocation(session.places, range);
  const line = at.start.line + 1;
  return `[${session.label(range.file)}:${line}](${uri}#L${line})`;
}

/** What a click on a lens does; without a command the lens only says something. */
function lensCommand(session: Session, uri: string, document: RawDocument, lens: Lens): Command {
  const { title, action, places, device } = lens;
  if (action === 'streams') return { title, command: 'vsmmu.showStreams', arguments: [uri] };
  if (action === 'dma') return { title, command: 'vsmmu.debugDma', arguments: [uri, device] };
  const args: unknown[] = [uri, document.lines.positionAt(lens.start), places.map((place) => toLocation(session.places, place))];
  return { title, command: places.length === 0 ? '' : 'vsmmu.showReferences', arguments: args };
}

/** A proposal as the protocol has it; `index` keeps the order. */
export function toItem(item: Proposal, index: number, range: ReturnType<typeof toRange>): CompletionList['items'][number] {
  return {
    label: item.label,
    kind: ITEM_KINDS[item.kind],
    sortText: String(index).padStart(5, '0'),
    filterText: item.label,
    textEdit: { range, newText: item.insert ?? item.label },
    insertTextFormat: item.snippet === true ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    ...(item.detail === undefined ? {} : { detail: item.detail }),
    ...(item.documentation === undefined || item.documentation === '' ? {} : { documentation: { kind: 'markdown', value: item.documentation } }),
  };
}

function binaryPath(session: Session, path: string, name: string): string | undefined {
  const folders = [parentFolder(path), ...session.includePaths.rootsFor(path)];
  return folders.map((folder) => `${folder}/${name}`).find((candidate) => session.disk.stamp(candidate) !== undefined);
}

/** An action with its edits as the protocol has it. */
export function toAction(session: Session, document: RawDocument, action: Action): CodeAction {
  return {
    title: action.title,
    kind: action.kind,
    isPreferred: action.preferred,
    edit: action.creates === undefined ? toWorkspaceEdit(session.places, action.edits) : newFileEdit(session.uris.toEditor(action.creates), action.edits),
    ...(action.problem === undefined ? {} : { diagnostics: [toDiagnostic(action.problem, document, session.places, session.host.pages)] }),
  };
}
