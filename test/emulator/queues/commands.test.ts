import { describe, expect, it } from 'vitest';
import { COMMANDS, encodeCommand, PRESETS, type FieldInput } from '../../../emulator/index.ts';
import { CMDQ, Rig } from '../rig.ts';

const ILL = 1;

describe('commands', () => {
  const present: Record<string, string[]> = {
    'qemu-virt': ['PREFETCH_CONFIG', 'PREFETCH_ADDR', 'CFGI_STE', 'CFGI_STE_RANGE', 'CFGI_CD', 'CFGI_CD_ALL', 'TLBI_NH_ALL', 'TLBI_NH_ASID', 'TLBI_NH_VA', 'TLBI_NH_VAA', 'TLBI_S12_VMALL', 'TLBI_S2_IPA', 'TLBI_NSNH_ALL', 'SYNC'],
    'qemu-virt-s2': ['PREFETCH_CONFIG', 'PREFETCH_ADDR', 'CFGI_STE', 'CFGI_STE_RANGE', 'TLBI_S12_VMALL', 'TLBI_S2_IPA', 'TLBI_NSNH_ALL', 'SYNC'],
    'v3.3-full': [
      'PREFETCH_CONFIG', 'PREFETCH_ADDR', 'CFGI_STE', 'CFGI_STE_RANGE', 'CFGI_CD', 'CFGI_CD_ALL', 'TLBI_NH_ALL', 'TLBI_NH_ASID', 'TLBI_NH_VA', 'TLBI_NH_VAA', 'TLBI_EL2_ALL', 'TLBI_EL2_ASID',
      'TLBI_EL2_VA', 'TLBI_EL2_VAA', 'TLBI_S12_VMALL', 'TLBI_S2_IPA', 'TLBI_NSNH_ALL', 'ATC_INV', 'PRI_RESP', 'RESUME', 'STALL_TERM', 'SYNC',
    ],
  };
  it.each(Object.entries(present))('%s has exactly its commands', (model, names) => {
    const legal = COMMANDS.filter((c) => {
      const rig = new Rig({ model: model as keyof typeof PRESETS });
      rig.cmd(c.name);
      return rig.cmdqError === 0;
    });
    expect(legal.map((c) => c.name)).toEqual(names);
  });

  it('every other opcode is illegal', () => {
    const known = new Set(COMMANDS.map((c) => c.opcode));
    for (let opcode = 0; opcode < 256; opcode++) {
      if (known.has(opcode)) continue;
      const rig = new Rig();
      rig.rawCmd([opcode, 0, 0, 0]);
      expect(rig.cmdqError, `opcode ${opcode}`).toBe(ILL);
    }
  });

  const illegal: [name: string, fields: FieldInput][] = [
    ['CFGI_STE', { SSec: 1 }], ['CFGI_STE_RANGE', { SSec: 1, Range: 31 }], ['CFGI_CD', { SSec: 1 }], ['CFGI_CD_ALL', { SSec: 1 }], ['PREFETCH_CONFIG', { SSec: 1 }],
    ['RESUME', { SSec: 1 }], ['STALL_TERM', { SSec: 1 }], ['SYNC', { CS: 3 }], ['PRI_RESP', { Resp: 3 }],
  ];
  it.each(illegal)('%s %o is illegal', (name, fields) => {
    const rig = new Rig();
    rig.cmd(name, fields);
    expect(rig.cmdqError).toBe(ILL);
    expect(rig.get(0x60) & 1).toBe(1);
  });
});

describe('command queue', () => {
  it('stops at an error, and goes on after the acknowledgement', () => {
    const rig = new Rig();
    rig.cmd('SYNC');
    rig.rawCmd([0, 0, 0, 0]);
    rig.cmd('SYNC');
    expect([rig.get(0x9c) & 0xfffff, rig.cmdqError, rig.get(0x60)]).toEqual([1, ILL, 1]);
    rig.reg(0x98, 3);
    expect(rig.get(0x9c) & 0xfffff).toBe(1);
    rig.reg(0x64, 1);
    expect([rig.get(0x9c) & 0xfffff, rig.cmdqError, rig.get(0x60)]).toEqual([1, ILL, 0]);
    rig.put(CMDQ + 16, encodeCommand('SYNC', {})!);
    rig.reg(0x64, 0);
    expect([rig.get(0x9c) & 0xfffff, rig.cmdqError]).toEqual([3, 0]);
  });

  it('an error survives switching the queue off and on', () => {
    const rig = new Rig();
    rig.rawCmd([0, 0, 0, 0]);
    rig.reg(0x20, 5);
    rig.reg(0x20, 0xd);
    rig.put(CMDQ, encodeCommand('SYNC', {})!);
    expect(rig.get(0x9c) & 0xfffff).toBe(0);
    rig.reg(0x64, 1);
    expect(rig.get(0x9c) & 0xfffff).toBe(1);
  });

  it('a queue without memory is CERROR_ABT', () => {
    const rig = new Rig();
    rig.reg(0x20, 0);
    rig.reg(0x90, 0x80_0000_0006, 8);
    rig.reg(0x20, 8);
    rig.reg(0x98, 1);
    expect([rig.cmdqError, rig.get(0x60)]).toEqual([2, 1]);
  });

  it('wraps, however small it is', () => {
    const rig = new Rig();
    for (const log2 of [0, 1, 3]) {
      rig.reg(0x20, 0);
      rig.reg(0x90, CMDQ + log2, 8);
      rig.reg(0x98, 0);
      rig.reg(0x9c, 0);
      for (let i = 0; i < 2 ** log2; i++) rig.put(CMDQ + i * 16, encodeCommand('SYNC', {})!);
      rig.reg(0x20, 8);
      const wrap = 2 ** (log2 + 1);
      for (let i = 1; i < 3 * wrap; i++) {
        rig.reg(0x98, i % wrap);
        expect(rig.get(0x9c), `log2 ${log2}, ${i}`).toBe(i % wrap);
      }
    }
  });

  it('held commands run one at a time', () => {
    const rig = new Rig({ holdCommands: true });
    for (let i = 0; i < 5; i++) rig.cmd('SYNC');
    expect(rig.get(0x9c)).toBe(0);
    expect([rig.smmu.consume(2), rig.get(0x9c), rig.smmu.consume(9), rig.get(0x9c), rig.smmu.consume(1)]).toEqual([2, 2, 3, 5, 0]);
  });

  it('off, it takes nothing', () => {
    const rig = new Rig();
    rig.reg(0x20, 5);
    rig.cmd('SYNC');
    expect(rig.get(0x9c)).toBe(0);
    rig.reg(0x20, 0xd);
    expect(rig.get(0x9c)).toBe(1);
  });
});

describe('CMD_SYNC', () => {
  it('signals by wire, by MSI, or not at all', () => {
    const rig = new Rig();
    rig.cmd('SYNC', { CS: 0 });
    rig.cmd('SYNC', { CS: 2 });
    expect(rig.smmu.parts.interrupts.counts.sync).toBe(0);
    rig.cmd('SYNC', { CS: 1 });
    expect(rig.smmu.parts.interrupts.counts.sync).toBe(1);
    rig.cmd('SYNC', { CS: 1, MSIData: 0x1234, MSIAddress: 0x4500_0010 });
    expect(rig.smmu.parts.interrupts.counts.sync).toBe(2);
    expect(rig.load(0x4500_0010).lo).toBe(0x1234);
  });

  it('an MSI that aborts is a global error', () => {
    const rig = new Rig();
    rig.reg(0x50, 1);
    rig.cmd('SYNC', { CS: 1, MSIAddress: 0x80_0000_0000 });
    expect([rig.get(0x60), rig.cmdqError, rig.smmu.parts.interrupts.counts.error]).toEqual([16, 0, 1]);
  });

  it('the MSI comes after the consumption is visible', () => {
    const rig = new Rig();
    const steps = rig.watch();
    rig.machine.history.recording = true;
    rig.cmd('SYNC', { CS: 1, MSIAddress: 0x4500_0010, MSIData: 7 });
    const signal = steps.find((s) => s.kind === 'interrupt')!;
    rig.machine.history.seek(signal.position - 1);
    expect([rig.load(0x4500_0010).lo, rig.get(0x9c)]).toEqual([0, 1]);
  });
});
