/** The outline and the folds of a scenario: its machine, its blocks, and the lines in them. */
import type { ScenarioFile } from '../../../debugger/scenario/file.ts';
import { Pace } from '../../../debugger/scenario/pace.ts';
import type { SyntaxLine, SyntaxNode } from '../../../debugger/scenario/syntax/tree.ts';
import type { Fold } from '../folding.ts';
import type { OutlineSymbol, SymbolKindName } from '../symbols.ts';
import { fileOf, type ScenarioDocument } from './document.ts';

/** More symbols and folds than a person can use. */
const MAX = 2_000;

/** The symbols of a scenario, in slices. Its depth is bounded by the parser. */
export function* scenarioSymbols(document: ScenarioDocument): Generator<void, OutlineSymbol[]> {
  const file = yield* fileOf(document);
  const pace = new Pace();
  let left = MAX;
  function* convert(nodes: readonly SyntaxNode[]): Generator<void, OutlineSymbol[]> {
    const symbols: OutlineSymbol[] = [];
    for (const node of nodes) {
      if (left <= 0) break;
      left -= 1;
      if (pace.isDue()) yield;
      symbols.push(symbolOf(file, node, yield* convert(node.body)));
    }
    return symbols;
  }
  return yield* convert(file.tree.nodes);
}

function symbolOf({ text, bound }: ScenarioFile, { line, body }: SyntaxNode, children: OutlineSymbol[]): OutlineSymbol {
  const start = line.start + line.indent.length;
  const known = bound.get(line);
  const nameEnd = known?.verbEnd ?? line.end;
  return {
    name: text.slice(start, nameEnd).slice(0, 100), detail: text.slice(nameEnd, line.end).trim().slice(0, 100), kind: kindOf(known?.verb?.name, body.length > 0),
    start, end: Math.max(line.end, ...children.slice(-1).map((one) => one.end)), nameStart: start, nameEnd, children,
  };
}

function kindOf(verb: string | undefined, isBlock: boolean): SymbolKindName {
  if (isBlock) return 'node';
  return verb === 'let' ? 'macro' : 'property';
}

/** The folds of a scenario: blocks, and comments over several lines. In slices. */
export function* scenarioFolds(document: ScenarioDocument): Generator<void, Fold[]> {
  const { tree } = yield* fileOf(document);
  const found = yield* commentFolds(tree.lines);
  const pace = new Pace();
  const pending = [...tree.nodes];
  for (let node = pending.pop(); node !== undefined && found.length < MAX; node = pending.pop()) {
    if (pace.isDue()) yield;
    const last = lastLine(node);
    if (last > node.line.line) found.push({ start: node.line.line, end: last });
    pending.push(...node.body);
  }
  return found;
}

function lastLine(node: SyntaxNode): number {
  const last = node.body.at(-1);
  return last === undefined ? node.line.line : lastLine(last);
}

function* commentFolds(lines: readonly SyntaxLine[]): Generator<void, Fold[]> {
  const found: Fold[] = [];
  const pace = new Pace();
  let run: { start: number; end: number } | undefined;
  const close = (): void => {
    if (run !== undefined && run.end > run.start && found.length < MAX) found.push({ ...run, kind: 'comment' });
  };
  for (const { line, chunks } of lines) {
    if (pace.isDue()) yield;
    const isComment = chunks.length === 0;
    if (isComment && run !== undefined && run.end === line - 1) run.end = line;
    else {
      close();
      run = isComment ? { start: line, end: line } : undefined;
    }
  }
  close();
  return found;
}
