import { describe, expect, it } from 'vitest';
import { preprocess } from '../../../../model/devicetree/preprocess/preprocess.ts';
import type { SourceRange } from '../../../../model/problem.ts';
import type { ExpandedText, Expansion, Origin } from '../../../../model/devicetree/source/origin.ts';
import { memoryHost } from './memoryHost.ts';

interface Result {
  expanded: ExpandedText;
  /** The text at a range, with the file where that is not the root. */
  at(range: SourceRange | undefined): string | undefined;
  /** The origin of the first (or a later) occurrence of a piece of expanded text. */
  origin(piece: string, nth?: number): Origin;
}

function expand(texts: Record<string, string>, defines: Record<string, string> = {}): Result {
  const host = memoryHost(texts);
  const { expanded } = preprocess('/a.dts', host, { includeRoots: ['/inc'], defines });
  return {
    expanded,
    at: (range) => range && `${range.file === '/a.dts' ? '' : `${range.file}:`}${host.files.get(range.file)?.slice(range.start, range.end)}`,
    origin(piece, nth = 0) {
      let at = -1;
      for (let i = 0; i <= nth; i++) at = expanded.text.indexOf(piece, at + 1);
      expect(at).toBeGreaterThanOrEqual(0);
      return expanded.origin(at, at + piece.length);
    },
  };
}

function chain(expansion: Expansion | undefined): string[] {
  return expansion === undefined ? [] : [expansion.macro, ...chain(expansion.parent)];
}

describe('origins', () => {
  it('lead from copied text to the same characters', () => {
    const { origin, at } = expand({ '/a.dts': '/* c */\n#define K 1\n/ { node@1 { reg = <K>; }; };\n' });
    const found = origin('node@1');
    expect([at(found.range), at(found.spelling), found.expansion]).toEqual(['node@1', 'node@1', undefined]);
    expect(at(origin('reg = <1>').range)).toBe('reg = <K>');
  });

  it('point at the invocation and spell in the body', () => {
    const { origin, at } = expand({ '/a.dts': '#include <k.h>\n<SID>', '/inc/k.h': '#define SID 0x7f80\n' });
    const found = origin('0x7f80');
    expect(at(found.range)).toBe('SID');
    expect(at(found.spelling)).toBe('/inc/k.h:0x7f80');
    expect(at(found.expansion?.definition)).toBe('/inc/k.h:SID');
    expect(at(found.expansion?.invocation)).toBe('SID');
    expect(found.inclusion.file.path).toBe('/a.dts');
  });

  it('spell arguments where they are written', () => {
    const { origin, at } = expand({ '/a.dts': '#define PAIR(x, y) <x (y + 1)>\nreg = PAIR(0x10, 0x20);' });
    expect(at(origin('0x20').spelling)).toBe('0x20');
    expect(at(origin('0x20').range)).toBe('PAIR(0x10, 0x20)');
    expect(at(origin('+ 1').spelling)).toBe('+ 1');
    expect(chain(origin('0x20').expansion)).toEqual(['PAIR']);
  });

  it('name the chain of macros, innermost first', () => {
    const { origin, at } = expand({ '/a.dts': '#define A(x) [x INNER]\n#define INNER 42\n#define B A(7)\nB;' });
    const found = origin('42');
    expect(chain(found.expansion)).toEqual(['INNER', 'A', 'B']);
    expect(at(found.expansion?.invocation)).toBe('INNER');
    expect(at(found.expansion?.parent?.invocation)).toBe('A(7)');
    expect(at(found.expansion?.parent?.parent?.invocation)).toBe('B');
    expect(at(found.range)).toBe('B');
  });

  it('know macros used within arguments', () => {
    const { origin, at } = expand({ '/a.dts': '#define ID(x) x\n#define K 42\nID(K);' });
    expect(chain(origin('42').expansion)).toEqual(['K', 'ID']);
    expect(at(origin('42').expansion?.invocation)).toBe('K');
    expect(at(origin('42').range)).toBe('ID(K)');
  });

  it('give no definition for macros of the command line', () => {
    const { origin } = expand({ '/a.dts': '<BOARD>' }, { BOARD: '17' });
    expect(origin('17').expansion).toMatchObject({ macro: 'BOARD', definition: undefined });
  });

  it('use the definition that was in force', () => {
    const { origin, at } = expand({ '/a.dts': '#define K 1\n<K>\n#undef K\n#define K 2\n<K>' });
    expect(at(origin('1').spelling)).toBe('1');
    expect(origin('1').expansion?.definition?.start).toBe(8);
    expect(origin('2').expansion?.definition?.start).toBe(33);
  });

  it('hold the chain of includes, once per inclusion', () => {
    const { expanded, origin, at } = expand({ '/a.dts': '#include "b.dtsi"\n#include "b.dtsi"\nend', '/b.dtsi': 'x /include/ "c.dtsi"', '/c.dtsi': 'deep' });
    const [first, second] = [origin('deep'), origin('deep', 1)];
    expect(at(first.range)).toBe('/c.dtsi:deep');
    expect(at(first.inclusion.directive)).toBe('/b.dtsi:/include/ "c.dtsi"');
    expect(at(first.inclusion.parent?.directive)).toBe('#include "b.dtsi"');
    expect(first.inclusion.parent?.directive?.start).toBe(0);
    expect(second.inclusion.parent?.directive?.start).toBe(18);
    expect(expanded.inclusions.map(({ file }) => file.path)).toEqual(['/a.dts', '/b.dtsi', '/c.dtsi', '/b.dtsi', '/c.dtsi']);
    expect([...expanded.files.keys()]).toEqual(['/a.dts', '/b.dtsi', '/c.dtsi']);
    expect(expanded.root.file.path).toBe('/a.dts');
  });

  it('cover a range over several pieces in the innermost common file', () => {
    const { expanded, at } = expand({ '/a.dts': 'node {\n#include "b.dtsi"\n};\nK L', '/b.dtsi': 'p = <1>;\nq = <2>;\n' });
    const whole = (from: string, to: string): string | undefined =>
      at(expanded.origin(expanded.text.indexOf(from), expanded.text.indexOf(to) + to.length).range);
    expect(whole('node', '};')).toBe('node {\n#include "b.dtsi"\n};');
    expect(whole('p =', 'q =')).toBe('/b.dtsi:p = <1>;\nq =');
    expect(whole('node', 'p =')).toBe('node {\n#include "b.dtsi"');
    expect(whole('q =', '};')).toBe('#include "b.dtsi"\n};');
  });

  it.each([
    ['splices', '#define K \\\n  0x12 \\\n + 1\n"a\\\nb" K', '"ab"', '"a\\\nb"'],
    ['splices in macros', '#define K \\\n  0x12 \\\n + 1\n"a\\\nb" K', '0x12', '0x12'],
    ['carriage returns', 'a {\r\n  b;\r\n};\r\n', '};', '};'],
    ['a byte order mark', '\ufeffa b', 'b', 'b'],
  ])('see through %s', (_name, text, piece, written) => {
    const { origin, at } = expand({ '/a.dts': text });
    expect(at(origin(piece).spelling)).toBe(written);
  });

  it('follow linemarkers to files that exist', () => {
    const text = '# 1 "b.dts"\n# 1 "<built-in>"\n# 1 "b.dts"\n/ { node {\n# 1 "none.dtsi" 1\nx = <4>;\n# 3 "b.dts" 2\n}; };\n';
    const { origin, at } = expand({ '/a.dts': text, '/b.dts': '/ { node {\n#include "none.dtsi"\n}; };\n' });
    expect(at(origin('node').range)).toBe('/b.dts:node');
    expect(at(origin('}; };').range)).toBe('/b.dts:}; };');
    expect(at(origin('x = <4>').range)).toBe('x = <4>');
    expect(origin('node').inclusion.parent?.file.path).toBe('/a.dts');
  });

  it('answer for an empty text', () => {
    const { expanded } = expand({ '/a.dts': '' });
    expect(expanded.origin(0, 0).range).toEqual({ file: '/a.dts', start: 0, end: 0 });
  });
});

describe('offsets of a place', () => {
  const source = '#define K 1\n#define F(x) [x]\nnode { reg = <K>; y = F(other); };\n#if 0\nhidden\n#endif\n#include "b.h"\n#include "b.h"\n#define S 77\n#define T S + 1\nS then <T> S then';
  const { expanded } = expand({ '/a.dts': source, '/b.h': 'twice' });
  const texts: Record<string, string> = { '/a.dts': source, '/b.h': 'twice', '/z.h': 'z' };
  const pieces = (file: string, what: string): string[] =>
    expanded.offsetsOf(file, texts[file]!.indexOf(what)).map((offset) => expanded.text.slice(offset, offset + 5));

  it.each([
    ['copied text', '/a.dts', 'node', ['node ']],
    ['an invocation', '/a.dts', 'K>', ['1>; y']],
    ['an argument', '/a.dts', 'other', ['other']],
    ['inactive text', '/a.dts', 'hidden', []],
    ['a macro\'s body', '/a.dts', '1\n', ['1>; y']],
    ['the body of a macro used by others', '/a.dts', '77', ['77 th', '77 + ', '77 th']],
    ['a parameter', '/a.dts', 'x) [', []],
    ['a file included twice', '/b.h', 'twice', ['twice', 'twice']],
    ['a file that is not there', '/z.h', 'z', []],
  ])('of %s', (_name, file, what, expected) => {
    expect(pieces(file, what)).toEqual(expected);
  });

  it('lead back to the place', () => {
    for (let at = 0; at < expanded.text.length; at++) {
      const { range, expansion } = expanded.origin(at, at + 1);
      if (expansion === undefined) expect(expanded.offsetsOf(range.file, range.start)).toContain(at);
    }
  });
});
