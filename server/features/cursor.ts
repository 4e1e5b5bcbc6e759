/**
 * What is being typed at the cursor, read from raw tokens and the outline, so that it works on
 * text that does not parse: which node and property, how many cells stand before the cursor, and
 * which reference they follow.
 */
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import type { Board } from './board.ts';
import type { RawDocument } from './raw/document.ts';
import { enclosingNode, itemAt, nameOf, type OutlineItem } from './raw/outline.ts';
import { Raw, type RawTokens } from './raw/tokens.ts';

/** The cursor inside `<...>` of a property. */
export interface CursorCells {
  readonly property: string;
  readonly node: DtNode | undefined;
  /** The label of the last reference before the cursor in this property. */
  readonly reference: string | undefined;
  /** Which part of the entry of `reference` the cursor is on: 0 is the reference itself. */
  readonly since: number;
  /** The index of the cell that the cursor is on. */
  readonly index: number;
}

/** The property being typed around `offset`: the statement may lack its semicolon, and be empty yet. */
export function propertyAt(document: RawDocument, offset: number): OutlineItem | undefined {
  const item = itemAt(document.outline, offset);
  return item?.kind === 'property' ? item : undefined;
}

/** The merged node that the statement around `offset` belongs to. */
export function nodeAround(board: Board, document: RawDocument, offset: number): DtNode | undefined {
  const item = enclosingNode(itemAt(document.outline, offset));
  if (item === undefined || item.open < 0) return undefined;
  const name = document.tokens.start(item.nameToken);
  const spot = board.spotAt(document.path, name) ?? board.spotAt(document.path, name + 1);
  return board.nodeOf(spot?.nodes.at(-1)) ?? byName(board, document, item);
}

/** A node whose body does not parse is still found by its label. */
function byName(board: Board, document: RawDocument, item: OutlineItem): DtNode | undefined {
  const name = nameOf(document.tokens, item);
  const label = item.labels[0] ?? (name.startsWith('&') ? name.slice(1) : undefined);
  return label === undefined ? undefined : board.tree.labels.get(label);
}

/** What is typed inside the cells around the cursor; undefined where it is not in cells. */
export function cursorCells(board: Board, document: RawDocument, offset: number): CursorCells | undefined {
  const item = propertyAt(document, offset);
  const { tokens } = document;
  if (item === undefined || !insideCells(tokens, item, offset)) return undefined;
  let reference: string | undefined;
  let since = 0;
  let index = 0;
  let parens = 0;
  for (let at = item.nameToken + 1; at < tokens.length && tokens.end(at) < offset; at += 1) {
    if (tokens.is(at, '(')) parens += 1;
    else if (tokens.is(at, ')')) parens -= 1;
    if (parens > 0 || !isCell(tokens, at)) continue;
    index += 1;
    since += 1;
    if (tokens.kind(at) !== Raw.Reference) continue;
    reference = tokens.textOf(at).slice(1);
    since = 1;
  }
  return { property: nameOf(tokens, item), node: nodeAround(board, document, offset), reference, since, index };
}

/** A word, number or reference is a cell; so is what parentheses close, unless a macro's name stands before them. */
function isCell(tokens: RawTokens, at: number): boolean {
  const kind = tokens.kind(at);
  if (kind === Raw.Reference || kind === Raw.Number || kind === Raw.Char) return true;
  if (kind === Raw.Word) return !tokens.is(at + 1, '(') || tokens.start(at + 1) > tokens.end(at);
  return tokens.is(at, ')');
}

function insideCells(tokens: RawTokens, item: OutlineItem, offset: number): boolean {
  let inside = false;
  let parens = 0;
  for (let at = item.nameToken; at < tokens.length && tokens.start(at) < offset; at += 1) {
    if (tokens.is(at, '(')) parens += 1;
    else if (tokens.is(at, ')')) parens -= 1;
    else if (parens === 0 && tokens.is(at, '<')) inside = true;
    else if (parens === 0 && tokens.is(at, '>')) inside = false;
  }
  return inside;
}
