/**
 * Code actions: the fixes that problems bring with them, and a label for a node that has none,
 * since a reference needs one.
 */
import type { Problem, TextEdit } from '../../model/problem.ts';
import type { Board } from './board.ts';
import type { RawDocument } from './raw/document.ts';
import { Raw } from './raw/tokens.ts';

/** One action: edits, and the problem that it mends. */
export interface Action {
  readonly title: string;
  readonly kind: 'quickfix' | 'refactor.rewrite';
  readonly edits: readonly TextEdit[];
  readonly preferred: boolean;
  readonly problem: Problem | undefined;
  /** The path of a file that the action makes; its edits are that file's text. */
  readonly creates?: string;
}

/** The fixes of problems that touch `[start, end]`. */
export function quickFixes(problems: readonly Problem[], start: number, end: number): Action[] {
  return problems
    .filter(({ range }) => range.start <= end && range.end >= start)
    .flatMap((problem) => (problem.fixes ?? []).map((fix): Action => ({
      title: fix.title, kind: 'quickfix', edits: fix.edits, preferred: fix.preferred === true, problem,
    })));
}

/** Offers a label for the node whose name is at `offset`. */
export function addLabel(board: Board, document: RawDocument, offset: number): Action[] {
  const { tokens } = document;
  const token = tokens.touching(offset);
  if (tokens.kind(token) !== Raw.Name || !tokens.is(token + 1, '{') || tokens.textOf(token) === '/') return [];
  const node = board.nodeOf(board.spotAt(document.path, tokens.start(token))?.nodes.at(-1));
  if (node === undefined || node.labels.length > 0) return [];
  const base = node.name.replace(/@.*/, '').replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
  let label = base;
  for (let number = 0; board.tree.labels.has(label); number += 1) label = `${base}${number}`;
  const start = tokens.start(token);
  const edits = [{ range: { file: document.path, start, end: start }, text: `${label}: ` }];
  return [{ title: `Add label "${label}"`, kind: 'refactor.rewrite', edits, preferred: false, problem: undefined }];
}
