import { describe, expect, it } from 'vitest';
import { folds } from '../../../server/features/folding.ts';
import { itemAt, nameOf } from '../../../server/features/raw/outline.ts';
import { selectionRanges } from '../../../server/features/selection.ts';
import { documentSymbols, type OutlineSymbol } from '../../../server/features/symbols.ts';
import { cursor, raw } from '../check.ts';

function shape(symbols: readonly OutlineSymbol[]): string {
  return symbols.map((symbol) => `${symbol.detail === '' ? '' : `[${symbol.detail}]`}${symbol.name}${symbol.children.length === 0 ? '' : `(${shape(symbol.children)})`}`).join(' ');
}

describe('document symbols', () => {
  it.each([
    ['/ { a = <1>; l: b@0 { c; }; };', '/(a [l]b@0(c))'],
    ['&x { s = "y"; };', '&x(s)'],
    ['#define FOO 1\n/ { };', '[1]FOO /'],
    ['/ { a = <1>\n\tb: c { }; d; };', '/(a [b]c d)'],
    ['/ { a = <1>\n\tc { e; }; d; };', '/(a c(e) d)'],
    ['/ { a {', '/(a)'],
    ['/include/ "x.dtsi"\n/ { };', '/'],
    ['/ {\n#ifdef X\n a {\n#else\n b {\n#endif\n c; };\n d; };', '/(a b(c) d)'],
    ['/dts-v1/;\n/memreserve/ 0 1;\n/delete-node/ &a;\n/ { /delete-property/ b; c; };', '/(c)'],
  ])('%j', (text, expected) => {
    expect(shape(documentSymbols(raw(text)))).toBe(expected);
  });

  it('keeps hostile nesting shallow enough to walk', () => {
    const symbols = documentSymbols(raw('a {'.repeat(100_000)));
    let depth = 0;
    for (let level = symbols; level.length > 0; level = level[0]!.children) depth += 1;
    expect(depth).toBeLessThanOrEqual(200);
  });
});

describe('the item around an offset', () => {
  it.each([
    ['/ { a = <$01>; };', 'a'],
    ['/ { a = <1>;$0 };', 'a'],
    ['/ { a = <1>; $0 };', '/'],
    ['/ { b { c = <$0', 'c'],
    ['$0/ { };', '/'],
  ])('%j', (fixture, expected) => {
    const { text, offset } = cursor(fixture);
    const document = raw(text);
    const item = itemAt(document.outline, offset);
    expect(item === undefined ? undefined : nameOf(document.tokens, item)).toBe(expected);
  });
});

describe('folding', () => {
  it.each([
    ['/ {\n\ta;\n\tb {\n\t\tc;\n\t};\n};', ['0-4', '2-3']],
    ['/*\n * x\n */\n/ { };', ['0-2 comment']],
    ['// a\n// b\n\n// c\n', ['0-1 comment']],
    ['#include "a"\n#include "b"\n\n/ { };', ['0-1 imports']],
    ['#ifdef A\na;\n#else\nb;\n#endif', ['0-1 region', '2-3 region']],
    ['/ {\n\tr = <1>,\n\t    <2>;\n};', ['0-2', '1-2']],
    ['/ {\n\ta;', ['0-1']],
  ])('%j', (text, expected) => {
    expect(folds(raw(text)).map(({ start, end, kind }) => `${start}-${end}${kind === undefined ? '' : ` ${kind}`}`).sort()).toEqual(expected);
  });
});

describe('selection ranges', () => {
  it('grow from the word to the file', () => {
    const { text, offset } = cursor('/ { b { a = <1 &x$0>, <2>; }; };');
    expect(selectionRanges(raw(text), offset).map(({ start, end }) => text.slice(start, end))).toEqual([
      '&x', '1 &x', '<1 &x>', '<1 &x>, <2>', 'a = <1 &x>, <2>;', ' a = <1 &x>, <2>; ', 'b { a = <1 &x>, <2>; };',
      ' b { a = <1 &x>, <2>; }; ', text,
    ]);
  });

  it('never shrink, wherever the cursor is in broken text', () => {
    const text = '/ { a = <1 (2>; b { "x };';
    for (let offset = 0; offset <= text.length; offset += 1) {
      const ranges = selectionRanges(raw(text), offset);
      for (const [index, range] of ranges.entries()) {
        const inner = ranges[index - 1] ?? range;
        expect(range.start <= inner.start && range.end >= inner.end).toBe(true);
      }
    }
  });
});
