/** Small helpers of text: lines, Markdown, directives, occurrences. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { includesOf, wordAt } from '../../../server/features/directives.ts';
import { block, clip, code, count, hexOf, plain } from '../../../server/features/markdown.ts';
import { occurrences } from '../../../server/features/occurrences.ts';
import { LineIndex } from '../../../server/features/raw/lines.ts';
import { raw } from '../check.ts';

describe('lines', () => {
  it.each<[string, number, [number, number]]>([
    ['ab\ncd', 4, [1, 1]], ['ab\r\ncd', 4, [1, 0]], ['ab\rcd', 3, [1, 0]], ['', 0, [0, 0]], ['ab', 99, [0, 2]], ['a\n', 2, [1, 0]],
  ])('%j at %i', (text, offset, [line, character]) => {
    expect(new LineIndex(text).positionAt(offset)).toEqual({ line, character });
  });

  it('lead back to the offset', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\u{1F600}'), maxLength: 30 }), (text) => {
      const lines = new LineIndex(text);
      for (let offset = 0; offset <= text.length; offset += 1) expect(lines.offsetAt(lines.positionAt(offset))).toBe(offset);
    }));
  });

  it.each([[{ line: 9, character: 9 }, 5], [{ line: 0, character: 99 }, 3], [{ line: -1, character: 2 }, 0]])('hold %j to the text', (position, offset) => {
    expect(new LineIndex('ab\ncd').offsetAt(position)).toBe(offset);
  });
});

describe('Markdown', () => {
  it('cannot be broken by names', () => {
    expect(code('a`b')).toBe('`` a`b ``');
    expect(plain('[x](y) *z* <b>')).toBe('\\[x\\]\\(y\\) \\*z\\* \\<b\\>');
    expect(block('c', 'x```y')).toBe("```c\nx'''y\n```");
  });

  it('is short', () => {
    expect(clip('abcdef', 3)).toBe('abc…');
    expect([count(1, 'master'), count(2, 'master'), hexOf(255), hexOf(1n << 40n)]).toEqual(['1 master', '2 masters', '0xff', '0x10000000000']);
  });
});

describe('includes as written', () => {
  it.each([
    ['#include "a.dtsi"', ['"a.dtsi']], ['# include <b/c.h> // x', ['<b/c.h']], ['/include/ "d.dtsi"', ['"d.dtsi']], ['#include MACRO', []], ['x = "#include";', []],
  ])('%s', (text, expected) => {
    expect(includesOf(raw(text)).map((include) => (include.quoted ? '"' : '<') + text.slice(include.start, include.end))).toEqual(expected);
  });
});

describe('the word at an offset', () => {
  it.each([['ab_1 c', 2, 'ab_1'], ['ab', 0, 'ab'], ['ab', 2, 'ab'], ['1a', 1, undefined], [' ', 0, undefined]])('%j at %i', (text, offset, word) => {
    expect(wordAt(text, offset)?.text).toBe(word);
  });
});

describe('occurrences', () => {
  it.each<[string, 'label' | 'macro', string, readonly string[]]>([
    ['a: b: n { x = <&a &ab>; };', 'label', 'a', ['0!', '16']],
    ['x = &{a/b}, &{/a};', 'label', 'a', ['6']],
    ['// &a\n/* a: */ y = "&a";', 'label', 'a', []],
    ['#define M a: b { x = <&a>; }', 'label', 'a', ['10!', '23']],
    ['#define A 1\nx = <A AA (A + 1)>;', 'macro', 'A', ['8!', '17', '23']],
    ['#ifdef A // A\n#define B A "A"\n#endif', 'macro', 'A', ['7', '24']],
    ['n@A { A; };', 'macro', 'A', ['2', '6']],
    ['#include <A>\nx = <A>;', 'macro', 'A', ['18']],
  ])('%j of %s %s', (...row) => {
    const [text, kind, name, expected] = row;
    expect(occurrences(raw(text), { kind, name }).map(({ start, definition }) => `${start}${definition ? '!' : ''}`)).toEqual(expected);
  });
});
