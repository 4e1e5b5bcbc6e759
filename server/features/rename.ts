/**
 * Rename of labels, macros and nodes. Labels and macros are renamed in the text of all files that
 * share the name; nodes in every statement and path that leads to them. A name that a macro puts
 * together cannot be renamed in place: rename then refuses, and says why.
 */
import type { SourceRange, TextEdit } from '../../model/problem.ts';
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import { stringList } from '../../model/devicetree/tree/values.ts';
import { type Board, pathOf } from './board.ts';
import { references, type Target, unique } from './navigation.ts';
import { occurrences } from './occurrences.ts';
import type { RawDocument } from './raw/document.ts';

/** The edits of a rename, or why there are none. */
export type RenameResult = { readonly edits: readonly TextEdit[] } | { readonly refusal: string };

const LABEL = /^[A-Za-z_]\w*$/;
const NODE_NAME = /^[\w,.+-]{1,31}(?:@[\w,.+-]+)?$/;

/** Why a target cannot be renamed at all. */
export function refusalOf(board: Board, target: Target): string | undefined {
  if (target.kind === 'file' || target.kind === 'property') return 'Only labels, macros and nodes can be renamed';
  if (target.kind === 'node' && target.node.parent === undefined) return 'The root node has no name to change';
  if (target.kind === 'macro' && board.macro(target.name)?.range === undefined) return 'This macro is not defined in a file';
  if (target.kind === 'label' && isPasted(board, target.name)) return `A macro puts the name "${target.name}" together; change the macro`;
  return undefined;
}

/** The edits that rename `target` to `name`; `files` are all files in which a label or macro of that name means the same. */
export function renameEdits(board: Board, target: Target, name: string, files: Iterable<RawDocument>): RenameResult {
  const refusal = refusalOf(board, target) ?? nameRefusal(board, target, name);
  if (refusal !== undefined) return { refusal };
  if (target.kind === 'node') return renameNode(board, target.node, name);
  if (target.kind !== 'label' && target.kind !== 'macro') return { edits: [] };
  const edits: TextEdit[] = [];
  for (const document of files) {
    for (const { start, end } of occurrences(document, target)) edits.push({ range: { file: document.path, start, end }, text: name });
  }
  return { edits };
}

function nameRefusal(board: Board, target: Target, name: string): string | undefined {
  if (target.kind === 'node') {
    if (!NODE_NAME.test(name)) return `"${name}" is not a node name`;
    return target.node.parent?.children.has(name) === true && name !== target.node.name ? `There is a node "${name}" beside it already` : undefined;
  }
  if (!LABEL.test(name)) return `"${name}" is not a ${target.kind} name: letters, digits and underscores, no digit first`;
  if (target.kind === 'label' && board.tree.labels.has(name)) return `The label "${name}" exists already`;
  return target.kind === 'macro' && board.isMacro(name) ? `The macro "${name}" exists already` : undefined;
}

/** Whether some place of a label is spelled otherwise than the label: `##` or an argument made it. */
function isPasted(board: Board, name: string): boolean {
  const node = board.tree.labels.get(name);
  const label = node?.labels.find((candidate) => candidate.name === name);
  if (label !== undefined && !spelling(board, label.start, label.end).includes(name)) return true;
  for (const reference of references(board)) {
    if (reference.label === name && !spelling(board, reference.start, reference.end).includes(name)) return true;
  }
  return false;
}

function spelling(board: Board, start: number, end: number): string {
  const { file, start: from, end: to } = board.text.origin(start, end).spelling;
  return board.document(file)?.text.slice(from, to) ?? '';
}

function renameNode(board: Board, node: DtNode, name: string): RenameResult {
  const places: SourceRange[] = [];
  for (const syntax of node.definitions) {
    if (syntax.target.kind === 'reference') continue;
    const origin = board.text.origin(syntax.target.start, syntax.target.end);
    const text = board.document(origin.range.file)?.text.slice(origin.range.start, origin.range.end);
    if (text !== node.name) return { refusal: `A macro puts the name "${node.name}" together; change the macro` };
    places.push(origin.range);
  }
  const path = pathOf(node);
  for (const reference of references(board)) {
    if (reference.path !== undefined) places.push(...segmentIn(board, reference, path));
  }
  for (const owner of [board.tree.byPath('/aliases'), board.tree.byPath('/chosen')]) {
    for (const property of owner?.properties.values() ?? []) {
      for (const { value, span } of stringList(property) ?? []) {
        if (value === path || value.startsWith(`${path}/`) || value.startsWith(`${path}:`)) places.push(...segmentIn(board, span, path));
      }
    }
  }
  return { edits: unique(places).map((range) => ({ range, text: name })) };
}

/** The last part of `path` where the text of a span spells it out. */
function segmentIn(board: Board, span: { start: number; end: number }, path: string): SourceRange[] {
  const { range } = board.text.origin(span.start, span.end);
  const text = board.document(range.file)?.text.slice(range.start, range.end) ?? '';
  const at = text.indexOf(path);
  if (at < 0 || /[^/:}"]/.test(text[at + path.length] ?? '')) return [];
  const end = range.start + at + path.length;
  return [{ file: range.file, start: end - (path.length - path.lastIndexOf('/') - 1), end }];
}
