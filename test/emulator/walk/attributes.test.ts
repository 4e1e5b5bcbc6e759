import { describe, expect, it } from 'vitest';
import { attributeName, type FieldInput } from '../../../emulator/index.ts';
import { applyStage2, combine, effectiveShare, isStage2Device, mairByte, memAttrByte, widerShare } from '../../../emulator/walk/attributes.ts';
import { DATA, PAGE, PAGE2, Rig, S1, S2 } from '../rig.ts';

const VA = 0x12_3456_7000;
const [NGNRNE, NGNRE, NGRE, GRE, NC, WT, WB] = [0, 4, 8, 12, 0x44, 0xbb, 0xff];

describe('memory types', () => {
  it('MAIR bytes, reserved ones resolved', () => {
    const mair = 0xf404ff44 | 0;
    expect([0, 1, 2, 3].map((i) => mairByte(mair, 0, i))).toEqual([0x44, 0xff, 0x04, 0xf4]);
    expect(mairByte(0, 0x00f0_0d00, 5)).toBe(0x0c);
    expect(mairByte(0, 0x00f0_0d00, 6)).toBe(0xf3);
    expect([4, 7].map((i) => mairByte(mair, 0, i))).toEqual([0, 0]);
  });

  it('the four-bit coding', () => {
    expect([0, 1, 2, 3].map(memAttrByte)).toEqual([NGNRNE, NGNRE, NGRE, GRE]);
    expect([5, 10, 15, 6, 13].map(memAttrByte)).toEqual([NC, WT, WB, 0x4b, 0xf4]);
    expect([4, 8, 12].map(memAttrByte)).toEqual([0, 0, 0]);
  });

  it('the weaker of two stages wins', () => {
    expect(combine(WB, NC)).toBe(NC);
    expect(combine(NC, WB)).toBe(NC);
    expect(combine(WB, WT)).toBe(0xbb);
    expect(combine(WT, WB)).toBe(WT);
    expect(combine(0x7d, WT)).toBe(0xb9);
    expect(combine(0x17, 0x11)).toBe(0x1b);
    expect(combine(WB, 0x4f)).toBe(0x4f);
    expect(combine(WB, GRE)).toBe(GRE);
    expect(combine(GRE, WB)).toBe(GRE);
    expect([combine(GRE, NGRE), combine(NGNRNE, GRE), combine(NGRE, NGNRE)]).toEqual([NGRE, NGNRNE, NGNRE]);
  });

  it('stage 2 without and with FWB', () => {
    expect([applyStage2(WT, 15, false), applyStage2(WB, 5, false), applyStage2(WB, 1, false)]).toEqual([WT, NC, NGNRE]);
    expect([applyStage2(GRE, 15, false), applyStage2(WB, 0, false)]).toEqual([GRE, NGNRNE]);
    expect([0, 1, 2, 3].map((m) => applyStage2(WB, m, true))).toEqual([NGNRNE, NGNRE, NGRE, GRE]);
    expect([applyStage2(WB, 5, true), applyStage2(GRE, 5, true)]).toEqual([NC, GRE]);
    expect([applyStage2(NC, 6, true), applyStage2(GRE, 6, true), applyStage2(0xbb, 6, true)]).toEqual([0xcc, WB, 0xff]);
    expect([applyStage2(NC, 7, true), applyStage2(GRE, 7, true)]).toEqual([NC, GRE]);
  });

  it('which stage-2 leaves make tables Device', () => {
    expect([0, 3, 4, 5, 8, 12, 15].map((m) => isStage2Device(m, false))).toEqual([true, true, true, false, true, true, false]);
    expect([0, 3, 4, 5, 6, 7].map((m) => isStage2Device(m, true))).toEqual([true, true, false, false, false, false]);
  });

  it('shareability', () => {
    expect([widerShare(0, 3), widerShare(3, 2), widerShare(2, 3), widerShare(3, 0), widerShare(1, 0), widerShare(0, 0)]).toEqual([3, 2, 2, 3, 0, 0]);
    expect([effectiveShare(GRE, 0), effectiveShare(NC, 3), effectiveShare(WB, 3), effectiveShare(WB, 1), effectiveShare(0x4f, 0)]).toEqual([2, 2, 3, 0, 0]);
  });

  it('names', () => {
    expect([0, 4, 8, 12, 0x44, 0xff, 0xbb, 0x4f, 0x77, 0x88].map(attributeName)).toEqual([
      'Device-nGnRnE', 'Device-nGnRE', 'Device-nGRE', 'Device-GRE', 'Normal NC', 'Normal WB RA WA', 'Normal WT RA WA', 'Normal outer NC, inner WB RA WA', 'Normal WB transient RA WA', 'Normal WT',
    ]);
  });
});

describe('attributes of a translation', () => {
  const at = (rig: Rig): [number, number] => {
    const r = rig.dma(1, VA);
    return [r.attr, r.share];
  };

  it('stage 1: MAIR by AttrIndx, SH of the leaf', () => {
    const rig = new Rig();
    rig.stage1(1, { MAIR0: 0xff_44_04_bb, MAIR1: 0xff });
    for (const [index, expected] of [[0, [0xbb, 3]], [1, [0x04, 2]], [2, [0x44, 2]], [3, [0xff, 3]], [4, [0xff, 3]]] as const) {
      rig.map(S1, VA, DATA, { low: (PAGE & ~0x1c) | (index << 2) });
      rig.cmd('TLBI_NSNH_ALL');
      expect([at(rig), at(rig)]).toEqual([expected, expected]);
    }
  });

  const bypass: [ste: FieldInput, expected: [number, number]][] = [
    [{}, [WB, 0]], [{ SHCFG: 1 }, [WB, 0]], [{ SHCFG: 3 }, [WB, 3]], [{ MTCFG: 1, MemAttr: 5, SHCFG: 3 }, [NC, 2]], [{ MemAttr: 5 }, [WB, 0]], [{ MTCFG: 1, MemAttr: 1 }, [NGNRE, 2]],
  ];
  it.each(bypass)('bypass %o', (ste, expected) => {
    const rig = new Rig();
    rig.ste(1, { Config: 4, ...ste });
    expect(at(rig)).toEqual(expected);
  });

  it('stage 2 alone starts from what comes in', () => {
    const rig = new Rig();
    rig.stage2(1, { MTCFG: 1, MemAttr: 10, SHCFG: 0 });
    rig.map(S2, VA, DATA, { low: PAGE2 });
    expect([at(rig), at(rig)]).toEqual([[WT, 3], [WT, 3]]);
  });

  it.each([[0, 15, [0xff, 3]], [0, 5, [NC, 2]], [0, 1, [NGNRE, 2]], [1, 6, [0xff, 3]], [1, 1, [NGNRE, 2]], [1, 7, [0xff, 3]]] as const)('nested, S2FWB %i, MemAttr %i', (fwb, memAttr, expected) => {
    const rig = new Rig();
    rig.nested(1, {}, { S2FWB: fwb });
    for (let address = 0x4000_0000; address < 0x7800_0000; address += 0x20_0000) rig.map(S2, address, address, { level: 2, low: fwb === 1 ? 0x7d9 : 0x7fd });
    rig.map(S1, VA, DATA);
    rig.map(S2, DATA, DATA, { low: (PAGE2 & ~0x3c) | (memAttr << 2) });
    expect([at(rig), at(rig)]).toEqual([expected, expected]);
  });

  it('come from the entry that was hit', () => {
    const rig = new Rig();
    rig.stage1(1, { MAIR0: 0x04ff });
    rig.stage2(2);
    const places = [[0xf43 & ~0x300, PAGE2], [0xf47, PAGE2 & ~0x3c], [0xf43, PAGE2 & ~0x300]] as const;
    places.forEach(([one, two], i) => {
      rig.map(S1, VA + i * 0x1000, DATA, { low: one });
      rig.map(S2, VA + i * 0x1000, DATA, { low: two });
    });
    const all = (sid: number): number[][] => places.map((_, i) => {
      const r = rig.dma(sid, VA + i * 0x1000);
      return [r.attr, r.share];
    });
    for (let round = 0; round < 3; round++) {
      expect(all(1)).toEqual([[0xff, 0], [0x04, 2], [0xff, 3]]);
      expect(all(2)).toEqual([[0xff, 3], [0x00, 2], [0xff, 0]]);
    }
  });

  it.each([[0, 0, 0], [0, 3, 3], [3, 0, 3], [3, 2, 2], [2, 3, 2]])('nested shareability: %i and %i give %i', (one, two, both) => {
    const rig = new Rig();
    rig.nested(1);
    rig.identity();
    rig.map(S1, VA, DATA, { low: (PAGE & ~0x300) | (one << 8) });
    rig.map(S2, DATA, DATA, { low: (PAGE2 & ~0x300) | (two << 8) });
    expect([at(rig), at(rig)]).toEqual([[0xff, both], [0xff, both]]);
  });

  it('off: GBPA', () => {
    const rig = new Rig();
    rig.reg(0x20, 0xc);
    rig.reg(0x44, 0x8000_0000 | (1 << 4) | 5 | (3 << 12));
    expect(at(rig)).toEqual([NC, 2]);
    rig.reg(0x44, 0x8000_3005 | 0);
    expect(at(rig)).toEqual([WB, 3]);
  });
});
