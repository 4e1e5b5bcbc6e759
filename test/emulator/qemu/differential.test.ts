import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case, Result } from './caseFormat.ts';
import { comparable } from './classify.ts';
import { generate } from './generate.ts';
import { Oracle } from './oracle.ts';
import { run } from './support.ts';

/** How many random cases; a long run is asked for by VSMMU_RUNS. */
const RUNS = Number(process.env['VSMMU_RUNS'] ?? 300);

function answers(input: Case, result: Result): string {
  return `${comparable(input, result)} | ${result.dma.map((d) => d.perm ?? '').join(' ')}`;
}

describe('random tables', () => {
  it('translate alike in two models, cached or not', () => {
    fc.assert(fc.property(fc.nat(), (seed) => {
      const input = generate(seed);
      const ours = answers(input, run(input));
      expect(answers(input, new Oracle([]).run(input))).toBe(ours);
      expect(answers(input, run(input, { policy: 'architecture' }))).toBe(ours);
    }), { numRuns: RUNS });
  });

  it('show passes and faults of all kinds', () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const { dma, events } = run(generate(seed));
      for (const d of dma) kinds.add(d.ok ? `ok ${d.perm}` : 'abort');
      for (const e of events) kinds.add(e.slice(0, 2));
    }
    expect([...kinds].toSorted()).toEqual(['04', '09', '0a', '0b', '10', '11', '12', '13', 'abort', 'ok 0x1', 'ok 0x2', 'ok 0x3']);
  });
});
