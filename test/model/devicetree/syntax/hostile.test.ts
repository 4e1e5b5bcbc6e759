import { describe, expect, it } from 'vitest';
import { parseDts } from '../../../../model/devicetree/syntax/parse.ts';
import { mergeDts } from '../../../../model/devicetree/tree/merge.ts';
import { shape } from '../tree/dts.ts';

const HEAD = '/dts-v1/;\n/ { ';
const MANY = 100_000;

/** Sources made to exhaust a reader; `problem` is what must be said, `keeps` a property after the bad part that must be there. */
const CASES: { why: string; make: () => string; problem: string; keeps?: string }[] = [
  { why: '100,000 nested nodes', make: () => `${HEAD}${'n {'.repeat(MANY)}${'};'.repeat(MANY)} };\n/ { kept; };`, problem: 'limit-node-depth', keeps: 'kept' },
  { why: '100,000 nodes that are not closed', make: () => HEAD + 'n {'.repeat(MANY), problem: 'limit-node-depth' },
  { why: '100,000 nested parentheses', make: () => `${HEAD}a = <${'('.repeat(MANY)}1${')'.repeat(MANY)}>; kept; };`, problem: 'limit-expression-depth', keeps: 'kept' },
  { why: '100,000 parentheses that are not closed', make: () => `${HEAD}a = <${'('.repeat(MANY)}; kept; };`, problem: 'limit-expression-depth', keeps: 'kept' },
  { why: '100,000 nested conditions', make: () => `${HEAD}a = <(${'1 ? '.repeat(MANY)}1)>; kept; };`, problem: 'limit-expression-depth', keeps: 'kept' },
  { why: 'one million cells', make: () => `${HEAD}a = <${'1 '.repeat(1_000_001)}>; kept; };`, problem: 'limit-cells', keeps: 'kept' },
  {
    why: '50,000 sibling nodes with iommus', problem: 'dts-parser-stack', keeps: 'kept',
    make: () => `${HEAD}kept; smmu: s { }; ${Array.from({ length: 50_000 }, (_, i) => `n@${i} { iommus = <&smmu ${i}>; };`).join('\n')} };`,
  },
  { why: 'a string of 2 MB without an end', make: () => `${HEAD}a = "${'x'.repeat(2 << 20)}`, problem: 'limit-string-chars' },
  { why: 'a string of 2 MB', make: () => `${HEAD}a = "${'x'.repeat(2 << 20)}"; kept; };`, problem: 'limit-string-chars', keeps: 'kept' },
  { why: 'a number of 200,000 digits', make: () => `${HEAD}a = <${'1'.repeat(200_000)}>; kept; };`, problem: 'limit-number-digits', keeps: 'kept' },
  { why: 'a hexadecimal number of 200,000 digits', make: () => `${HEAD}a = <0x${'f'.repeat(200_000)}>; kept; };`, problem: 'limit-number-digits', keeps: 'kept' },
  { why: 'NUL bytes', make: () => `${HEAD}\0\0 kept; };${'\0'.repeat(1_000_000)}`, problem: 'dts-syntax', keeps: 'kept' },
  { why: 'bytes that are no UTF-8', make: () => `${HEAD}\ufffd kept; };${'\ufffd'.repeat(1_000_000)}`, problem: 'dts-syntax', keeps: 'kept' },
  { why: '500,000 closing braces', make: () => `${HEAD}kept; };${'};'.repeat(500_000)}`, problem: 'dts-syntax', keeps: 'kept' },
  { why: '100,000 open roots', make: () => `/dts-v1/;${'/ {'.repeat(MANY)} kept;`, problem: 'dts-syntax', keeps: 'kept' },
  { why: '100,000 unknown references', make: () => `${HEAD}kept; a = <${'&l '.repeat(MANY)}>; };`, problem: 'dtc-phandle-references', keeps: 'kept' },
  { why: '20,000 nodes with one label', make: () => `${HEAD}kept; ${Array.from({ length: 20_000 }, (_, i) => `l: n${i} { };`).join(' ')} };`, problem: 'dtc-duplicate-label', keeps: 'kept' },
  { why: 'labels that nothing follows', make: () => `${HEAD}kept; ${Array.from({ length: MANY }, (_, i) => `l${i}:`).join(' ')} };`, problem: 'dts-syntax', keeps: 'kept' },
  { why: 'apostrophes and backslashes', make: () => `${HEAD}kept; a = <${"'\\".repeat(300_000)}`, problem: 'dts-syntax', keeps: 'kept' },
];

describe('hostile sources', () => {
  // Half a second at most on a quiet machine; the rest is for a busy one. What grows with the square of the size takes minutes.
  it.each(CASES)('$why', { timeout: 60_000 }, ({ make, problem, keeps }) => {
    const text = make();
    const start = performance.now();
    const parsed = parseDts(text);
    const merged = mergeDts(parsed.syntax);
    const elapsed = performance.now() - start;
    const ids = new Set([...parsed.problems, ...merged.problems].map((p) => p.id));
    expect([...ids]).toContain(problem);
    expect(parsed.problems.length + merged.problems.length).toBeLessThan(10_000);
    if (keeps !== undefined) expect(shape(merged.tree.root).includes(`${keeps};`)).toBe(true);
    expect(elapsed).toBeLessThan(10_000);
  });

  it('treats labels named like properties of objects as labels', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const text = `${HEAD}${names.map((n) => `${n}: ${n} { ${n} = <&${n}>; };`).join(' ')} };`;
    const { tree, problems } = mergeDts(parseDts(text).syntax);
    expect(problems).toEqual([]);
    expect([...tree.labels.keys()]).toEqual(names);
  });

  it('reads CRLF as white space', () => {
    const { tree, problems } = mergeDts(parseDts('/dts-v1/;\r\n/ {\r\n\ta = <1>;\r\n};\r\n').syntax);
    expect(problems).toEqual([]);
    expect(shape(tree.root)).toBe('/{a;}');
  });
});
