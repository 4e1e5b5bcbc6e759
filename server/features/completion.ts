/**
 * Completion: what may stand at the cursor, most likely first. Inside `iommus = <` that is IOMMU
 * labels, after one of them its StreamID macros; elsewhere labels, macros, property names,
 * keywords, values, directives. Reads raw tokens before the cursor, so it works on half-typed text.
 */
import type { Board } from './board.ts';
import { cellItems, labelItems } from './completionCells.ts';
import { propertyNameItems, stringItems } from './completionNames.ts';
import { cursorCells, propertyAt } from './cursor.ts';
import { KEYWORD_NOTES } from './knowledge.ts';
import type { RawDocument } from './raw/document.ts';
import { enclosingNode, itemAt, nameOf } from './raw/outline.ts';
import { Raw } from './raw/tokens.ts';

/** What a proposal is, for its icon. */
export type ProposalKind = 'label' | 'macro' | 'property' | 'keyword' | 'value' | 'file' | 'folder' | 'node';

/** One proposal. */
export interface Proposal {
  readonly label: string;
  readonly kind: ProposalKind;
  readonly detail?: string;
  readonly documentation?: string;
  /** The text that goes in, where it is not the label; with `$0` for the cursor where `snippet` is set. */
  readonly insert?: string;
  readonly snippet?: boolean;
  /** Smaller comes first; 5 where nothing speaks for it. */
  readonly rank?: number;
}

/** The proposals, and the range of the text that they replace. */
export interface Proposals {
  readonly start: number;
  readonly end: number;
  readonly items: readonly Proposal[];
  /** There are more than are listed: ask again with more text. */
  readonly incomplete: boolean;
}

/** A menu longer than this is of no use; the editor asks again as the user types. */
const MAX_ITEMS = 500;

const PREFIX = /[\w,.+#?@/-]*$/;
const CELL_PREFIX = /[A-Za-z_0-9]*$/;

/** The proposals at a cursor, undefined where none make sense (comments, numbers). */
export function completion(board: Board, document: RawDocument, offset: number): Proposals | undefined {
  const { tokens, text } = document;
  const typedPath = /&\{([^{}\s;<>]*)$/.exec(text.slice(Math.max(0, offset - 500), offset))?.[1];
  if (typedPath !== undefined) return pathItems(board, document, { offset, typed: typedPath });
  const token = tokens.indexAt(Math.max(0, offset - 1));
  const kind = tokens.kind(token);
  const inside = token >= 0 && tokens.start(token) < offset && offset <= tokens.end(token);
  if (inside && kind === Raw.Directive) return directiveItems(board, document, offset);
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (/^\s*#[ \t]*[a-z]*$/.test(line)) return hashItems(board, document, offset, line);
  if (inside && kind === Raw.Comment && offset < tokens.end(token) + (tokens.textOf(token).startsWith('//') ? 1 : 0)) return undefined;
  if (inside && kind === Raw.String && isInString(document, token, offset)) return inString(board, document, token);
  const property = propertyAt(document, offset);
  if (property !== undefined && offset > tokens.end(property.nameToken)) return inValue(board, document, offset);
  return inStatement(board, document, offset);
}

function isInString(document: RawDocument, token: number, offset: number): boolean {
  const text = document.tokens.textOf(token);
  return offset < document.tokens.end(token) || text.length === 1 || !text.endsWith('"');
}

/** Filters by what is typed, ranks, and cuts. */
function proposals(document: RawDocument, range: { start: number; end: number }, items: Iterable<Proposal>): Proposals {
  const typed = document.text.slice(range.start, range.end).toLowerCase();
  const found: Proposal[] = [];
  for (const item of items) if (matches(item.label.toLowerCase(), typed)) found.push(item);
  found.sort((a, b) => (a.rank ?? 5) - (b.rank ?? 5) || (a.label < b.label ? -1 : 1));
  return { ...range, items: found.slice(0, MAX_ITEMS), incomplete: found.length > MAX_ITEMS };
}

/** Editors match by subsequence: what is typed must occur in order. */
function matches(label: string, typed: string): boolean {
  let at = 0;
  for (const char of typed) {
    at = label.indexOf(char, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Inside `&{...`: the children of the node that the path leads to so far. */
function pathItems(board: Board, document: RawDocument, at: { offset: number; typed: string }): Proposals {
  const parent = at.typed.slice(0, at.typed.lastIndexOf('/') + 1);
  const node = board.tree.byPath(parent === '/' ? '/' : parent.replace(/\/$/, ''));
  const items = [...(node?.children.keys() ?? [])].map((name): Proposal => ({ label: parent + name, kind: 'node' }));
  const first: Proposal[] = parent === '' ? [{ label: '/', kind: 'node' }] : [];
  return proposals(document, { start: at.offset - at.typed.length, end: at.offset }, [...first, ...items]);
}

/** Lines that begin with `#`: directives, and properties such as `#address-cells`. */
function hashItems(board: Board, document: RawDocument, offset: number, line: string): Proposals {
  const start = offset - line.trimStart().length;
  return proposals(document, { start, end: offset }, [...DIRECTIVES, ...propertyNameItems(board, document, offset)]);
}

const DIRECTIVES: readonly Proposal[] = ['#include', '#define', '#undef', '#ifdef', '#ifndef', '#if', '#elif', '#else', '#endif', '#error']
  .map((label) => ({ label, kind: 'keyword', rank: 6 }));

/** Inside a directive: macro names after `#if` and its like. Include paths are the caller's, who can list folders. */
function directiveItems(board: Board, document: RawDocument, offset: number): Proposals | undefined {
  const { tokens, text } = document;
  const line = text.slice(tokens.start(tokens.indexAt(offset - 1)), offset);
  if (!/^#\s*(?:if|ifdef|ifndef|elif|undef)\b.*\s/.test(line)) return undefined;
  const start = offset - (CELL_PREFIX.exec(line)?.[0].length ?? 0);
  const macros = function* (): Generator<Proposal> {
    for (const label of board.macroNames()) yield { label, kind: 'macro' };
  };
  return proposals(document, { start, end: offset }, macros());
}

function inString(board: Board, document: RawDocument, token: number): Proposals | undefined {
  const { tokens } = document;
  const property = propertyAt(document, tokens.start(token) + 1);
  if (property === undefined) return undefined;
  const closed = tokens.textOf(token).length > 1 && tokens.textOf(token).endsWith('"');
  const range = { start: tokens.start(token) + 1, end: closed ? tokens.end(token) - 1 : tokens.end(token) };
  // What stands between the quotes is replaced as a whole, so nothing is filtered out by it.
  const items = stringItems(board, nameOf(tokens, property));
  return { ...range, items: [...items].slice(0, MAX_ITEMS), incomplete: false };
}

function inValue(board: Board, document: RawDocument, offset: number): Proposals | undefined {
  const { text } = document;
  const word = CELL_PREFIX.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? '';
  const start = offset - word.length;
  if (/^\d/.test(word)) return undefined;
  const cells = cursorCells(board, document, start);
  if (text[start - 1] === '&') {
    const property = cells?.property ?? '';
    return proposals(document, { start: start - 1, end: offset }, labelItems(board, property));
  }
  if (text[start - 1] === '/') return proposals(document, { start: start - 1, end: offset }, keywords(['/bits/', '/incbin/']));
  if (cells !== undefined) return proposals(document, { start, end: offset }, cellItems(board, cells));
  const name = propertyAt(document, offset);
  const items = name === undefined ? [] : [...stringItems(board, nameOf(document.tokens, name))].map((item) => ({ ...item, insert: `"${item.insert ?? item.label}"` }));
  return proposals(document, { start, end: offset }, items);
}

function keywords(names: readonly string[]): Proposal[] {
  return names.map((label) => ({ label, kind: 'keyword', documentation: KEYWORD_NOTES.get(label) ?? '' }));
}

const IN_NODE = ['/delete-node/', '/delete-property/', '/omit-if-no-ref/', '/include/'];
const AT_TOP = ['/dts-v1/', '/plugin/', '/memreserve/', '/delete-node/', '/omit-if-no-ref/', '/include/'];

function inStatement(board: Board, document: RawDocument, offset: number): Proposals {
  const { text } = document;
  const word = PREFIX.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? '';
  let start = offset - word.length;
  const node = enclosingNode(itemAt(document.outline, offset));
  const inNode = node !== undefined && offset > node.open && (node.close < 0 || offset <= node.close);
  const before = text.slice(Math.max(0, start - 40), start);
  if (text[start - 1] === '&') {
    start -= 1;
    return proposals(document, { start, end: offset }, [...labelItems(board, '')]);
  }
  if (/\/delete-property\/\s*$/.test(before)) return proposals(document, { start, end: offset }, ownProperties(board, document, offset));
  if (word.startsWith('/')) return proposals(document, { start, end: offset }, keywords(inNode ? IN_NODE : AT_TOP));
  if (inNode) return proposals(document, { start, end: offset }, [...propertyNameItems(board, document, offset), ...keywords(IN_NODE)]);
  return proposals(document, { start, end: offset }, [...labelItems(board, ''), ...keywords(AT_TOP), { label: '/ {', kind: 'node', insert: '/ {\n\t$0\n};', snippet: true, rank: 4 }]);
}

function ownProperties(board: Board, document: RawDocument, offset: number): Proposal[] {
  return [...propertyNameItems(board, document, offset, true)];
}
