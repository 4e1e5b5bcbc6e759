import { describe, expect, it } from 'vitest';
import { fromNumber, u64 } from '../../../emulator/index.ts';
import { isStage2Consistent, levelShift, sizeLimits, stage2StartLevel, startLevel, type PageBits } from '../../../emulator/walk/geometry.ts';
import { DATA, PAGE2, Rig, S1, S2 } from '../rig.ts';

const TG0 = { 12: 0, 16: 1, 14: 2 } as const;

// Granule, TxSZ, address, and the index of each level from the start level on.
const STAGE1: [page: PageBits, txsz: number, va: number, start: number, indices: number[]][] = [
  [12, 16, 0x123456789abc, 0, [36, 209, 179, 393]],
  [12, 24, 0xabcdef1234, 0, [1, 175, 111, 241]],
  [12, 25, 0x7f12345678, 1, [508, 145, 325]],
  [12, 32, 0xdeadbeef, 1, [3, 245, 219]],
  [12, 39, 0x1abcdef, 2, [13, 188]],
  [14, 16, 0x923456789abc, 0, [1, 291, 555, 482]],
  [14, 17, 0x523456789abc, 1, [1315, 555, 482]],
  [14, 28, 0xf12345678, 2, [1929, 209]],
  [16, 16, 0x923456789abc, 1, [36, 4514, 5752]],
  [16, 22, 0x3ff12345678, 2, [8184, 4660]],
  [16, 35, 0x1fff1234, 3, [8191]],
  [16, 12, 0xa923456789abc, 1, [676, 4514, 5752]],
];

const STAGE2: [page: PageBits, t0sz: number, sl0: number, ipa: number, indices: number[]][] = [
  [12, 24, 1, 0xc012345678, [768, 145, 325]],
  [12, 22, 1, 0x2a123456789, [2692, 282, 86]],
  [12, 21, 1, 0x5ff12345678, [6140, 145, 325]],
  [12, 30, 0, 0x2bcdef123, [5606, 495]],
  [12, 28, 1, 0xf12345678, [60, 145, 325]],
  [12, 16, 2, 0x123456789abc, [36, 209, 179, 393]],
  [14, 16, 2, 0x923456789abc, [2339, 555, 482]],
  [14, 24, 1, 0x9012345678, [18441, 209]],
  [16, 18, 1, 0x3fff12345678, [131064, 4660]],
  [16, 31, 0, 0x1abcd5678, [109517]],
];

/** Builds tables that hold exactly the given indices, and gives where the leaf leads. */
function build(rig: Rig, root: number, page: PageBits, indices: number[]): void {
  let table = root;
  indices.forEach((index, i) => {
    const isLast = i === indices.length - 1;
    const next = isLast ? DATA : rig.table(2 ** page);
    rig.store(table + index * 8, next + (isLast ? 0x7ff : 3));
    table = next;
  });
}

describe('walk geometry', () => {
  it.each(STAGE1)('stage 1, page 2^%i, TxSZ %i, VA %d', (...[page, txsz, va, start, indices]) => {
    expect(startLevel(page, 64 - txsz)).toBe(start);
    const rig = new Rig();
    rig.stage1(1, { T0SZ: txsz, TG0: TG0[page], IPS: 6 });
    build(rig, S1, page, indices);
    expect(rig.at(1, va)).toBe(DATA + (va % 2 ** page));
  });

  it.each(STAGE2)('stage 2, page 2^%i, T0SZ %i, SL0 %i, IPA %d', (...[page, t0sz, sl0, ipa, indices]) => {
    const rig = new Rig();
    rig.stage2(1, { S2T0SZ: t0sz, S2SL0: sl0, S2TG: TG0[page] });
    build(rig, S2, page, indices);
    expect(rig.at(1, ipa)).toBe(DATA + (ipa % 2 ** page));
  });

  it('start levels cover the whole range of TxSZ', () => {
    const rows: [number, number, number, number][] = [
      [16, 0, 0, 1], [17, 0, 1, 1], [21, 0, 1, 1], [22, 0, 1, 2], [24, 0, 1, 2], [25, 1, 1, 2], [27, 1, 1, 2], [28, 1, 2, 2], [33, 1, 2, 2],
      [34, 2, 2, 2], [35, 2, 2, 3], [38, 2, 2, 3], [39, 2, 3, 3], [42, 2, 3, 3], [43, 3, 3, 3], [47, 3, 3, 3],
    ];
    for (const [txsz, k4, k16, k64] of rows) {
      expect([12, 14, 16].map((p) => startLevel(p as PageBits, 64 - txsz)), `TxSZ ${txsz}`).toEqual([k4, k16, k64]);
    }
  });

  it('legal S2T0SZ by granule and start level', () => {
    const rows: [PageBits, number, number, number][] = [
      [12, 0, 16, 24], [12, 1, 21, 33], [12, 2, 30, 42], [12, 3, 39, 51], [14, 1, 16, 27], [14, 2, 24, 38], [14, 3, 35, 49], [16, 1, 12, 21], [16, 2, 18, 34], [16, 3, 31, 47],
    ];
    for (const [page, start, low, high] of rows) {
      const legal = Array.from({ length: 55 }, (_, i) => i + 9).filter((t) => isStage2Consistent(page, start, 64 - t));
      expect([legal[0], legal.at(-1)], `${page} ${start}`).toEqual([low, high]);
    }
  });

  it('S2SL0 by granule', () => {
    expect([0, 1, 2, 3].map((s) => stage2StartLevel(12, s, false))).toEqual([2, 1, 0, undefined]);
    expect(stage2StartLevel(12, 3, true)).toBe(3);
    expect([0, 1, 2, 3].map((s) => stage2StartLevel(14, s, true))).toEqual([3, 2, 1, undefined]);
    expect([0, 1, 2, 3].map((s) => stage2StartLevel(16, s, true))).toEqual([3, 2, 1, undefined]);
  });

  it('limits of TxSZ', () => {
    expect(sizeLimits(12, false, true)).toEqual({ min: 16, max: 39 });
    expect(sizeLimits(14, true, true)).toEqual({ min: 16, max: 48 });
    expect(sizeLimits(16, true, true)).toEqual({ min: 12, max: 47 });
    expect(sizeLimits(16, false, false)).toEqual({ min: 16, max: 39 });
  });

  const BLOCKS: [page: PageBits, level: number, isAllowed: boolean][] = [
    [12, 0, false], [12, 1, true], [12, 2, true], [14, 1, false], [14, 2, true], [16, 1, true], [16, 2, true],
  ];
  it.each(BLOCKS)('page 2^%i: block at level %i allowed: %s', (page, level, isAllowed) => {
    for (const stage of [1, 2]) {
      const rig = new Rig();
      const ia = 48;
      if (stage === 1) rig.stage1(1, { TG0: TG0[page], IPS: 6 });
      else rig.stage2(1, { S2TG: TG0[page], S2SL0: 2, S2T0SZ: page === 14 ? 17 : 16, S2PS: 6 });
      const va = 0x1234_5678_9abc;
      const size = 2 ** levelShift(page, level);
      const options = { page, level, ia: stage === 2 && page === 14 ? 47 : ia, low: stage === 1 ? 0xf41 : 0x7fd };
      rig.map(stage === 1 ? S1 : S2, va, size, options);
      expect(rig.at(1, va)).toBe(isAllowed ? size + (va % size) : 'F_TRANSLATION');
    }
  });

  it('a level 1 block of 64K needs 52-bit outputs', () => {
    const rig = new Rig({ model: 'qemu-virt' });
    rig.stage1(1, { TG0: 1, IPS: 4 });
    rig.map(S1, 0x1000, 0, { page: 16, level: 1, low: 0xf41 });
    expect(rig.at(1, 0x1000)).toBe('F_TRANSLATION');
  });

  it('outputs of 52 bits with 64K', () => {
    const rig = new Rig();
    rig.stage1(1, { TG0: 1, T0SZ: 12, IPS: 6, TTB0: 0x5000_0000 });
    const pa = 0xf_1234_5678_0000;
    rig.map(S1, 0xa_0000_0001_0000, pa, { page: 16, ia: 52 });
    expect(rig.at(1, 0xa_0000_0001_0000)).toBe(pa);
    rig.cd(0x4400_1000, { TG0: 1, T0SZ: 12, IPS: 5 });
    rig.cmd('CFGI_STE_RANGE', { Range: 31 });
    rig.cmd('TLBI_NSNH_ALL');
    expect(rig.at(1, 0xa_0000_0001_0000)).toBe('F_ADDR_SIZE');
  });

  it('tables with high address bits of 52 bits are followed', () => {
    const rig = new Rig();
    rig.stage2(1, { S2TG: 1, S2SL0: 2, S2PS: 6 });
    // Table at 2^51: bits 51:48 of its address are in bits 15:12, and there is no memory there.
    rig.store(S2 + 8, u64(0, 0x8003));
    expect(rig.at(1, 2 ** 42)).toBe('F_WALK_EABT');
    expect(rig.events()).toMatchObject([{ FetchAddr: 2 ** 51, S2: 1, CLASS: 2 }]);
  });

  it('the table base is aligned to its size', () => {
    const rig = new Rig();
    rig.stage1(1, { TTB0: S1 + 0x800 });
    rig.map(S1, 0x4000_0000, DATA);
    expect(rig.at(1, 0x4000_0000)).toBe(DATA);
    rig.stage2(2, { S2T0SZ: 24, S2SL0: 1, S2TTB: S2 + 0x1000 });
    rig.map(S2, 0x4000_0000, DATA, { ia: 40, start: 1, low: PAGE2 });
    expect(rig.at(2, 0x4000_0000)).toBe(DATA);
  });

  it.each([[5, 0x10, 0x10], [6, 0x10, 0], [6, 0x50, 0x40]])('a small table is aligned to 64 bytes with 52-bit outputs: IPS %i, offset %i', (ips, offset, aligned) => {
    const rig = new Rig();
    rig.stage1(1, { TG0: 1, T0SZ: 21, IPS: ips, TTB0: S1 + offset });
    rig.map(S1 + aligned, 2 ** 42, DATA, { page: 16, ia: 43 });
    expect(rig.at(1, 2 ** 42 + 8)).toBe(DATA + 8);
  });

  it('input ranges: lower half, upper half, gaps, tagged addresses', () => {
    const rig = new Rig();
    rig.stage1(1, { T0SZ: 25, EPD1: 0, T1SZ: 28, TG1: 2, TTB1: S1 + 0x10_0000, TBI0: 1 });
    rig.map(S1, 0x7f_ffff_f000, DATA, { ia: 39 });
    rig.map(S1 + 0x10_0000, 0x1000, DATA + 0x1000, { ia: 36 });
    expect(rig.at(1, 0x7f_ffff_fff0)).toBe(DATA + 0xff0);
    expect(rig.at(1, 0x80_0000_0000)).toBe('F_TRANSLATION');
    expect(rig.at(1, u64(0x5a00_007f, 0xffff_f000))).toBe(DATA);
    expect(rig.at(1, u64(0x5a80_007f, 0xffff_f000))).toBe('F_TRANSLATION');
    expect(rig.at(1, u64(0xffff_fff0, 0x1008))).toBe(DATA + 0x1008);
    expect(rig.at(1, u64(0xffff_ffef, 0x1008))).toBe('F_TRANSLATION');
    expect(rig.at(1, u64(0x5aff_fff0, 0x1008))).toBe('F_TRANSLATION');
    rig.cd(0x4400_1000, { T0SZ: 25, EPD1: 0, T1SZ: 28, TG1: 2, TTB1: S1 + 0x10_0000, TBI1: 1 });
    rig.cmd('CFGI_CD', { StreamID: 1 });
    rig.cmd('TLBI_NSNH_ALL');
    expect(rig.at(1, u64(0x5a80_0000, 0x1008))).toBe('F_TRANSLATION');
    expect(rig.at(1, u64(0x5aff_fff0, 0x1008))).toBe(DATA + 0x1008);
    expect(rig.at(1, u64(0x5a00_007f, 0xffff_f000))).toBe('F_TRANSLATION');
  });

  it('EL2 has a lower half only, and ignores EPD0', () => {
    const rig = new Rig();
    rig.stage1(1, { EPD0: 1, EPD1: 0, TG1: 0 }, { STRW: 2 });
    rig.map(S1, 0x1000, DATA);
    expect(rig.at(1, 0x1000)).toBe(DATA);
    expect(rig.at(1, u64(0xffff_ffff, 0xffff_f000))).toBe('F_TRANSLATION');
  });

  it('EL2 with E2H has both halves', () => {
    const rig = new Rig();
    rig.reg(0x20, 0);
    rig.reg(0x2c, 3);
    rig.reg(0x20, 0xd);
    rig.stage1(1, { EPD1: 0, T1SZ: 16, TG1: 2, TTB1: S1 + 0x10_0000 }, { STRW: 2 });
    rig.map(S1 + 0x10_0000, 0xffff_ffff_f000, DATA);
    expect(rig.at(1, u64(0xffff_ffff, 0xffff_f000))).toBe(DATA);
  });

  it('E0PD keeps unprivileged accesses out of a half', () => {
    const rig = new Rig();
    rig.stage1(1, { E0PD0: 1 });
    rig.map(S1, 0x1000, DATA);
    expect(rig.at(1, 0x1000)).toBe('F_TRANSLATION');
    expect(rig.at(1, 0x1000, 5)).toBe(DATA);
  });

  it('each half has an E0PD of its own', () => {
    const upper = u64(0xffff_ffff, 0xffff_f000);
    const results = [{ E0PD0: 1 }, { E0PD1: 1 }].map((e0pd) => {
      const rig = new Rig();
      rig.stage1(1, { ...e0pd, EPD1: 0, T1SZ: 16, TG1: 2, TTB1: S1 + 0x10_0000 });
      rig.map(S1, 0x1000, DATA);
      rig.map(S1 + 0x10_0000, 0xffff_ffff_f000, DATA + 0x1000);
      return [rig.at(1, 0x1000), rig.at(1, upper), rig.at(1, upper, 5)];
    });
    expect(results).toEqual([['F_TRANSLATION', DATA + 0x1000, DATA + 0x1000], [DATA, 'F_TRANSLATION', DATA + 0x1000]]);
  });

  it('an STE means what CR2.E2H makes of it when it is read', () => {
    const rig = new Rig({ policy: 'none' });
    rig.stage1(1, { EPD1: 0, T1SZ: 16, TG1: 2, TTB1: S1 + 0x10_0000 }, { STRW: 2 });
    rig.map(S1 + 0x10_0000, 0xffff_ffff_f000, DATA);
    const seen = [2, 3, 2].map((cr2) => {
      rig.reg(0x20, 0xc);
      rig.reg(0x2c, cr2);
      rig.reg(0x20, 0xd);
      return rig.at(1, u64(0xffff_ffff, 0xffff_f000));
    });
    expect(seen).toEqual(['F_TRANSLATION', DATA, 'F_TRANSLATION']);
  });

  it('big-endian tables', () => {
    const rig = new Rig({ model: { IDR0: 0x0800_0007 | (2 << 2), IDR1: 0x0273_0010, IDR3: 0x14, IDR5: 0x75, AIDR: 1 } });
    rig.stage1(1, { ENDI: 1, S: 0 });
    const swap = (v: number): { hi: number; lo: number } => {
      const bytes = new DataView(new ArrayBuffer(8));
      bytes.setUint32(0, fromNumber(v).hi);
      bytes.setUint32(4, fromNumber(v).lo);
      return u64(bytes.getUint32(4, true), bytes.getUint32(0, true));
    };
    rig.store(S1, swap(0x7000_0003));
    rig.store(0x7000_0000, swap(DATA + 0xf41));
    rig.store(0x7000_0008, swap(0x7000_1003));
    rig.store(0x7000_1000, swap(2 ** 30 + 0xf41));
    expect(rig.at(1, 0x1234)).toBe(DATA + 0x1234);
    expect(rig.at(1, 0x4000_1234)).toBe(2 ** 30 + 0x1234);
  });
});
