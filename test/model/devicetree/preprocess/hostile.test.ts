import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preprocess } from '../../../../model/devicetree/preprocess/preprocess.ts';
import type { Limits } from '../../../../model/devicetree/source/files.ts';
import { memoryHost } from './memoryHost.ts';

/** Milliseconds; a few times what is needed, and far less than any blow-up would take. */
const IN_TIME = 1000;
const TRIES = 3;

/**
 * Milliseconds of the clock or of this process's processor time, whichever is less: other programs stretch
 * the one, the tests in the other threads of this process the other.
 */
function stopwatch(): () => number {
  const start = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return Math.min(performance.now() - start, (user + system) / 1000);
  };
}

/** The quickest of a few runs, as many as it takes to be in time. */
function quickest(texts: Record<string, string>, limits: Partial<Limits> = {}): ReturnType<typeof run> {
  let best = run(texts, limits);
  for (let attempt = 1; attempt < TRIES && best.ms >= IN_TIME; attempt += 1) {
    const next = run(texts, limits);
    if (next.ms < best.ms) best = next;
  }
  return best;
}

function run(texts: Record<string, string>, limits: Partial<Limits>): { ids: string[]; text: string; ms: number } {
  const elapsed = stopwatch();
  const { expanded, problems } = preprocess('/a.dts', memoryHost(texts), { includeRoots: ['/inc'], limits });
  return { ids: [...new Set(problems.map((problem) => problem.id))], text: expanded.text, ms: elapsed() };
}

const doubling = (times: number): string =>
  Array.from({ length: times }, (_, i) => `#define D${i + 1} D${i} D${i}\n`).join('').replace('D0 D0', 'x x');

interface Hostile {
  texts: Record<string, string>;
  id: string;
  limits?: Partial<Limits>;
}

const HOSTILE: Record<string, Hostile> = {
  'a file that includes itself': { texts: { '/a.dts': 'x\n#include "a.dts"\ny' }, id: 'limit-include-cycle' },
  'files that include each other': { texts: { '/a.dts': '#include "b.h"\ny', '/b.h': '#include "a.dts"\ny' }, id: 'limit-include-cycle' },
  'self-include of a large file': { texts: { '/a.dts': `${'x y z\n'.repeat(50_000)}#include "a.dts"\ny` }, id: 'limit-include-cycle' },
  'a dtc include of itself': { texts: { '/a.dts': 'x /include/ "b.dtsi" y', '/b.dtsi': 'b /include/ "b.dtsi" c' }, id: 'limit-include-cycle' },
  'recursion that counts for ever': {
    texts: { '/a.dts': '#define A B\n#include "b.h"\ny', '/b.h': '#ifdef X\n#undef X\n#else\n#define X\n#endif\n#include "b.h"\n' },
    id: 'limit-include-depth',
  },
  'includes that double at each level': {
    texts: Object.fromEntries([['/a.dts', '#include "0"\ny'], ...Array.from({ length: 40 }, (_, i): [string, string] => [`/${i}`, `#include "${i + 1}"\n#include "${i + 1}"\n`]), ['/40', '']]),
    id: 'limit-inclusions',
  },
  'macros that double 30 times': { texts: { '/a.dts': `${doubling(30)}D30 D30 D29\ny` }, id: 'limit-macro-tokens' },
  'a thousand uses of doubling macros': { texts: { '/a.dts': `${doubling(30)}${'F(D30) D30 '.repeat(1000)}\ny\n` }, id: 'limit-macro-tokens' },
  'function-like macros that double': {
    texts: { '/a.dts': `#define D0(x) x x\n${Array.from({ length: 30 }, (_, i) => `#define D${i + 1}(x) D${i}(x) D${i}(x)\n`).join('')}D30(1)\ny` },
    id: 'limit-macro-tokens',
  },
  'arguments that double': {
    texts: { '/a.dts': `#define T(x) x x\n${'T('.repeat(40)}1${')'.repeat(40)}\ny` },
    id: 'limit-macro-tokens',
  },
  'many macros that each double': {
    texts: { '/a.dts': `${doubling(25)}${Array.from({ length: 300 }, (_, i) => `#define E${i} D25\n`).join('')}${Array.from({ length: 300 }, (_, i) => `E${i}\n`).join('')}y` },
    id: 'limit-macro-tokens',
  },
  'a chain of macros': {
    texts: { '/a.dts': `${Array.from({ length: 5000 }, (_, i) => `#define M${i} M${i + 1}\n`).join('')}M0\ny` },
    id: 'limit-macro-depth',
  },
  'calls nested 50,000 deep': { texts: { '/a.dts': `#define F(x) x\n${'F('.repeat(50_000)}${')'.repeat(50_000)}\ny` }, id: 'limit-macro-tokens' },
  'calls nested 300 deep': { texts: { '/a.dts': `#define F(x) x\n${'F('.repeat(300)}${')'.repeat(300)}\ny` }, id: 'limit-macro-depth' },
  'calls that never end': { texts: { '/a.dts': `#define F(x) x\n${'F(\n'.repeat(50_000)}\ny` }, id: 'macro-unterminated' },
  'an #if nested 100,000 deep': { texts: { '/a.dts': `#if ${'('.repeat(100_000)}1${')'.repeat(100_000)}\n#endif\ny` }, id: 'limit-expression-depth' },
  'an #if of 100,000 signs': { texts: { '/a.dts': `#if ${'-+!~'.repeat(25_000)}1\n#endif\ny` }, id: 'limit-expression-depth' },
  'a number of 200,000 digits in #if': { texts: { '/a.dts': `#if ${'9'.repeat(200_000)}\n#endif\ny` }, id: 'limit-number-digits' },
  'text without end': {
    texts: { '/a.dts': '#include "b.h"\n#include "b.h"\n#include "b.h"\n', '/b.h': 'x '.repeat(500) },
    id: 'limit-expanded-chars',
    limits: { expandedChars: 2000 },
  },
  'conditionals nested 100,000 deep': { texts: { '/a.dts': `${'#if 1\n'.repeat(100_000)}y` }, id: 'conditional-unbalanced' },
  'an unterminated comment': { texts: { '/a.dts': `y\n/* ${'* /'.repeat(300_000)}` }, id: 'comment-unterminated' },
  'more problems than anyone reads': { texts: { '/a.dts': `${'#error x\n'.repeat(20_000)}y` }, id: 'limit-problems-per-file' },
};

describe('hostile input', () => {
  it.each(Object.entries(HOSTILE))('%s gets a diagnostic in time', (_name, { texts, id, limits }) => {
    const { ids, text, ms } = quickest(texts, limits);
    expect(ids).toContain(id);
    expect(ms).toBeLessThan(IN_TIME);
    if (id !== 'limit-expanded-chars') expect(text).toContain('y');
  });

  it.each([
    ['a 2 MB unterminated string', `"${'x'.repeat(2_000_000)}\ny`],
    ['a 2 MB line of backslashes', `${'\\'.repeat(2_000_000)}\ny`],
    ['a 2 MB line of blanks in a define', `#define A${' '.repeat(2_000_000)}b\nA y`],
    ['NUL bytes', 'a\0b \0#define A\0 1\nA y'],
    ['lone surrogates', '\ud800 \udc00 #define \ud800\n#define A \ud800\nA y'],
    ['a million hashes', `#define A ${'# '.repeat(300_000)}\nA y`],
    ['a body of pastes', `#define A a${'##a'.repeat(20_000)}\nA y`],
    ['100,000 arguments', `#define F(...) #__VA_ARGS__\nF(${'a,'.repeat(100_000)}) y`],
    ['100,000 parameters', `#define F(${Array.from({ length: 20_000 }, (_, i) => `a${i}`).join()}) a1\nF(1) y`],
    ['user names that objects have', '#define __proto__ 1\n#define constructor 2\n#define toString 3\n__proto__ constructor toString y'],
    ['a splice on every character', `${[...'#define A 1'].join('\\\n')}\nA y${'\\\n'.repeat(300_000)}`],
  ])('%s is read in time', (_name, text) => {
    const result = quickest({ '/a.dts': text });
    expect(result.ms).toBeLessThan(IN_TIME);
    expect(result.text).toContain('y');
  });

  it('never throws and ends, whatever the text', () => {
    const piece = fc.oneof(
      fc.constantFrom('#define ', '#if ', '#include ', '#undef ', '#else\n', '#endif\n', '#elif ', '#ifdef ', '#line ', '# 1 "a.dts"\n', '/include/ "b"', '"b"', '<b>'),
      fc.constantFrom('A', 'B', 'F', '(', ')', ',', '##', '#', '...', '__VA_ARGS__', '__VA_OPT__', 'defined', '__has_include', '__LINE__', '__COUNTER__'),
      fc.constantFrom('\n', '\\\n', ' ', '/*', '*/', '//', '"', '\'', '\r\n', '?', ':', '1', '0x', '1e+', '.', '<<', '&&', '~'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, text, (a, b) => {
      const limits = { macroTokens: 5000, includeDepth: 10, inclusions: 50, expandedChars: 100_000 };
      const { expanded, problems } = preprocess('/a.dts', memoryHost({ '/a.dts': a, '/b': b }), { includeRoots: ['/'], limits });
      for (const { range } of problems) {
        const length = expanded.files.get(range.file)?.text.length ?? 0;
        if (range.start < 0 || range.start > range.end || range.end > length) throw new Error(`bad range ${JSON.stringify(range)}`);
      }
      for (let at = 0; at < expanded.text.length; at += 5) expanded.origin(at, at + 7);
      for (let at = 0; at <= a.length; at += 7) expanded.offsetsOf('/a.dts', at);
    }), { numRuns: Number(process.env['VSMMU_FUZZ_RUNS'] ?? 400) });
  });
});
