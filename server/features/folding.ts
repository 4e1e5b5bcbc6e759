/**
 * Folding: nodes, values over several lines, block comments, runs of line comments, runs of
 * includes, and the branches of `#if`. Reads one file alone.
 */
import type { RawDocument } from './raw/document.ts';
import type { OutlineItem } from './raw/outline.ts';
import { Raw } from './raw/tokens.ts';

/** Lines `start` to `end`, both from 0, of which the first stays visible. */
export interface Fold {
  readonly start: number;
  readonly end: number;
  readonly kind?: 'comment' | 'imports' | 'region';
}

/** Editors draw a few thousand folds at most; a hostile file must not make millions. */
const MAX_FOLDS = 5_000;

/** Every fold of a file, in no particular order. */
export function folds(document: RawDocument): Fold[] {
  const found = [...itemFolds(document), ...commentFolds(document), ...directiveFolds(document)];
  return found.filter((fold) => fold.end > fold.start).slice(0, MAX_FOLDS);
}

function* itemFolds(document: RawDocument): Generator<Fold> {
  const line = (offset: number): number => document.lines.positionAt(offset).line;
  const pending: OutlineItem[] = [...document.outline];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    for (const child of item.children) pending.push(child);
    if (item.kind === 'node') {
      yield { start: line(item.open), end: item.close < 0 ? line(item.end) : line(item.close) - 1 };
    } else if (item.kind === 'property') yield { start: line(item.start), end: line(item.end) };
  }
}

function* commentFolds(document: RawDocument): Generator<Fold> {
  const { tokens, lines } = document;
  let run: { start: number; end: number } | undefined;
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens.kind(at) !== Raw.Comment) continue;
    const start = lines.positionAt(tokens.start(at)).line;
    const end = lines.positionAt(tokens.end(at)).line;
    if (end > start) yield { start, end, kind: 'comment' };
    else if (run !== undefined && start === run.end + 1) run.end = start;
    else {
      if (run !== undefined) yield { ...run, kind: 'comment' };
      run = { start, end };
    }
  }
  if (run !== undefined) yield { ...run, kind: 'comment' };
}

function* directiveFolds(document: RawDocument): Generator<Fold> {
  const { tokens, lines } = document;
  const branches: number[] = [];
  let includes: { start: number; end: number } | undefined;
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens.kind(at) !== Raw.Directive) continue;
    const line = lines.positionAt(tokens.start(at)).line;
    const word = directiveWord(tokens.text, tokens.start(at));
    if (word === 'include') {
      if (includes !== undefined && line <= includes.end + 2) includes.end = line;
      else {
        if (includes !== undefined) yield { ...includes, kind: 'imports' };
        includes = { start: line, end: line };
      }
    } else if (word.startsWith('if')) branches.push(line);
    else if (word.startsWith('el') || word === 'endif') {
      const start = branches.pop();
      if (start !== undefined) yield { start, end: line - 1, kind: 'region' };
      if (word !== 'endif') branches.push(line);
    } else if (word === 'define') yield { start: line, end: lines.positionAt(tokens.end(at)).line };
  }
  if (includes !== undefined) yield { ...includes, kind: 'imports' };
}

/** The word of the directive that starts at `start`: `include`, `ifdef` ... */
export function directiveWord(text: string, start: number): string {
  return /^#[ \t]*([a-z_]+)/.exec(text.slice(start, start + 40))?.[1] ?? '';
}
