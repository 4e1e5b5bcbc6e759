import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptGuestSte, describePhysical, droppedFields, maskGuestSte, physicalSte, type ParentStage2 } from '../../../../emulator/hypervisor/iommufd/guestSte.ts';
import { encode, numbers, STE } from '../../../../emulator/index.ts';
import { entryOf, fixture } from '../linux/fixtures.ts';

const { nestedSte: CASES } = fixture<{ nestedSte: { name: string; ste: string[]; result: string }[] }>('nesting');
const PARENT: ParentStage2 = { vmid: 7, table: 0x8000_0000, t0sz: 16, sl0: 2, ps: 5, isForcedWriteBack: true, hasTypeOverride: true };

describe('guest STE', () => {
  it('has all 18 cases', () => expect(CASES).toHaveLength(18));

  it.each(CASES)('$name: $result', ({ ste, result }) => {
    expect(describePhysical(acceptGuestSte(entryOf(ste)))).toBe(result);
  });

  it('becomes a nested STE with the stage 2 of the parent and merged events', () => {
    const guest = encode(STE, { V: 1, Config: 5, S1Fmt: 2, S1ContextPtr: 0x4008_0000, S1CDMax: 8, S1DSS: 2, S1CIR: 1, S1COR: 1, S1CSH: 3, EATS: 1 });
    const judged = acceptGuestSte(guest);
    const made = numbers(STE, physicalSte(judged.ok ? judged.value : expect.fail('refused'), PARENT));
    expect(made).toMatchObject({
      V: 1, Config: 7, S1Fmt: 2, S1ContextPtr: 0x4008_0000, S1CDMax: 8, S1DSS: 2, S1CIR: 1, S1COR: 1, S1CSH: 3, EATS: 1, MEV: 1,
      S2VMID: 7, S2TTB: 0x8000_0000, S2T0SZ: 16, S2SL0: 2, S2PS: 5, S2AA64: 1, S2PTW: 1, S2R: 1, S2FWB: 1,
    });
  });

  it.each([
    { name: 'bypass', ste: { V: 1, Config: 4 }, made: { Config: 6, S2TTB: 0x8000_0000, MEV: 0, S1ContextPtr: 0 } },
    { name: 'abort', ste: { V: 1, Config: 0 }, made: { V: 1, Config: 0, S2TTB: 0, MEV: 0 } },
    { name: 'an invalid entry', ste: { Config: 5, S1ContextPtr: 0x1000 }, made: { V: 1, Config: 0, S1ContextPtr: 0, S2TTB: 0 } },
  ])('$name is replaced by what the kernel has for it', ({ ste, made }) => {
    const judged = acceptGuestSte(encode(STE, ste));
    expect(numbers(STE, physicalSte(judged.ok ? judged.value : expect.fail('refused'), PARENT))).toMatchObject(made);
  });

  it('names what a real guest sets and the kernel refuses', () => {
    const bypass = encode(STE, { V: 1, Config: 4, SHCFG: 1, STRW: 2 });
    expect(droppedFields(bypass)).toEqual(['STRW', 'SHCFG']);
    expect(acceptGuestSte(bypass)).toMatchObject({ ok: false, errno: '-EIO', why: expect.stringContaining('STRW, SHCFG') as string });
    expect(acceptGuestSte(maskGuestSte(bypass)).ok).toBe(true);
  });

  it('never lets a guest choose anything of stage 2, and refuses nothing but Config and EATS once masked', () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(fc.property(fc.tuple(word, word, word, word), (words) => {
      const masked = maskGuestSte(words);
      const judged = acceptGuestSte(masked);
      const fields = numbers(STE, masked);
      expect(judged.ok).toBe(fields.V === 0 || ([0, 4, 5].includes(fields.Config) && fields.EATS < 2));
      if (!judged.ok || judged.value.config === 'abort') return;
      const made = numbers(STE, physicalSte(judged.value, PARENT));
      expect(made).toMatchObject({ V: 1, S2VMID: 7, S2TTB: 0x8000_0000, S2S: 0, STRW: 0, S2FWB: 1 });
      expect(made.Config & 2).toBe(2);
    }), { numRuns: 500 });
  });
});
