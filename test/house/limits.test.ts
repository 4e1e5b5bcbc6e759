import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { productSources, type Source } from './sources.ts';

/** Tables of field, key or message definitions: long by nature, no logic. Exempt from the file limit. */
const TABLES: readonly string[] = ['model/xl/keys.ts'];

const FILE_HARD = 400;
const FILE_MEDIAN = 150;
const FUNCTION_HARD = 80;
const FUNCTION_P95 = 40;

interface Measured { path: string; line: number; lines: number }
interface SyntaxNode { type: string; start: number; end: number; [key: string]: unknown }

function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}

const FUNCTION_TYPES = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** The length in lines of every function with a body in one file. */
function functionsOf(source: Source): Measured[] {
  const found: Measured[] = [];
  const pending: unknown[] = [parseSync(source.path, source.text).program];
  for (let value = pending.pop(); pending.length > 0 || value !== undefined; value = pending.pop()) {
    if (Array.isArray(value)) pending.push(...value);
    else if (isSyntaxNode(value)) {
      if (FUNCTION_TYPES.has(value.type) && value['body'] !== null) found.push(measure(source, value));
      pending.push(...Object.values(value).filter((v) => Array.isArray(v) || isSyntaxNode(v)));
    }
  }
  return found;
}

function measure(source: Source, node: SyntaxNode): Measured {
  const line = source.text.slice(0, node.start).split('\n').length;
  return { path: source.path, line, lines: source.text.slice(node.start, node.end).split('\n').length };
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

describe('house limits', () => {
  const sources = productSources();
  const lengths = sources.map((s) => ({ path: s.path, lines: s.text.split('\n').length }));
  const functions = sources.flatMap(functionsOf);

  it(`holds every file to ${FILE_HARD} lines and the median to ${FILE_MEDIAN}`, () => {
    expect(lengths.filter((f) => f.lines > FILE_HARD && !TABLES.includes(f.path))).toEqual([]);
    expect(percentile(lengths.map((f) => f.lines), 0.5)).toBeLessThanOrEqual(FILE_MEDIAN);
  });

  it(`holds every function to ${FUNCTION_HARD} lines and the 95th percentile to ${FUNCTION_P95}`, () => {
    expect(functions.filter((f) => f.lines > FUNCTION_HARD)).toEqual([]);
    expect(percentile(functions.map((f) => f.lines), 0.95)).toBeLessThanOrEqual(FUNCTION_P95);
  });
});

describe('exports of model/ and emulator/', () => {
  it('each have a doc comment', () => {
    const bare = productSources()
      .filter((s) => s.layer === 'model' || s.layer === 'emulator')
      .flatMap((s) =>
        [...s.text.matchAll(/^export (?:async )?(?:abstract )?(?:function\*?|class|interface|type|const|enum)\s+(\w+)/gm)]
          .filter((m) => !/\*\/\s*$/.test(s.text.slice(0, m.index)))
          .map((m) => `${s.path}: ${m[1]}`),
      );
    expect(bare).toEqual([]);
  });
});
