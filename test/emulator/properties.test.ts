import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OK, READ, requestOf, u64, WRITE } from '../../emulator/index.ts';
import { CDT, DATA, GOOD_S2, PAGE, PAGE2, Rig, S1, S2, STRTAB } from './rig.ts';

const page = fc.nat(63);
const access = fc.constantFrom(READ, WRITE);

interface Mapping { from: number; to: number; readOnly: boolean; block: boolean }
const mapping = fc.record<Mapping>({ from: page, to: page, readOnly: fc.boolean(), block: fc.boolean() });

const VA = 0x10_0000_0000;
const IPA = 0x20_0000_0000;

function mapStage1(rig: Rig, { from, to, readOnly, block }: Mapping): void {
  const low = (readOnly ? PAGE | 0x80 : PAGE) & (block ? ~2 : -1);
  if (block) rig.map(S1, VA + 0x1000_0000 + (from % 8) * 0x20_0000, IPA + (to % 8) * 0x20_0000, { level: 2, low });
  else rig.map(S1, VA + from * 0x1000, IPA + to * 0x1000, { low });
}

function mapStage2(rig: Rig, { from, to, readOnly }: Mapping): void {
  rig.map(S2, IPA + from * 0x1000, DATA + to * 0x1000, { low: readOnly ? PAGE2 & ~0x80 : PAGE2 });
}

const address = fc.oneof(
  page.map((p) => VA + p * 0x1000 + 0x10), page.map((p) => VA + 0x1000_0000 + p * 0x8_0000), fc.nat().map((n) => VA + n),
);

describe('properties of translation', () => {
  it('caches and no caches agree after the right invalidation', () => {
    const step = fc.oneof(
      fc.tuple(fc.constant('map1' as const), mapping), fc.tuple(fc.constant('map2' as const), mapping),
      fc.tuple(fc.constant('dma' as const), fc.tuple(address, access, fc.constantFrom(1, 2, 3))),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 50 }), fc.constantFrom('architecture' as const, 'bounded' as const), (steps, policy) => {
      const rigs = [new Rig({ policy: 'none' }), new Rig({ policy })];
      const results = rigs.map((rig) => {
        rig.nested(1);
        rig.stage1(2, { ASID: 4 });
        rig.stage2(3);
        rig.identity();
        return steps.map((s) => {
          if (s[0] === 'dma') {
            const result = rig.at(s[1][2], s[1][2] === 3 ? s[1][0] + IPA - VA : s[1][0], s[1][1]);
            return [result, rig.events()];
          }
          if (s[0] === 'map1') mapStage1(rig, s[1]);
          else mapStage2(rig, s[1]);
          rig.cmd('TLBI_NSNH_ALL');
          rig.cmd('SYNC');
          return undefined;
        });
      });
      expect(results[1]).toEqual(results[0]);
    }), { numRuns: 60 });
  });

  it('invalidation by address is enough for one page', () => {
    fc.assert(fc.property(fc.array(fc.tuple(mapping, address, access), { maxLength: 30 }), (steps) => {
      const cold = new Rig({ policy: 'none' });
      const warm = new Rig({ policy: 'architecture' });
      for (const rig of [cold, warm]) rig.stage1(1);
      for (const [m, where, how] of steps) {
        for (const rig of [cold, warm]) mapStage1(rig, m);
        const at = m.block ? VA + 0x1000_0000 + (m.from % 8) * 0x20_0000 : VA + m.from * 0x1000;
        warm.cmd('TLBI_NH_VA', { ASID: 3, Address: at });
        expect(warm.at(1, where, how)).toEqual(cold.at(1, where, how));
      }
    }), { numRuns: 60 });
  });

  it('nested is stage 1, then stage 2', () => {
    fc.assert(fc.property(fc.array(mapping, { maxLength: 12 }), fc.array(mapping, { maxLength: 12 }), fc.array(fc.tuple(address, access), { maxLength: 12 }), (one, two, probes) => {
      const rig = new Rig();
      rig.nested(1);
      rig.ste(2, { Config: 5, S1ContextPtr: CDT + 0x1000 });
      rig.ste(3, { Config: 6, ...GOOD_S2 });
      rig.identity();
      for (const m of one) mapStage1(rig, m);
      for (const m of two) mapStage2(rig, m);
      for (const [where, how] of probes) {
        const stage1 = rig.at(2, where, how);
        const expected = typeof stage1 === 'number' ? rig.at(3, stage1, how) : stage1;
        expect(rig.at(1, where, how)).toEqual(expected);
      }
    }), { numRuns: 60 });
  });

  it('random structures and tables never throw or loop', () => {
    const words = fc.uint32Array({ minLength: 16, maxLength: 16 });
    const pointer = fc.constantFrom(S1, S2, CDT, 0x5000_1000, DATA, 2 ** 40);
    const addresses = fc.oneof(fc.nat(0xffff_ffff).map((lo) => u64(0, lo)), fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff)).map(([hi, lo]) => u64(hi, lo)));
    fc.assert(fc.property(words, words, fc.array(fc.tuple(fc.nat(511), pointer, fc.nat(0xfff), fc.nat(0xffff)), { maxLength: 20 }), fc.array(addresses, { minLength: 1, maxLength: 6 }), (...[ste, cd, entries, probes]) => {
      const rig = new Rig();
      // Enough bits are set right that most get past the first check.
      ste[0] = (ste[0]! & 0x3f) | 9 | CDT;
      cd[1] = cd[1]! | 0x200;
      cd[0] = cd[0]! | 0x8000_0000;
      rig.put(STRTAB + 64, ste);
      rig.put(CDT, cd);
      for (const [index, to, low, high] of entries) {
        for (const table of [S1, S2]) rig.store(table + index * 8, u64((high << 16) | Math.floor(to / 2 ** 32), (to | low) >>> 0));
      }
      for (const probe of probes) rig.dma(1, probe, READ);
      for (const address of probes) {
        const { response, sentence, steps } = rig.machine.explain(rig.smmu, requestOf({ sid: 1, address, access: READ }));
        expect(sentence === '').toBe(response.status === OK);
        expect(steps.at(-1)?.kind).toBe('result');
      }
    }), { numRuns: 300 });
  });

  it('several SMMUs and masters do not disturb each other', () => {
    const rig = new Rig();
    rig.stage1(1, { ASID: 1 });
    rig.stage1(2, { ASID: 2, TTB0: 0x5100_0000 });
    rig.map(S1, VA, DATA);
    rig.map(0x5100_0000, VA, DATA + 0x1000);
    for (let i = 0; i < 3; i++) expect([rig.at(1, VA), rig.at(2, VA), rig.at(1, VA + 0x1000)]).toEqual([DATA, DATA + 0x1000, 'F_TRANSLATION']);
  });
});
