import { describe, expect, it } from 'vitest';
import type { Recorded } from './caseFormat.ts';
import { comparable, explain, isExplained } from './classify.ts';
import { checksOf } from './expectations.ts';
import { Oracle } from './oracle.ts';
import { fixtureCases, run, sharedCases } from './support.ts';

/** What is wrong with the hand-made cases, one line each. */
function wrongByText(cases: readonly Recorded[]): string[] {
  return cases.flatMap((r) => {
    const text = r.arch_expected ?? '';
    const check = checksOf(text, r.case);
    const wrong = check === undefined ? 'the text is not understood' : check({ case: r.case, result: run(r.case), rerun: run });
    return wrong === undefined ? [] : [`${r.case.id} | ${text} | ${wrong}`];
  });
}

/** Cases in which the answer differs from QEMU's and no deviation explains it. */
function unexplained(cases: readonly Recorded[]): string[] {
  return cases.filter((r) => !isExplained(r.case, run(r.case), r.qemu)).map((r) => r.case.id);
}

function differing(cases: readonly Recorded[], other: (r: Recorded) => string): string[] {
  return cases.filter((r) => comparable(r.case, run(r.case)) !== other(r)).map((r) => r.case.id);
}

describe('cases that come with the project', () => {
  const cases = fixtureCases();
  const handMade = cases.filter((r) => r.arch_expected !== undefined);
  const clean = cases.filter((r) => r.set === 'clean');
  const wild = cases.filter((r) => r.set === 'wild');

  it.each(handMade.map((r) => [r.case.id, r] as const))('%s', (_, r) => {
    expect(wrongByText([r])).toEqual([]);
  });

  it('agree with QEMU where it follows the architecture', () => {
    expect(clean.length).toBeGreaterThan(8);
    expect(differing(clean, (r) => comparable(r.case, r.qemu))).toEqual([]);
  });

  it('differ from QEMU only by its known deviations', () => {
    expect(unexplained(wild)).toEqual([]);
    const differ = wild.filter((r) => comparable(r.case, run(r.case)) !== comparable(r.case, r.qemu));
    expect(differ.length).toBe(wild.length);
  });

  it('agree with a second model, and do not depend on caching', () => {
    for (const r of [...clean, ...wild]) {
      const ours = comparable(r.case, run(r.case));
      expect(ours).toBe(comparable(r.case, new Oracle([]).run(r.case)));
      expect(ours).toBe(comparable(r.case, run(r.case, { policy: 'architecture' })));
    }
  });
});

describe('explanations', () => {
  it('are refused for an answer that nothing explains', () => {
    const [r] = fixtureCases().filter((c) => c.set === 'clean' && c.qemu.dma.some((d) => d.ok));
    expect(r).toBeDefined();
    if (r === undefined) return;
    const wrong = { ...r.qemu, dma: r.qemu.dma.map((d) => (d.ok ? { ...d, pa: '0x1234' } : d)) };
    expect(explain(r.case, run(r.case), wrong)).toBeUndefined();
  });

  it('name what a case shows', () => {
    const names = fixtureCases().filter((c) => c.set === 'wild').flatMap((r) => explain(r.case, run(r.case), r.qemu) ?? ['nothing']);
    expect(new Set(names)).toEqual(new Set([
      'privilege', 'order', 'tlbPermission', 'tlbEvents', 'tableSize', 'board', 'contextPointer', 'fetchRead', 'cdMax', 'ttbAtLoad',
      'iasEvent', 'tableEvents', 'tableBase', 's2Start', 'crash', 'stallDisable', 's2Httu', 'bypassSize',
    ]));
  });
});

describe.skipIf(sharedCases('matrix.jsonl') === undefined)('all recorded cases (where they lie beside the checkout)', () => {
  it('hand-made cases give what the architecture asks for', () => {
    expect(wrongByText(sharedCases('matrix.jsonl') ?? [])).toEqual([]);
  });

  it('clean cases agree with QEMU after three normalisations, cached or not', () => {
    const cases = sharedCases('clean.jsonl.gz') ?? [];
    expect(cases).toHaveLength(3000);
    expect(differing(cases, (r) => comparable(r.case, r.qemu))).toEqual([]);
    expect(differing(cases, (r) => comparable(r.case, run(r.case, { policy: 'architecture' })))).toEqual([]);
  });

  it('wild cases agree with a second model, and with QEMU but for its deviations', () => {
    const cases = sharedCases('wild.jsonl.gz') ?? [];
    expect(cases).toHaveLength(2000);
    expect(unexplained(cases)).toEqual([]);
    expect(differing(cases, (r) => comparable(r.case, new Oracle([]).run(r.case)))).toEqual([]);
  });
});
