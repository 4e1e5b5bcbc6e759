/** Requests that lead somewhere: definition, references, rename, workspace symbols. */
import {
  type Location, LSPErrorCodes, type ReferenceParams, type RenameParams, ResponseError, SymbolKind, type TextDocumentPositionParams,
  type WorkspaceEdit, type WorkspaceSymbol, type WorkspaceSymbolParams,
} from 'vscode-languageserver/node';
import type { SourceRange } from '../../model/problem.ts';
import type { System } from '../../model/platform/guests/types.ts';
import { type Board, pathOf } from '../features/board.ts';
import { boardUses, definitions, phandleTarget, type Target, targetAt, unique } from '../features/navigation.ts';
import { type NamedThing, occurrences } from '../features/occurrences.ts';
import { RawDocument } from '../features/raw/document.ts';
import { refusalOf, renameEdits } from '../features/rename.ts';
import { guestUses, referencesTo, targetInPartial } from '../features/xl/references.ts';
import { partialDefinition } from '../features/xl/partialCells.ts';
import { xenPathDefinition } from '../features/xl/xenPath.ts';
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
  const system = session.guests.systemOf(path);
  const inHost = [...xenPathDefinition(system, document, offset), ...partialDefinition(system, board, { document, offset })];
  const inBoard = target === undefined ? phandleTarget(board, document, offset) : definitions(board, target, path);
  return [...inHost, ...inBoard].map((range) => toLocation(session.places, range));
}

/** How long a request for references may look through files before it answers with what it has. */
const SEARCH_TIME = 3000;

/** How long it waits for the guests of the board. */
const SYSTEM_TIME = 1000;

/** Handlers of requests that lead to other places. */
export const NAVIGATION_REQUESTS: RequestTable = {
  'textDocument/definition': goToDefinition,
  'textDocument/declaration': goToDefinition,
  'textDocument/references': async (session, params: ReferenceParams): Promise<Location[] | null> => {
    const found = await find(session, params);
    if (found === undefined) return null;
    const { board, target } = found;
    const declared = params.context.includeDeclaration;
    await session.guests.ready(found.path, SYSTEM_TIME);
    const inGuests = guestReferences(session, found, declared);
    if (target === undefined && inGuests.length === 0) return null;
    const inBoard = target === undefined ? [] : isNamed(target) ? await usesOf(session, { board, thing: target, definitions: declared }) : boardUses(board, target);
    return unique([...inBoard, ...inGuests]).map((range) => toLocation(session.places, range));
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
    const files = isNamed(found.target) ? await filesSharing(session, found.board, found.target) : [];
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

/** What guests' files say of the node under the cursor; from a partial tree also what the host's say of it. */
function guestReferences(session: Session, { board, path, offset, target }: Found, declared: boolean): SourceRange[] {
  const node = target?.kind === 'node' ? target.node : target?.kind === 'label' ? board.tree.labels.get(target.name) : undefined;
  return session.guests.systemsOf(path).flatMap((system) => {
    const about = targetInPartial(system, path, offset);
    if (about !== undefined) return referencesTo(system, about, declared);
    const inHost = node === undefined || !isOfHost(system, path) ? undefined : system.host?.tree.byPath(pathOf(node));
    return inHost === undefined ? [] : guestUses(system, inHost);
  });
}

function isOfHost({ host }: System, path: string): boolean {
  return host?.text.files.has(path) === true;
}

function isNamed(target: Target): target is Target & NamedThing {
  return target.kind === 'label' || target.kind === 'macro';
}

async function usesOf(session: Session, query: { board: Board; thing: NamedThing; definitions: boolean }): Promise<SourceRange[]> {
  const { board, thing } = query;
  const documents = await filesSharing(session, board, thing);
  return documents.flatMap((document) => occurrences(document, thing)
    .filter(({ definition }) => query.definitions || !definition)
    .map(({ start, end }) => ({ file: document.path, start, end })));
}

/**
 * Every file that holds a name and in which it means the same: the board's own files, and those of
 * the other boards that are made of the file which defines it. The search is bounded in time, and
 * done in slices.
 */
async function filesSharing(session: Session, board: Board, thing: NamedThing): Promise<RawDocument[]> {
  const definedIn = definitionOf(board, thing)?.file ?? board.text.root.file.path;
  const { roots } = await session.workspace.allContexts(definedIn, SEARCH_TIME);
  const paths = new Set([...board.text.files.keys(), ...session.graph.filesOf(roots)]);
  const found: RawDocument[] = [];
  await session.runInSlices(function* search() {
    for (const path of paths) {
      const document = documentWith(session, path, { board, thing });
      yield;
      if (document === undefined) continue;
      found.push(document);
      // Reading the tokens is the long part; they are kept with the document.
      void document.tokens;
      yield;
    }
  });
  return found;
}

function definitionOf(board: Board, { kind, name }: NamedThing): SourceRange | undefined {
  if (kind === 'macro') return board.macro(name)?.range;
  const label = board.tree.labels.get(name)?.labels.find((candidate) => candidate.name === name);
  return label === undefined ? undefined : board.range(label);
}

function documentWith(session: Session, path: string, { board, thing }: { board: Board; thing: NamedThing }): RawDocument | undefined {
  const known = session.documents.get(path) ?? board.document(path);
  const text = known?.text ?? session.files.readText(path);
  if (text === undefined || !text.includes(thing.name)) return undefined;
  return known ?? new RawDocument(path, text);
}
