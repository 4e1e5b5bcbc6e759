import { describe, expect, it } from 'vitest';
import { preprocess } from '../../../../model/devicetree/preprocess/preprocess.ts';
import { memoryHost } from './memoryHost.ts';
import { normalise } from './normalise.ts';

/** The problems of a root file, `id level at` each, where `at` is the text that it is shown at. */
function problems(texts: Record<string, string>, includeRoots: string[] = ['/inc']): string[] {
  const host = memoryHost(texts);
  return preprocess('/a.dts', host, { includeRoots }).problems.map(({ id, level, range }) => {
    const file = range.file === '/a.dts' ? '' : `${range.file}:`;
    return `${id} ${level} ${file}${host.files.get(range.file)?.slice(range.start, range.end)}`;
  });
}

describe('problems of the preprocessor', () => {
  it.each<[string, string, string[]]>([
    ['a missing file', '#include "none.h"\n', ['include-not-found error "none.h"']],
    ['a missing system file', '#include <none.h>\n', ['include-not-found error <none.h>']],
    ['a missing computed file', '#define H <none.h>\n#include H // c\n', ['include-not-found error H // c']],
    ['a missing dtc include', '/include/ "none.dtsi"\n', ['include-not-found error "none.dtsi"']],
    ['an include of nothing', '#include\n#include foo\n#include <x\n', [
      'directive-malformed error #include', 'directive-malformed error #include foo', 'directive-malformed error #include <x']],
    ['#error', '#error  no   board\n', ['error-directive error #error  no   board']],
    ['#warning', '#warning old\n', ['warning-directive warning #warning old']],
    ['a bad #define', '#define\n#define 3\n#define f(\n#define g(a,a) x\n#define h(a b) x\n#define defined 1\n', [
      'directive-malformed error ', 'directive-malformed error 3', 'directive-malformed error f', 'directive-malformed error a',
      'directive-malformed error b', 'directive-malformed error defined']],
    ['paste at the ends', '#define x ## y\n#define z y ##\n', ['directive-malformed error ##', 'directive-malformed error ##']],
    ['a bad #undef', '#undef\n#undef 3\n', ['directive-malformed error #undef', 'directive-malformed error #undef 3']],
    ['a different redefinition', '#define K 1\n#define K 2\n', ['macro-redefined warning K']],
    ['a redefined built-in', '#define __LINE__ 1\n', ['macro-redefined warning __LINE__']],
    ['an equal redefinition', '#define K 1 2\n#define K  1   2\n#define F(a) a\n#define F(a)  a\n', []],
    ['a redefinition with other parameters', '#define F(a) a\n#define F(b) b\n', ['macro-redefined warning F']],
    ['too many arguments', '#define F(a) a\nF(1,2)\n', ['macro-arguments error F']],
    ['too few arguments', '#define F(a,b) a\nx F(1)\n', ['macro-arguments error F']],
    ['arguments inside a macro', '#define F(a) a\n#define G F(1,2)\nx G y\n', ['macro-arguments error G']],
    ['an open argument list', '#define F(a) a\nx = F(1 ;\ny\n', ['macro-unterminated error F']],
    ['an open #if', '#if 1\n#ifdef X\n', ['conditional-unbalanced error #if', 'conditional-unbalanced error #ifdef']],
    ['a lone #endif', '#endif\n#else\n#elif 1\n', ['conditional-unbalanced error #endif', 'conditional-unbalanced error #else', 'conditional-unbalanced error #elif']],
    ['#else after #else', '#if 0\n#else\n#else\n#endif\n', ['conditional-unbalanced error #else']],
    ['an #if in the wrong file', '#include <open.h>\n#endif\n', ['conditional-unbalanced error /inc/open.h:#if', 'conditional-unbalanced error #endif']],
    ['a bad condition', '#if\n#endif\n#if 1 +\n#endif\n#if (1\n#endif\n#if 1 2\n#endif\n', [
      'conditional-expression error #if', 'conditional-expression error +', 'conditional-expression error (', 'conditional-expression error 2']],
    ['a division by zero', '#if 1 / 0\n#endif\n', ['conditional-expression error /']],
    ['what is no number', '#if 1.0\n#endif\n#if 08\n#endif\n#if "x"\n#endif\n#if 1abc\n#endif\n', [
      'conditional-expression error 1.0', 'conditional-expression error 08', 'conditional-expression error "x"', 'conditional-expression error 1abc']],
    ['a condition from a macro', '#define K 1 +\n#if K\n#endif\n', ['conditional-expression error K']],
    ['a call of no macro', '#if foo(1)\n#endif\n', ['conditional-expression error (']],
    ['defined without a name', '#if defined\n#endif\n#if defined(\n#endif\n', ['conditional-expression error defined', 'conditional-expression error defined']],
    ['#ifdef without a name', '#ifdef\n#endif\n#ifdef 3\n#endif\n', ['directive-malformed error #ifdef', 'directive-malformed error #ifdef 3']],
    ['extra tokens', '#ifdef X y\n#else foo\n#endif bar\n#undef X z\n', [
      'directive-extra-tokens warning y', 'directive-extra-tokens warning foo', 'directive-extra-tokens warning bar', 'directive-extra-tokens warning z']],
    ['an open comment', 'x\n/* y\n', ['comment-unterminated error /*']],
    ['a bad #line', '#line\n#line x\n', ['directive-malformed error #line', 'directive-malformed error #line x']],
    ['an include between arguments', '#define F(a) a\nF(1\n#include <ok.h>\n)\n', ['directive-malformed error #include <ok.h>']],
    ['whatever is skipped', '#if 0\n#error x\n#include "none.h"\n#define\n#if\n#endif\n#endif\n', []],
    ['whatever a taken group hides', '#if 1\n#elif 1/0\n#endif\n', []],
    ['a clean file', '#include <ok.h>\n#ifdef OK\nx\n#endif\n', []],
  ])('%s', (_name, text, expected) => {
    expect(problems({ '/a.dts': text, '/inc/ok.h': '#define OK\n', '/inc/open.h': '#if 1\n' })).toEqual(expected);
  });

  it('say where the first definition was', () => {
    const [problem] = preprocess('/a.dts', memoryHost({ '/a.dts': '#include "b.h"\n#define K 2\n', '/b.h': '#define K 1\n' }), { includeRoots: [] }).problems;
    expect(problem?.related?.[0]?.range).toEqual({ file: '/b.h', start: 8, end: 9 });
  });

  it('name the root that cannot be read', () => {
    expect(preprocess('/none.dts', memoryHost({}), { includeRoots: [] }).problems).toMatchObject([{ id: 'include-not-found', range: { file: '/none.dts' } }]);
  });

  it.each([
    ['x = F(1 ;\ny = F(2);', 'x = F(1 ; y = [2];'],
    ['x = F(1, 2); y', 'x = F(1, 2); y'],
    ['#if )\na\n#else\nb\n#endif', 'b'],
    ['/include/ "none.dtsi"\nx', 'x'],
    ['/include/ none\nx', '/include/ none x'],
  ])('leave the rest of the text as it is: %s', (text, expected) => {
    const { expanded } = preprocess('/a.dts', memoryHost({ '/a.dts': `#define F(a) [a]\n${text}` }), { includeRoots: [] });
    expect(normalise(expanded.text)).toBe(expected);
  });
});
