import { describe, expect, it } from 'vitest';
import { toBlob } from '../../../../model/devicetree/blob/write.ts';
import { DTC_RULES } from '../../../../model/devicetree/checks/index.ts';
import { CheckTree } from '../../../../model/devicetree/checks/view.ts';
import { identityText } from '../../../../model/devicetree/source/identity.ts';
import { compiled } from '../tree/dts.ts';
import { CASES } from './cases.ts';
import dtc from './dtc.json' with { type: 'json' };

interface Answer { text: string; symbols: boolean; blob: string | null; newer?: string | null }

/** What we and dtc's own error-level checks have against a source. */
function errorsOf(text: string, result: ReturnType<typeof compiled>): string[] {
  const context = new CheckTree(result.tree, identityText({ path: '/case.dts', text }));
  const checks = DTC_RULES.filter((rule) => rule.level === 'error').flatMap((rule) => [...rule.check(context)]);
  return [...result.problems.filter((p) => p.level === 'error'), ...checks].map((p) => `${p.id}: ${p.message}`);
}

describe(`blobs against ${dtc.versions.join(' and ')}`, () => {
  const answers: readonly Answer[] = dtc.answers;

  it('covers every case', () => {
    expect(answers.map(({ text, symbols }) => ({ text, symbols }))).toEqual(CASES);
  });

  it.each(answers)('$text -@: $symbols', ({ text, symbols, blob, newer }) => {
    const result = compiled(text, { symbols });
    const errors = errorsOf(text, result);
    const accepted = blob ?? newer ?? undefined;
    if (accepted === undefined) expect(errors).not.toEqual([]);
    else {
      expect(errors).toEqual([]);
      expect(Buffer.from(toBlob(result.tree)).toString('base64')).toBe(accepted);
    }
  });
});
