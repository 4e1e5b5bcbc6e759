import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../debugger/expression/ast.ts';
import { evaluate, evaluateCondition, failure, withNames, type Scope } from '../../../debugger/expression/evaluate.ts';
import { parseExpression } from '../../../debugger/expression/parser.ts';
import { fromBig, toBig } from '../../../debugger/expression/operators.ts';
import { asNumber, booleanValue, listValue, numberValue, recordValue, stringValue, textOf, type ExpressionValue } from '../../../debugger/expression/value.ts';

const ROWS = listValue([
  recordValue('TlbEntry', { vmid: 1, asid: 1, iova: 0x1000 }),
  recordValue('TlbEntry', { vmid: 2, asid: 1, iova: 0x2000 }),
  recordValue('TlbEntry', { vmid: 2, asid: 9, iova: 0x3000, event: numberValue(0x10, 'F_TRANSLATION') }),
]);
const NAMES = new Map<string, ExpressionValue>([
  ['x', numberValue(5)],
  ['s', stringValue('text')],
  ['tlb', ROWS],
  ['event', numberValue(0x10, 'F_TRANSLATION')],
  ['smmu0', recordValue('SMMU', { CR0: recordValue('CR0', { SMMUEN: 1, EVENTQEN: 0 }, { number: { hi: 0, lo: 13 } }) })],
]);
const SCOPE: Scope = withNames(NAMES, {
  name: (name) => (name === 'bad' ? failure('this one cannot be read') : undefined),
  call: (name, args) => (name === 'mem64' ? (args.length === 1 ? numberValue({ hi: 1, lo: 2 }) : failure('`mem64` takes an address')) : undefined),
});

function run(text: string, scope = SCOPE): string {
  const { expression, problems } = parseExpression(text);
  expect(problems).toEqual([]);
  const result = evaluate(expression, scope);
  return result.ok ? textOf(result.value) : `${result.message} @${text.slice(result.at.start, result.at.end)}`;
}

describe('values', () => {
  it.each([
    ['1 + 2 * 3', '7'],
    ['0 - 1', '0xffffffffffffffff'],
    ['-1 >> 60', '0xf'],
    ['1 << 63', '0x8000000000000000'],
    ['1 << 64', '0'],
    ['0xffffffffffffffff + 2', '1'],
    ['0xffffffffffffffff > 1', 'true'],
    ['~0 == 0xffff_ffff_ffff_ffff', 'true'],
    ['7 / 2', '3'], ['7 % 4', '3'],
    ['16K - 1', '0x3fff'],
    ['!x', 'false'], ['!!x', 'true'], ['true == 1', 'true'], ['true != false', 'true'],
    ['s == "text"', 'true'], ['s != "other"', 'true'],
    ['event == "F_TRANSLATION"', 'true'], ['"F_ACCESS" == event', 'false'], ['event == 0x10', 'true'], ['event', '0x10 (F_TRANSLATION)'],
    ['smmu0.CR0 == 0xd', 'true'], ['smmu0.CR0.SMMUEN', '1'], ['smmu0["CR0"].SMMUEN', '1'], ['smmu0.cr0.smmuen', '1'], ['smmu0.CR0 & 1', '1'],
    ['smmu0.CR0', 'CR0 0xd { SMMUEN=1 }'],
    ['tlb', '[3 entries]'], ['tlb.length', '3'], ['count(tlb where vmid == 2)', '2'], ['(tlb where vmid == 2)[1].iova', '0x3000'],
    ['tlb where vmid == 2 where asid == 9', '[1 entry]'], ['count(tlb where it.asid == x + 4)', '1'], ['!(tlb where vmid == 7)', 'true'],
    ['tlb[0]', 'TlbEntry { vmid=1 asid=1 iova=0x1000 }'], ['tlb[0] == tlb[0]', 'true'], ['tlb[0] == tlb[1]', 'false'],
    ['mem64(0)', '0x100000002'],
    ['false && bad', 'false'], ['true || bad', 'true'],
  ])('%s is %s', (text, value) => {
    expect(run(text)).toBe(value);
  });
});

describe('failures', () => {
  it.each([
    ['y + 1', 'there is no name `y` @y'],
    ['evnt == 1', 'there is no name `evnt`; did you mean `event`? @evnt'],
    ['f(1)', 'there is no function `f` @f'],
    ['bad', 'this one cannot be read @bad'],
    ['1 + mem64()', '`mem64` takes an address @mem64()'],
    ['1 / 0', 'division by zero @0'], ['1 % (x - 5)', 'division by zero @(x - 5)'],
    ['1 + s', 'a string is not a number @s'], ['-s', 'a string is not a number @s'], ['tlb * 2', 'a list is not a number @tlb'],
    ['s && 1', 'a string is neither true nor false @s'], ['!s', 'a string is neither true nor false @s'],
    ['s == 1', 'a string cannot be compared with a number @s == 1'], ['tlb == 1', 'a list cannot be compared with a number @tlb == 1'],
    ['tlb[3]', 'there are 3 entries, counted from 0 @3'], ['tlb[0 - 1]', 'there are 3 entries, counted from 0 @0 - 1'], ['x[0]', 'a number has no entries to choose from @x'],
    ['smmu0.CR9', 'SMMU has no field `CR9`; did you mean `CR0`? @CR9'], ['x.y', 'a number has no fields @y'],
    ['x where 1', 'a number has no rows to choose from @x'], ['tlb where s', 'a string is neither true nor false @s'], ['tlb where vmdi == 1', 'there is no name `vmdi`; did you mean `vmid`? @vmdi'],
    ['count(1)', '`count` takes one list @count(1)'],
  ])('%s', (text, message) => {
    expect(run(text)).toBe(message);
  });

  it('holds conditions to true and false', () => {
    expect(evaluateCondition(parseExpression('x == 5').expression, SCOPE)).toEqual({ ok: true, value: true });
    expect(evaluateCondition(parseExpression('s').expression, SCOPE)).toMatchObject({ ok: false, message: 'a string is neither true nor false' });
  });

  it('stops work that multiplies', () => {
    const rows = listValue(Array.from({ length: 2000 }, () => booleanValue(true)));
    expect(run('r where (r where (r where it))', withNames(new Map([['r', rows]]), SCOPE))).toContain('the expression takes too long to compute');
  });
});

const LARGE = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe('arithmetic', () => {
  const reference: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
    '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '&': (a, b) => a & b, '|': (a, b) => a | b, '^': (a, b) => a ^ b,
    '/': (a, b) => a / (b === 0n ? 1n : b), '>>': (a, b) => a >> (b & 63n), '<<': (a, b) => a << (b & 63n),
  };

  it.each(Object.keys(reference))('%s is that of 64-bit unsigned numbers', (operator) => {
    fc.assert(fc.property(LARGE, LARGE, (a, any) => {
      const b = operator === '/' && any === 0n ? 1n : operator.length === 2 ? any & 63n : any;
      const result = evaluate(parseExpression(`${a} ${operator} 0x${b.toString(16)}`).expression);
      const number = result.ok ? asNumber(result.value) : undefined;
      expect(number && toBig(number)).toBe(BigInt.asUintN(64, reference[operator]?.(a, b) ?? 0n));
    }));
  });

  it('passes BigInt and halves into each other', () => {
    fc.assert(fc.property(LARGE, (a) => {
      expect(toBig(fromBig(a))).toBe(a);
    }));
  });
});

/** Trees that the parser need not be able to make. */
const { tree } = fc.letrec<{ tree: Expression }>((tie) => {
  const span = { start: 0, end: 1 };
  const name = fc.constantFrom('x', 's', 'tlb', 'event', 'smmu0', 'bad', 'vmid', 'it', 'CR0', '', '__proto__', 'constructor', 'length');
  const sub = tie('tree');
  return {
    tree: fc.oneof(
      { depthSize: 'small', maxDepth: 6 },
      fc.nat().map((lo): Expression => ({ kind: 'number', hi: 0, lo, ...span })),
      name.map((n): Expression => ({ kind: 'name', name: n, ...span })),
      fc.string().map((text): Expression => ({ kind: 'string', text, ...span })),
      fc.tuple(sub, name).map(([of, n]): Expression => ({ kind: 'member', of, name: n, at: span, ...span })),
      fc.tuple(sub, sub).map(([of, index]): Expression => ({ kind: 'index', of, index, ...span })),
      fc.tuple(fc.constantFrom('mem64', 'count', '__proto__'), fc.array(sub, { maxLength: 3 })).map(([n, args]): Expression => ({ kind: 'call', name: n, args, at: span, ...span })),
      fc.tuple(fc.constantFrom('-', '~', '!'), sub).map(([operator, operand]): Expression => ({ kind: 'unary', operator, operand, ...span } as Expression)),
      fc.tuple(fc.constantFrom('+', '-', '*', '/', '%', '<<', '>>', '==', '!=', '<', '&&', '||', '&', '??'), sub, sub)
        .map(([operator, left, right]): Expression => ({ kind: 'binary', operator, left, right, ...span })),
      fc.tuple(sub, sub).map(([list, condition]): Expression => ({ kind: 'where', list, condition, ...span })),
    ),
  };
});

describe('any tree', () => {
  it('has a value or a message, as plain data', () => {
    fc.assert(fc.property(tree, (expression) => {
      const result = evaluate(expression, SCOPE);
      if (result.ok) expect(JSON.parse(JSON.stringify(result.value))).toEqual(result.value);
      else expect(result.message).not.toBe('');
    }), { numRuns: 2000 });
  });
});
