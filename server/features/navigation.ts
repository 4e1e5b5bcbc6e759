/**
 * What the cursor is on, and where that is defined and used: labels, macros, nodes, properties and
 * included files. Definitions come from the merged board; uses of labels and macros from the text
 * of all files, uses of nodes from the board.
 */
import type { SourceRange } from '../../model/problem.ts';
import type { LabelSyntax, NodeSyntax, PropertySyntax, ReferenceSyntax, Span } from '../../model/devicetree/syntax/ast.ts';
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import type { Board } from './board.ts';
import { directiveAt } from './directives.ts';
import { locate } from './locate.ts';
import type { NamedThing } from './occurrences.ts';
import type { RawDocument } from './raw/document.ts';
import { Raw } from './raw/tokens.ts';

/** What the cursor is on. `start` and `end` are the range of the name in the file. */
export type Target = { readonly start: number; readonly end: number } & (
  | NamedThing
  | { readonly kind: 'node'; readonly node: DtNode }
  | { readonly kind: 'property'; readonly node: DtNode; readonly name: string }
  | { readonly kind: 'file'; readonly file: string }
);

/** What the cursor is on, undefined where nothing is named. */
export function targetAt(board: Board, document: RawDocument, offset: number): Target | undefined {
  const { tokens } = document;
  const token = tokens.touching(offset);
  const kind = tokens.kind(token);
  const start = tokens.start(token);
  const end = tokens.end(token);
  if (kind === Raw.Directive) return directiveTarget(board, document, offset);
  if (kind === Raw.Label) return { kind: 'label', name: tokens.textOf(token), start, end };
  if (kind === Raw.Word) return { kind: 'macro', name: tokens.textOf(token), start, end };
  if (kind === Raw.Reference) return referenceTarget(board, document, token);
  if (kind === Raw.Name) return nameTarget(board, document, token);
  return undefined;
}

function directiveTarget(board: Board, document: RawDocument, offset: number): Target | undefined {
  const target = directiveAt(board, document, offset);
  if (target?.kind !== 'macro') return target;
  const { name, start, end } = target;
  const isLabel = document.text[start - 1] === '&' || (document.text[end] === ':' && !board.isMacro(name));
  return { kind: isLabel ? 'label' : 'macro', name, start, end };
}

function referenceTarget(board: Board, document: RawDocument, token: number): Target | undefined {
  const { tokens } = document;
  const text = tokens.textOf(token);
  const start = tokens.start(token);
  if (!text.startsWith('&{')) return { kind: board.isMacro(text.slice(1)) ? 'macro' : 'label', name: text.slice(1), start: start + 1, end: tokens.end(token) };
  const node = board.tree.byPath(text.slice(2).replace(/\}$/, ''));
  return node === undefined ? undefined : { kind: 'node', node, start, end: tokens.end(token) };
}

function nameTarget(board: Board, document: RawDocument, token: number): Target | undefined {
  const { tokens } = document;
  const start = tokens.start(token);
  const end = tokens.end(token);
  const name = tokens.textOf(token);
  if (board.isMacro(name)) return { kind: 'macro', name, start, end };
  const spot = board.spotAt(document.path, start);
  const node = board.nodeOf(spot?.nodes.at(-1));
  if (spot === undefined || node === undefined) return undefined;
  if (spot.property !== undefined || spot.other?.kind === 'delete-property') return { kind: 'property', node, name, start, end };
  return spot.other === undefined ? { kind: 'node', node, start, end } : undefined;
}

/** Where a target is defined: for a node every statement that opens it, the first first. */
export function definitions(board: Board, target: Target, file: string): SourceRange[] {
  if (target.kind === 'file') return [{ file: target.file, start: 0, end: 0 }];
  if (target.kind === 'macro') return [board.macroAt(file, target.start, target.name)?.range].filter((range) => range !== undefined);
  if (target.kind === 'node') return target.node.definitions.map((syntax) => board.range(syntax.target));
  if (target.kind === 'property') return propertyPlaces(board, target.node, target.name);
  const node = board.tree.labels.get(target.name);
  const label = node?.labels.find((candidate) => candidate.name === target.name);
  if (label !== undefined) return [board.range(labelName(label))];
  return node === undefined ? [] : node.definitions.slice(0, 1).map((syntax) => board.range(syntax.target));
}

/** A label's name without its colon. */
export function labelName(label: LabelSyntax): Span {
  return { start: label.start, end: label.start + label.name.length };
}

function propertyPlaces(board: Board, node: DtNode, name: string): SourceRange[] {
  const property = node.properties.get(name);
  const deleted = node.deletedProperties.filter((item) => item.property.name === name).map((item) => item.property.syntax);
  const statements = property === undefined ? deleted : [property.syntax, ...property.overridden.toReversed(), ...deleted];
  return statements.map((syntax) => board.range(syntax.nameSpan));
}

/** Every place of the board that names a node or property: statements, and references by label or path. */
export function boardUses(board: Board, target: Target): SourceRange[] {
  if (target.kind === 'property') return propertyPlaces(board, target.node, target.name);
  if (target.kind !== 'node') return [];
  const { node } = target;
  const places = node.definitions.map((syntax) => board.range(syntax.target));
  for (const reference of references(board)) {
    if (board.tree.resolve(reference) === node) places.push(board.range(reference));
  }
  return unique(places);
}

/** Every reference in values of the board. */
export function* references(board: Board): Generator<ReferenceSyntax> {
  const pending: NodeSyntax[] = board.syntax.items.filter((item) => item.kind === 'node');
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const member of node.members) {
      if (member.kind === 'node') pending.push(member);
      else if (member.kind === 'property') yield* referencesIn(member);
    }
  }
}

function* referencesIn(property: PropertySyntax): Generator<ReferenceSyntax> {
  for (const value of property.values) {
    if (value.kind === 'reference') yield value;
    else if (value.kind === 'cells') yield* value.elements.filter((cell) => cell.kind === 'reference');
  }
}

/** Ranges without repetition: a file that is included twice gives each place twice. */
export function unique(ranges: readonly SourceRange[]): SourceRange[] {
  const seen = new Set<string>();
  return ranges.filter((range) => {
    const key = `${range.start} ${range.end} ${range.file}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** A phandle written as a number, or any cell that refers to a node: that node's name. */
export function phandleTarget(board: Board, document: RawDocument, offset: number): SourceRange[] {
  const expanded = board.text.offsetsOf(document.path, offset)[0];
  const cell = expanded === undefined ? undefined : locate(board.syntax, expanded).cell;
  if (cell?.kind !== 'number') return [];
  const node = board.tree.byPhandle(cell.value);
  return node === undefined ? [] : node.definitions.slice(0, 1).map((syntax) => board.range(syntax.target));
}
