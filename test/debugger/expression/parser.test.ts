import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../debugger/expression/ast.ts';
import { EXPRESSION_LIMITS, parseExpression } from '../../../debugger/expression/parser.ts';

/** The tree as text with every operation in parentheses. */
function show(e: Expression): string {
  switch (e.kind) {
    case 'number': return e.hi === 0 ? String(e.lo) : `0x${e.hi.toString(16)}${e.lo.toString(16).padStart(8, '0')}`;
    case 'string': return JSON.stringify(e.text);
    case 'name': return e.name === '' ? '?' : e.name;
    case 'member': return `${show(e.of)}.${e.name}`;
    case 'index': return `${show(e.of)}[${show(e.index)}]`;
    case 'call': return `${e.name}(${e.args.map(show).join(', ')})`;
    case 'unary': return `(${e.operator}${show(e.operand)})`;
    case 'binary': return `(${show(e.left)} ${e.operator} ${show(e.right)})`;
    case 'where': return `(${show(e.list)} where ${show(e.condition)})`;
  }
}

describe('trees', () => {
  it.each([
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['(1 + 2) * 3', '((1 + 2) * 3)'],
    ['1 << 2 + 3', '(1 << (2 + 3))'],
    ['a & b == c', '(a & (b == c))'],
    ['a | b ^ c & d', '(a | (b ^ (c & d)))'],
    ['a || b && c', '(a || (b && c))'],
    ['a < b == c >= d', '((a < b) == (c >= d))'],
    ['-~!a', '(-(~(!a)))'],
    ['-a.b[1]', '(-a.b[1])'],
    ['cd(8,0).TTB0', 'cd(8, 0).TTB0'],
    ['ste("smmu", 8).S2VMID', 'ste("smmu", 8).S2VMID'],
    ['smmu0.CR0.SMMUEN', 'smmu0.CR0.SMMUEN'],
    ['ethernet@e6800000.sid', 'ethernet@e6800000.sid'],
    ['tlb where vmid == 2 && asid > 1', '(tlb where ((vmid == 2) && (asid > 1)))'],
    ['tlb where a where b', '((tlb where a) where b)'],
    ['(tlb where stale)[0].iova', '(tlb where stale)[0].iova'],
    ['count(tlb where vmid == 2)', 'count((tlb where (vmid == 2)))'],
    ['f()', 'f()'],
  ])('%s', (text, tree) => {
    const { expression, problems } = parseExpression(text);
    expect(problems).toEqual([]);
    expect(show(expression)).toBe(tree);
  });

  it.each([
    ['0x10', '16'], ['0X1f', '31'], ['0b101', '5'], ['1_000', '1000'], ['16K', '16384'], ['0x10K', '16384'], ['2M', '2097152'], ['4G', '0x100000000'],
    ['0xffff_ffff_ffff_ffff', '0xffffffffffffffff'], ['18446744073709551615', '0xffffffffffffffff'], ['007', '7'],
    ['"a\\n\\"\\x41\\\\"', JSON.stringify('a\n"A\\')],
  ])('reads %s', (text, tree) => {
    expect(parseExpression(text)).toMatchObject({ problems: [] });
    expect(show(parseExpression(text).expression)).toBe(tree);
  });
});

describe('problems', () => {
  it.each([
    ['', '?', 'a value is missing at the end', [0, 0]],
    ['1 +', '(1 + ?)', 'a value is missing at the end', [3, 3]],
    ['* 2', '(? * 2)', 'a value is missing before `*`', [0, 1]],
    ['(1 + 2', '(1 + 2)', '`)` is missing before the end', [0, 1]],
    ['ste(8', 'ste(8)', '`)` is missing before the end', [3, 4]],
    ['ste(8,)', 'ste(8)', 'a value is missing before `)`', [6, 7]],
    ['a[1', 'a[1]', '`]` is missing before the end', [1, 2]],
    ['a.', 'a.', 'the name of a field is missing before the end', [2, 2]],
    ['1 2', '1', 'the expression ends before `2`', [2, 3]],
    ['a = b', 'a', '`=` has no meaning in an expression', [2, 3]],
    ['"abc', '"abc"', 'the string has no closing `"`', [0, 4]],
    ['"\\q"', '"q"', '`\\q` is not an escape; there are \\n \\t \\r \\0 \\" \\\\ and \\xHH', [0, 4]],
    ['0x1_0000_0000_0000_0000', '0', '`0x1_0000_0000_0000_0000` needs more than 64 bits', [0, 23]],
    ['17179869184G', '0', '`17179869184G` needs more than 64 bits', [0, 12]],
    ['0xg', '0', '`0xg` is not a number; write it as 0x.., 0b.. or in decimal, with K, M or G behind it', [0, 3]],
    ['tlb where', '(tlb where ?)', 'a value is missing at the end', [9, 9]],
    ['where', '(? where ?)', 'a value is missing before `where`', [0, 5]],
  ] as const)('%s', (text, tree, message, [start, end]) => {
    const { expression, problems } = parseExpression(text);
    expect(show(expression)).toBe(tree);
    expect(problems[0]).toEqual({ id: 'expression-syntax', message, start, end });
  });

  it('places everything behind an offset', () => {
    const { expression, problems } = parseExpression('a + )', 100);
    expect(expression).toMatchObject({ kind: 'binary', start: 100, left: { start: 100, end: 101 } });
    expect(problems[0]).toMatchObject({ start: 104, end: 105 });
  });

  it.each([
    ['length', '1+'.repeat(3000) + '1', 'longer than 4096 characters'],
    ['parentheses', '('.repeat(200) + '1' + ')'.repeat(200), 'nested more than 64 deep'],
    ['calls', 'f('.repeat(200), 'nested more than 64 deep'],
    ['signs', '-'.repeat(4000) + '1', 'nested more than 64 deep'],
    ['nodes', '1+'.repeat(1500) + '1', 'more than 1000 parts'],
    ['members', 'a' + '.b'.repeat(1500), 'more than 1000 parts'],
  ])('stops at the cap on %s, once', (_, text, message) => {
    const { problems } = parseExpression(text);
    const limits = problems.filter((p) => p.id === 'expression-limit');
    expect(limits).toHaveLength(1);
    expect(limits[0]?.message).toContain(message);
  });
});

const TOKENS = ['1', '0x10', 'a', 'tlb', 'where', '(', ')', '[', ']', '.', ',', '+', '-', '!', '==', '<<', '&&', '"s"', '"', '@', ' ', '=', '#', '4K'];

function size(e: Expression): number {
  const parts: number[] = [];
  const pending = [e];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    parts.push(1);
    for (const v of Object.values(at)) {
      if (Array.isArray(v)) pending.push(...(v as Expression[]));
      else if (typeof v === 'object' && v !== null && 'kind' in v) pending.push(v as Expression);
    }
  }
  return parts.length;
}

describe('any text', () => {
  it('gives a tree within its text and its caps', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom(...TOKENS), { maxLength: 200 }).map((t) => t.join('')));
    fc.assert(fc.property(texts, fc.nat(1000), (text, offset) => {
      const { expression, problems } = parseExpression(text, offset);
      expect(expression.start).toBeGreaterThanOrEqual(offset);
      expect(expression.end).toBeLessThanOrEqual(offset + text.length);
      expect(problems.every((p) => p.start >= offset && p.end <= offset + text.length && p.start <= p.end)).toBe(true);
      expect(size(expression)).toBeLessThanOrEqual(EXPRESSION_LIMITS.nodes + 2 * EXPRESSION_LIMITS.depth);
    }), { numRuns: 2000 });
  });
});
