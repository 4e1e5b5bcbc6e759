import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../debugger/inspect/edit.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import { encode, PRESETS, STE } from '../../../emulator/index.ts';
import { CDT, CMDQ, DATA, EVENTQ, PRIQ, Rig, S1, S2, STRTAB } from '../../emulator/rig.ts';
import { rigSystem } from './support.ts';

const RAM = 0x4000_0000;
const END = 0x2_4000_0000;

function inspect(rig: Rig): Inspector {
  return new Inspector(rigSystem(rig, { devices: [{ name: 'eth0' }] }));
}

describe('reading', () => {
  it.each([
    [RAM, 16, 16, 0], [RAM + 3, 7, 7, 0], [END - 16, 32, 16, 16], [RAM - 16, 8, 0, 8], [RAM - 16, 64, 0, 16], [RAM - 5, 16, 0, 5],
    [2 ** 52 - 4, 8, 0, 4], [2 ** 60, 8, 0, 0], [0, 0, 0, 0], [-5, 4, 0, 4], [RAM, -1, 0, 0],
  ])('0x%x, %i bytes: %i readable, then %i not', (address, count, readable, unreadable) => {
    const block = inspect(new Rig()).readMemory(address, count);
    expect([block.bytes.length, block.unreadable]).toEqual([readable, unreadable]);
  });

  it('gives what was written, across pages', () => {
    const rig = new Rig();
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i * 7);
    rig.machine.memory.write(DATA + 0xff0, bytes);
    expect(inspect(rig).readMemory(DATA + 0xff0, 5000).bytes).toEqual(bytes);
  });

  it('stops at injected aborts', () => {
    const rig = new Rig();
    rig.machine.memory.injectAborts([{ base: DATA + 8, size: 8 }]);
    expect(inspect(rig).readMemory(DATA, 32)).toMatchObject({ bytes: new Uint8Array(8), unreadable: 8 });
  });

  it('caps what one request gives', () => {
    expect(inspect(new Rig()).readMemory(DATA, 1e12).bytes).toHaveLength(2 ** 20);
  });
});

describe('writing', () => {
  it('is an edit that changes memory when it is applied', () => {
    const rig = new Rig();
    const result = inspect(rig).writeMemory(DATA + 3, [1, 2, 3]);
    expect(result).toEqual({ ok: true, edits: [{ kind: 'memory', address: DATA + 3, bytes: [1, 2, 3] }] });
    expect(rig.load(DATA).lo).toBe(0);
    expect(result.ok && applyEdits(rig.machine, result.edits)).toBe(true);
    expect(rig.load(DATA)).toEqual({ hi: 0x0302, lo: 0x01000000 });
  });

  it.each([
    [RAM - 8, 8, 'no memory answers at 0x3ffffff8'], [END - 4, 8, 'no memory answers at 0x240000000'], [2 ** 52, 1, 'the address is beyond physical memory'],
    [0.5, 1, 'the address is beyond physical memory'], [DATA, 2 ** 21, 'at most 1048576 bytes can be written at once'],
  ])('is refused at 0x%x, %i bytes', (address, count, message) => {
    expect(inspect(new Rig()).writeMemory(address, new Uint8Array(count))).toEqual({ ok: false, message });
  });

  it('is refused at device registers', () => {
    const rig = new Rig({ base: 0x905_0000 });
    expect(inspect(rig).writeMemory(0x905_0020, [1, 0, 0, 0])).toEqual({ ok: false, message: 'smmu0 is a device: set its registers by name' });
    expect(inspect(rig).readMemory(0x905_0020, 4).bytes).toEqual(Uint8Array.of(0xd, 0, 0, 0));
  });
});

function stage1Rig(): Rig {
  const rig = new Rig();
  rig.stage1(8);
  rig.map(S1, 0x1000, DATA);
  rig.cmd('CFGI_STE', { StreamID: 8 });
  rig.cmd('SYNC');
  rig.at(8, 0x5000);
  return rig;
}

describe('symbols', () => {
  const rig = stage1Rig();
  rig.machine.owners.set(DATA, 0x1000, 'domd');
  it.each([
    [STRTAB + 8 * 64, 'STE of stream 0x8 (eth0)'], [STRTAB + 8 * 64 + 8, 'STE of stream 0x8 (eth0)+0x8'], [STRTAB + 5 * 64, 'STE of stream 0x5'],
    [CDT + 0x8000, 'CD 0 of stream 0x8 (eth0)'], [S1, 'stage 1 level-0 entry of 0x0, stream 0x8 (eth0)'], [S1 + 8, 'stage 1 level-0 entry of 0x8000000000, stream 0x8 (eth0)'],
    [CMDQ + 16, 'cmdq[1]'], [EVENTQ + 36, 'evtq[1]+0x4'], [DATA + 8, 'memory of domd+0x8'], [DATA + 0x1000, 'ram+0x40001000'], [0, undefined],
  ])('0x%x is %s', (address, name) => {
    expect(inspect(rig).symbols.name(address)).toBe(name);
  });
});

describe('symbols of large tables', () => {
  const named = (rig: Rig, address: number): string | undefined => inspect(rig).symbols.name(address);

  it('cover all of a 64K table', () => {
    const rig = new Rig();
    rig.stage1(8, { TG0: 1, TTB0: S1 });
    rig.map(S1, 0x1fff_0000, DATA, { page: 16 });
    const level3 = rig.load(rig.load(S1).lo & -0x10000).lo & -0x10000;
    expect(named(rig, level3 + 0x1fff * 8)).toBe('stage 1 level-3 entry of 0x1fff0000, stream 0x8 (eth0)');
  });

  it('cover concatenated tables', () => {
    const rig = new Rig();
    rig.stage2(8, { S2T0SZ: 24, S2SL0: 1 });
    rig.map(S2, 0x80_4000_0000, DATA, { ia: 40, start: 1, low: 0x7ff });
    expect(named(rig, S2 + 0x1008)).toBe('stage 2 level-1 entry of 0x8040000000, stream 0x8 (eth0)');
  });

  it('cover a 64K table of a guest whose pages are apart', () => {
    const rig = new Rig();
    rig.nested(8, { TG0: 1, TTB0: 0x1_0000 });
    rig.identity();
    const places = [0x5100_0000, 0x5200_0000];
    for (const [i, at] of places.entries()) rig.map(S2, 0x1_0000 + i * 0x1000, at, { low: 0x7ff });
    rig.map(S2, 0x10_0000, 0x5300_0000, { low: 0x7ff });
    rig.map(S2, 0x10_f000, 0x5400_0000, { low: 0x7ff });
    rig.store(places[0]!, 0x10_0003);
    expect(named(rig, 0x5300_0000)).toBe('stage 1 level-2 entry of 0x0, stream 0x8 (eth0)');
    expect(named(rig, 0x5400_0008)).toBe('stage 1 level-2 entry of 0x3c020000000, stream 0x8 (eth0)');
    expect(named(rig, 0x5301_0000)).toBe('ram+0x13010000');
  });
});

describe('disassembly', () => {
  const rows = (rig: Rig, address: number, offset: number, count: number): string[] =>
    inspect(rig).disassemble(address, offset, count).map((r) => `${r.address.toString(16)} ${r.symbol === undefined ? '' : `<${r.symbol}> `}${r.text}`);

  it('reads queues as commands and records', () => {
    const rig = stage1Rig();
    expect(rows(rig, CMDQ + 4, -1, 4)).toEqual([
      '41fffff8 .quad 0x0000000000000000', '42000000 <cmdq[0]> CMD_CFGI_STE StreamID=8', '42000010 <cmdq[1]> CMD_SYNC', '42000020 <cmdq[2]> empty',
    ]);
    expect(rows(rig, EVENTQ, 0, 1)[0]).toMatch(/^43000000 <evtq\[0\]> F_TRANSLATION StreamID=8 RnW=1 CLASS=2 \(input address\) InputAddr=0x5000/);
  });

  it('reads the words of structures, and descriptors', () => {
    const rig = stage1Rig();
    expect(rows(rig, STRTAB + 8 * 64, 0, 2)).toEqual([
      '41000200 <STE of stream 0x8 (eth0)> .quad 0x000000004400800b V=1 Config=5 (stage 1) S1ContextPtr=0x44008000', '41000208 .quad 0x0000000000000000',
    ]);
    expect(rows(rig, CDT + 0x8000, 1, 1)).toEqual(['44008008 .quad 0x0000000050000000 TTB0=0x50000000']);
    expect(rows(rig, S1, 0, 2)).toEqual([
      '50000000 <stage 1 level-0 entry of 0x0, stream 0x8 (eth0)> table NextTable=0x70000000', '50000008 <stage 1 level-0 entry of 0x8000000000, stream 0x8 (eth0)> invalid 0x0000000000000000',
    ]);
    expect(rows(rig, 0x7000_2008, 0, 1)[0]).toContain('page AP=1 (RW)');
  });

  it('tells blocks, reserved descriptors and big-endian tables', () => {
    const rig = new Rig();
    rig.stage1(8);
    rig.map(S1, 0x20_0000, DATA, { level: 2 });
    rig.store(rig.map(S1, 0x1000, DATA), DATA + 0x701);
    expect(rows(rig, 0x7000_1008, 0, 1)[0]).toMatch(/> block AP=1 \(RW\)/);
    expect(rows(rig, 0x7000_2008, 0, 1)[0]).toMatch(/> reserved /);
    const big = new Rig({ model: { ...PRESETS['v3.3-full'], IDR0: PRESETS['v3.3-full'].IDR0 & ~0x60_0000 } });
    big.stage1(8, { ENDI: 1 });
    big.store(S1, { hi: 0x0300_0070, lo: 0 });
    expect(rows(big, S1, 0, 1)[0]).toMatch(/^50000000 <.*> table NextTable=0x70000000$/);
  });

  it('tells commands and records that there are none of, and page requests', () => {
    const rig = stage1Rig();
    rig.put(CMDQ + 32, [0xff, 0, 0, 0]);
    rig.put(EVENTQ + 32, [0xee, 8, 0, 0, 0, 0, 0, 0]);
    rig.put(PRIQ, [8, 0, 0x1000, 0]);
    expect(rows(rig, CMDQ + 32, 0, 1)[0]).toBe('42000020 <cmdq[2]> unknown entry');
    expect(rows(rig, EVENTQ + 32, 0, 1)[0]).toBe('43000020 <evtq[1]> unknown entry');
    expect(rows(rig, PRIQ, 0, 1)[0]).toMatch(/^43800000 <priq\[0\]> .*StreamID=8.*/);
  });

  it('names both levels of stream tables and of CD tables', () => {
    const rig = new Rig();
    rig.reg(0x20, 0xc);
    rig.reg(0x88, 0x1_0210);
    rig.put(STRTAB, [0x4500_0009, 0]);
    rig.put(0x4500_0000 + 8 * 64, Array.from({ length: 16 }, (_, i) => [0x4400_8000 + 0xb + 0x20, 0x5000_0000, 0][i] ?? 0));
    rig.reg(0x20, 0xd);
    rig.put(0x4500_0000 + 8 * 64, encode(STE, { V: 1, Config: 5, S1ContextPtr: CDT, S1Fmt: 2, S1CDMax: 12, S1DSS: 2 }));
    rig.put(CDT, [0x4600_0001, 0]);
    expect(rows(rig, STRTAB, 0, 2)).toEqual(['41000000 <L1STD of streams 0x0 and up> .quad 0x0000000045000009 Span=9 L2Ptr=0x45000000', '41000008 <L1STD of streams 0x100 and up> .quad 0x0000000000000000']);
    expect(rows(rig, 0x4500_0000 + 8 * 64, 0, 1)[0]).toContain('<STE of stream 0x8 (eth0)>');
    expect(rows(rig, CDT, 0, 2)).toEqual(['44000000 <L1CD 0 of stream 0x8 (eth0)> .quad 0x0000000046000001 V=1 L2Ptr=0x46000000', '44000008 <L1CD 1 of stream 0x8 (eth0)> .quad 0x0000000000000000']);
    expect(rows(rig, 0x4600_0040, 0, 1)[0]).toContain('<CD 1 of stream 0x8 (eth0)>');
  });

  it.each([[0, 0, 5], [0, -10, 20], [2 ** 52 - 8, 0, 4], [2 ** 60, 5, 5], [CMDQ, -1000, 3], [CMDQ + 1023 * 16, 1000, 3], [DATA, 1e9, 1e9]])('keeps rows side by side and counts at 0x%x %i %i', (address, offset, count) => {
    const found = inspect(stage1Rig()).disassemble(address, offset, count);
    expect(found.length).toBeLessThanOrEqual(Math.min(count, 2000));
    for (const [i, row] of found.entries()) expect(row.address + row.size).toBe(found[i + 1]?.address ?? row.address + row.size);
  });

  it('shows holes', () => {
    expect(rows(new Rig(), RAM - 8, 0, 2)).toEqual(['3ffffff8 no memory', '40000000 <ram> .quad 0x0000000000000000']);
  });

  it('names the entries of stage-2 tables', () => {
    const rig = new Rig();
    rig.stage2(8);
    rig.map(S2, 0, DATA, { low: 0x7ff });
    expect(rows(rig, S2, 0, 1)).toEqual(['60000000 <stage 2 level-0 entry of 0x0, stream 0x8 (eth0)> table NextTable=0x70000000']);
  });
});
