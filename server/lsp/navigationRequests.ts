/** Requests that lead somewhere: definition, references, rename, workspace symbols. */
import {
  type Location, LSPErrorCodes, type ReferenceParams, type RenameParams, ResponseError, SymbolKind, type TextDocumentPositionParams,
  type WorkspaceEdit, type WorkspaceSymbol, type WorkspaceSymbolParams,
} from 'vscode-languageserver/node';
import type { SourceRange } from '../../model/problem.ts';
import type { Board } from '../features/board.ts';
import { boardUses, definitions, phandleTarget, type Target, targetAt } from '../features/navigation.ts';
import { type NamedThing, occurrences } from '../features/occurrences.ts';
import { RawDocument } from '../features/raw/document.ts';
import { refusalOf, renameEdits } from '../features/rename.ts';
import { boardSymbols } from '../features/workspaceSymbols.ts';
import { toLocation, toRange, toWorkspaceEdit } from './convert.ts';
import type { RequestTable } from './requests.ts';
import type { Session, Subject } from './session.ts';

interface Found extends Subject {
  readonly board: Board;
  readonly offset: number;
  readonly target: Target | undefined;
}

/** The board and what the cursor is on. */
async function find(session: Session, params: TextDocumentPositionParams): Promise<Found | undefined> {
  const subject = await session.subject(params.textDocument.uri, true);
  if (subject?.board === undefined) return undefined;
  const { board, document } = subject;
  const offset = document.lines.offsetAt(params.position);
  return { ...subject, board, offset, target: targetAt(board, document, offset) };
}

async function goToDefinition(session: Session, params: TextDocumentPositionParams): Promise<Location[] | null> {
  const found = await find(session, params);
  if (found === undefined) return null;
  const { board, document, offset, path, target } = found;
  const ranges = target === undefined ? phandleTarget(board, document, offset) : definitions(board, target, path);
  return ranges.map((range) => toLocation(session.places, range));
}

/** How long a request for references may look through files before it answers with what it has. */
const SEARCH_TIME = 3000;

/** Handlers of requests that lead to other places. */
export const NAVIGATION_REQUESTS: RequestTable = {
  'textDocument/definition': goToDefinition,
  'textDocument/declaration': goToDefinition,
  'textDocument/references': async (session, params: ReferenceParams): Promise<Location[] | null> => {
    const found = await find(session, params);
    if (found?.target === undefined) return null;
    const { board, target, path } = found;
    const ranges = isNamed(target) ? await usesOf(session, path, { board, thing: target, definitions: params.context.includeDeclaration }) : boardUses(board, target);
    return ranges.map((range) => toLocation(session.places, range));
  },
  'textDocument/prepareRename': async (session, params: TextDocumentPositionParams) => {
    const found = await find(session, params);
    if (found?.target === undefined) return null;
    const refusal = refusalOf(found.board, found.target);
    if (refusal !== undefined) throw new ResponseError(LSPErrorCodes.RequestFailed, refusal);
    const { document, target } = found;
    return { range: toRange(document, target.start, target.end), placeholder: document.text.slice(target.start, target.end) };
  },
  'textDocument/rename': async (session, params: RenameParams): Promise<WorkspaceEdit | null> => {
    const found = await find(session, params);
    if (found?.target === undefined) return null;
    const files = isNamed(found.target) ? await filesSharing(session, found.path, found.board) : [];
    const result = renameEdits(found.board, found.target, params.newName, files);
    if ('refusal' in result) throw new ResponseError(LSPErrorCodes.RequestFailed, result.refusal);
    return toWorkspaceEdit(session.places, result.edits);
  },
  'workspace/symbol': (session, params: WorkspaceSymbolParams): WorkspaceSymbol[] => {
    const boards = new Set([...session.workspace.documents].flatMap((path) => session.workspace.latest(path)?.board ?? []));
    return [...boards].flatMap((board) => boardSymbols(board, params.query)).map((symbol) => ({
      name: symbol.name, kind: symbol.kind === 'label' ? SymbolKind.Class : SymbolKind.Constant,
      containerName: symbol.detail, location: toLocation(session.places, symbol.range),
    }));
  },
};

function isNamed(target: Target): target is Target & NamedThing {
  return target.kind === 'label' || target.kind === 'macro';
}

async function usesOf(session: Session, path: string, query: { board: Board; thing: NamedThing; definitions: boolean }): Promise<SourceRange[]> {
  const found: SourceRange[] = [];
  for (const document of await filesSharing(session, path, query.board)) {
    for (const { start, end, definition } of occurrences(document, query.thing)) {
      if (query.definitions || !definition) found.push({ file: document.path, start, end });
    }
  }
  return found;
}

/**
 * Every file in which a name of this board means the same: the board's own, and those of other
 * boards that share a file with it. The search is bounded in time.
 */
async function filesSharing(session: Session, path: string, board: Board): Promise<RawDocument[]> {
  const { roots } = await session.workspace.allContexts(path, SEARCH_TIME);
  const paths = new Set([...board.text.files.keys(), ...session.graph.filesOf(roots)]);
  const documents: RawDocument[] = [];
  for (const file of paths) {
    const text = session.documents.get(file) ?? board.document(file) ?? fromDisk(session, file);
    if (text !== undefined) documents.push(text);
  }
  return documents;
}

function fromDisk(session: Session, path: string): RawDocument | undefined {
  const text = session.files.readText(path);
  return text === undefined ? undefined : new RawDocument(path, text);
}
