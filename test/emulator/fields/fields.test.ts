import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CD, COMMANDS, EVENTS, L1CD, L1STD, PRI_RECORD, REGISTERS, S1_LEAF, S1_TABLE, S2_LEAF, S2_TABLE, STE,
  commandNamed, commandOf, decode, encode, equal, eventOf, format, getField, hex, hexOfWords, parseU64, setField, wordsOfHex,
  type FieldInput, type Layout,
} from '../../../emulator/index.ts';

const LAYOUTS: readonly Layout[] = [
  STE, CD, L1STD, L1CD, PRI_RECORD, S1_LEAF, S1_TABLE, S2_LEAF, S2_TABLE,
  ...COMMANDS.map((c) => c.layout), ...EVENTS.map((e) => e.layout), ...REGISTERS.map((r) => r.layout),
];

function inputOf(layout: Layout, words: ArrayLike<number>): FieldInput {
  return Object.fromEntries(decode(layout, words).map((v) => [v.field.name, v.value]));
}

function values(layout: Layout, words: ArrayLike<number>): Record<string, number> {
  return Object.fromEntries(decode(layout, words).map((v) => [v.field.name, v.value.hi * 2 ** 32 + v.value.lo]));
}

function dwords(...values: string[]): Uint32Array {
  return Uint32Array.from(values.flatMap((v) => { const u = parseU64(`0x${v}`)!; return [u.lo, u.hi]; }));
}

describe('field tables', () => {
  it.each(LAYOUTS.map((l) => [l.name, l] as const))('%s has no overlapping fields and unique names', (_, layout) => {
    const used = new Map<number, string>();
    for (const f of layout.fields) {
      expect(f.msb).toBeGreaterThanOrEqual(f.lsb);
      expect(f.dword * 64 + f.msb).toBeLessThan(layout.words * 32);
      for (let b = f.lsb; b <= f.msb; b++) {
        expect(used.get(f.dword * 64 + b), `${f.name} bit ${b}`).toBeUndefined();
        used.set(f.dword * 64 + b, f.name);
      }
    }
    expect(new Set(layout.fields.map((f) => f.name)).size).toBe(layout.fields.length);
  });

  it('decode(encode(x)) = x for every structure', () => {
    fc.assert(fc.property(fc.constantFrom(...LAYOUTS), fc.uint32Array({ minLength: 16, maxLength: 16 }), (layout, random) => {
      const first = decode(layout, random);
      const again = decode(layout, encode(layout, inputOf(layout, random)));
      return first.every((v, i) => equal(v.value, again[i]!.value));
    }), { numRuns: 2000 });
  });

  it('setField changes its own bits only', () => {
    fc.assert(fc.property(fc.constantFrom(...LAYOUTS), fc.uint32Array({ minLength: 16, maxLength: 16 }), fc.nat(), (layout, random, pick) => {
      if (layout.fields.length === 0) return true;
      const chosen = layout.fields[pick % layout.fields.length]!;
      const words = random.slice(0, layout.words);
      setField(words, chosen, { hi: 0, lo: 0 });
      return decode(layout, words).every((v, i) => equal(v.value, v.field === chosen ? { hi: 0, lo: 0 } : decode(layout, random)[i]!.value));
    }), { numRuns: 1000 });
  });

  it('hex and words are inverse', () => {
    fc.assert(fc.property(fc.uint32Array({ minLength: 1, maxLength: 8 }), (words) => hexOfWords(wordsOfHex(hexOfWords(words))!) === hexOfWords(words)));
    expect(wordsOfHex('0b00')).toBeUndefined();
    expect(wordsOfHex('xyxyxyxy')).toBeUndefined();
  });
});

describe('known encodings', () => {
  const vectors: [name: string, input: FieldInput, dw0: string, dw1: string][] = [
    ['CFGI_STE', { StreamID: 0x123, Leaf: 1 }, '0000012300000003', '1'],
    ['CFGI_STE_RANGE', { StreamID: 0x120, Range: 3 }, '0000012000000004', '3'],
    ['CFGI_STE_RANGE', { Range: 31 }, '0000000000000004', '1f'],
    ['CFGI_CD', { StreamID: 0x123, SubstreamID: 2, Leaf: 1 }, '0000012300002005', '1'],
    ['CFGI_CD_ALL', { StreamID: 0x123 }, '0000012300000006', '0'],
    ['TLBI_NH_ALL', { VMID: 7 }, '0000000700000010', '0'],
    ['TLBI_NH_ASID', { VMID: 7, ASID: 0x2a }, '002a000700000011', '0'],
    ['TLBI_NH_VA', { ASID: 0x2a, Address: 0x12345000, Leaf: 1, TG: 1, TTL: 3 }, '002a000000000012', '0000000012345701'],
    ['TLBI_NH_VA', { ASID: 0x2a, Address: 0x12200000, Leaf: 1, TG: 1, SCALE: 9 }, '002a000000900012', '0000000012200401'],
    ['TLBI_NH_VAA', { VMID: 7, Address: 0x7f12345000, Leaf: 1 }, '0000000700000013', '0000007f12345001'],
    ['TLBI_S12_VMALL', { VMID: 7 }, '0000000700000028', '0'],
    ['TLBI_S2_IPA', { VMID: 7, Address: 0xc012345000, Leaf: 1, TG: 1, TTL: 3 }, '000000070000002a', '000000c012345701'],
    ['TLBI_NSNH_ALL', {}, '30', '0'],
    ['ATC_INV', { StreamID: 0x100, Size: 52 }, '0000010000000040', '34'],
    ['ATC_INV', { StreamID: 0x100, SSV: 1, SubstreamID: 5, Address: 0x7f12345000 }, '0000010000005840', '0000007f12345000'],
    ['PRI_RESP', { StreamID: 0x100, SSV: 1, SubstreamID: 5, PRGIndex: 3, Resp: 2 }, '0000010000005841', '2003'],
    ['RESUME', { StreamID: 0xb, STAG: 0xb17, Ac: 1 }, '0000000b00001044', 'b17'],
    ['RESUME', { StreamID: 0xb, STAG: 0xb17, Ab: 1 }, '0000000b00002044', 'b17'],
    ['STALL_TERM', { StreamID: 0xb }, '0000000b00000045', '0'],
    ['SYNC', { CS: 2, MSH: 3, MSIAttr: 15 }, '000000000fc02046', '0'],
    ['SYNC', { CS: 1, MSH: 3, MSIAttr: 15, MSIData: 0x1234, MSIAddress: 0x8090040 }, '000012340fc01046', '8090040'],
    ['CFGI_STE', { StreamID: 0x123, SSec: 1, Leaf: 1 }, '0000012300000403', '1'],
  ];

  it.each(vectors)('CMD_%s %o', (name, input, dw0, dw1) => {
    const command = commandNamed(name)!;
    const words = encode(command.layout, { Opcode: command.opcode, ...input });
    expect(words).toEqual(dwords(dw0, dw1));
    expect(commandOf(words)).toBe(command);
  });

  it('PRI record', () => {
    const words = encode(PRI_RECORD, { StreamID: 0x100, SubstreamID: 5, Read: 1, Write: 1, Last: 1, SSV: 1, PRGIndex: 3, PageAddr: 0x7f12345000 });
    expect(words).toEqual(dwords('f000000500000100', '0000007f12345003'));
  });

  it('CD of a Linux DMA domain', () => {
    const cd = dwords('002ae205c0003510', '40400000', '0', 'f404ff44', '0', '0', '0', '0');
    expect(values(CD, cd)).toMatchObject({ T0SZ: 16, TG0: 0, IR0: 1, OR0: 1, SH0: 3, EPD0: 0, EPD1: 1, V: 1, IPS: 5, AA64: 1, R: 1, A: 1, ASET: 1, S: 0, HA: 0, HD: 0, PAN: 0, WXN: 0, ASID: 0x2a, TTB0: 0x40400000, MAIR0: 0xf404ff44 });
  });

  it('nested STE', () => {
    const ste = dwords('8000100f', 'd4', '040d355800000007', '40300000', '0', '0', '0', '0');
    expect(values(STE, ste)).toMatchObject({ V: 1, Config: 7, S1ContextPtr: 0x80001000, S1CIR: 1, S1COR: 1, S1CSH: 3, S2VMID: 7, S2T0SZ: 24, S2SL0: 1, S2TG: 0, S2PS: 5, S2AA64: 1, S2R: 1, S2S: 0, S2TTB: 0x40300000 });
  });

  it('two published event records', () => {
    const stalled = dwords('0000000100002810', '0000020880000b17', '1000', '0');
    expect(eventOf(stalled)?.name).toBe('F_TRANSLATION');
    expect(values(eventOf(stalled)!.layout, stalled)).toMatchObject({ SSV: 1, SubstreamID: 2, StreamID: 1, STAG: 0xb17, Stall: 1, RnW: 1, CLASS: 2, S2: 0 });
    const doorbell = dwords('0000000800000010', '0000008000000000', '0000000008090040', '0');
    expect(format(eventOf(doorbell)!.layout, doorbell)).toBe('Type=16 StreamID=0x8 S2=1 InputAddr=0x8090040');
  });

  it('ID register presets of QEMU', () => {
    const idr0 = REGISTERS.find((r) => r.name === 'IDR0')!;
    expect(values(idr0.layout, [0x0d44101b])).toMatchObject({ S1P: 1, S2P: 1, TTF: 2, COHACC: 1, ASID16: 1, VMID16: 1, TTENDIAN: 2, STALL_MODEL: 1, TERM_MODEL: 1, ST_LEVEL: 1, HTTU: 0, ATS: 0 });
  });

  it('64-bit text', () => {
    expect(hex(parseU64('18446744073709551615')!)).toBe('0xffffffffffffffff');
    expect(parseU64('18446744073709551616')).toBeUndefined();
    expect(parseU64('0x1ffffffffffffffff')).toBeUndefined();
    expect(hex(getField([0xffffffff, 0xffffffff], S1_LEAF.fields.find((f) => f.name === 'OA')!))).toBe('0xfffffffff000');
  });
});
