import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRESETS, REGISTERS, registerNamed, u64, type PresetName } from '../../../emulator/index.ts';
import { Rig } from '../rig.ts';

const at = (name: string): number => registerNamed(name)!.offset;

/** A machine right after reset. */
function fresh(model: PresetName = 'v3.3-full'): Rig {
  const rig = new Rig({ model });
  rig.reg(0x20, 0);
  rig.reg(0x2c, 0);
  return rig;
}

describe('register file', () => {
  it.each(Object.keys(PRESETS) as PresetName[])('ID registers of %s', (model) => {
    const rig = fresh(model);
    const ids = PRESETS[model];
    expect([0, 4, 12, 20, 28].map((o) => rig.get(o))).toEqual([ids.IDR0, ids.IDR1, ids.IDR3, ids.IDR5, ids.AIDR].map((v) => v >>> 0));
    rig.reg(0, 0xffff_ffff);
    expect(rig.get(0)).toBe(ids.IDR0 >>> 0);
  });

  // Register, value written, value read back while everything is off.
  const masks: [name: string, model: PresetName, expected: number][] = [
    ['CR0', 'qemu-virt', 0xd], ['CR0ACK', 'qemu-virt', 0], ['CR1', 'v3.3-full', 0xfff], ['CR2', 'v3.3-full', 0xf], ['CR2', 'qemu-virt', 6],
    ['IRQ_CTRL', 'qemu-virt', 5], ['IRQ_CTRL', 'v3.3-full', 7], ['STRTAB_BASE_CFG', 'v3.3-full', 0x307ff], ['CMDQ_PROD', 'v3.3-full', 0xfffff],
    ['CMDQ_CONS', 'v3.3-full', 0x7f0fffff], ['EVENTQ_CONS', 'v3.3-full', 0x800fffff], ['PRIQ_CONS', 'qemu-virt', 0], ['PRIQ_CONS', 'v3.3-full', 0x800fffff],
    ['GERRORN', 'qemu-virt', 0x105], ['GERRORN', 'v3.3-full', 0x1fd], ['GERROR', 'v3.3-full', 0], ['AGBPA', 'v3.3-full', 0], ['GATOS_CTRL', 'v3.3-full', 0],
    ['EVENTQ_IRQ_CFG1', 'v3.3-full', 0xffffffff], ['EVENTQ_IRQ_CFG1', 'qemu-virt', 0], ['PRIQ_IRQ_CFG2', 'v3.3-full', 0x8000003f], ['STATUSR', 'v3.3-full', 0],
  ];
  it.each(masks)('%s of %s keeps its own bits', (name, model, expected) => {
    const rig = fresh(model);
    rig.reg(at(name), 0xffff_ffff);
    expect(rig.get(at(name))).toBe(expected);
  });

  it.each([['STRTAB_BASE', u64(0x400f_ffff, 0xffff_ffc0)], ['CMDQ_BASE', u64(0x400f_ffff, 0xffff_ffff)], ['EVENTQ_IRQ_CFG0', u64(0xf_ffff, 0xffff_fffc)]] as const)('%s, 64 bits', (name, expected) => {
    const rig = fresh();
    rig.smmu.writeRegister(at(name), 8, u64(0xffff_ffff, 0xffff_ffff));
    expect(rig.smmu.readRegister(at(name), 8)).toEqual(expected);
    rig.smmu.writeRegister(at(name) + 4, 4, u64(0, 0));
    expect(rig.smmu.readRegister(at(name), 8)).toEqual(u64(0, expected.lo));
  });

  // Register, and the CR0 or IRQ_CTRL value under which a write is ignored.
  const guards: [name: string, cr0: number, irq: number][] = [
    ['STRTAB_BASE', 1, 0], ['STRTAB_BASE_CFG', 1, 0], ['CR2', 1, 0], ['CMDQ_BASE', 8, 0], ['CMDQ_CONS', 8, 0], ['EVENTQ_BASE', 4, 0], ['EVENTQ_PROD', 4, 0],
    ['PRIQ_BASE', 2, 0], ['PRIQ_PROD', 2, 0], ['GERROR_IRQ_CFG0', 0, 1], ['GERROR_IRQ_CFG1', 0, 1], ['PRIQ_IRQ_CFG1', 0, 2], ['EVENTQ_IRQ_CFG1', 0, 4],
  ];
  it.each(guards)('%s is guarded', (name, cr0, irq) => {
    const rig = fresh();
    const before = rig.get(at(name));
    rig.reg(0x20, cr0);
    rig.reg(0x50, irq);
    rig.reg(at(name), 0xc);
    expect(rig.get(at(name))).toBe(before);
    rig.reg(0x20, 0x1df & ~cr0);
    rig.reg(0x50, 7 & ~irq);
    rig.reg(at(name), 0xc);
    expect(rig.get(at(name)) & 0xc).toBe(registerNamed(name)!.name === 'STRTAB_BASE' ? 0 : 0xc);
  });

  it.each(['CMDQ_PROD', 'EVENTQ_CONS', 'PRIQ_CONS', 'GERRORN'])('%s is always writable', (name) => {
    const rig = fresh();
    rig.reg(0x20, 0x7);
    rig.reg(at(name), 5);
    expect(rig.get(at(name))).toBe(5);
  });

  it('the halves of CR1 have guards of their own', () => {
    const rig = fresh();
    rig.reg(0x28, 0);
    rig.reg(0x20, 1);
    rig.reg(0x28, 0xfff);
    expect(rig.get(0x28)).toBe(0x3f);
    rig.reg(0x20, 4);
    rig.reg(0x28, 0xfc0);
    expect(rig.get(0x28)).toBe(0xfff);
    rig.reg(0x20, 5);
    rig.reg(0x28, 0);
    expect(rig.get(0x28)).toBe(0xfff);
  });

  it('queue indexes are in page 1; page 0 has an alias only where the model says so', () => {
    const rig = fresh();
    rig.reg(0x100ac, 5);
    rig.reg(0xac, 9);
    expect([rig.get(0x100ac), rig.get(0xac), rig.get(0x10020), rig.get(0x200ac)]).toEqual([5, 0, 0, 0]);
    const qemu = fresh('qemu-virt');
    qemu.reg(0xac, 9);
    expect([qemu.get(0x100ac), qemu.get(0xac)]).toEqual([9, 9]);
  });

  it('CR0 and IRQ_CTRL are acknowledged at once, or when the machine settles', () => {
    const rig = new Rig({ slowUpdates: true });
    expect([rig.get(0x20), rig.get(0x24)]).toEqual([0xd, 0]);
    rig.reg(0x50, 5);
    rig.ste(1, { Config: 0 });
    expect(rig.at(1, 0x1000)).toBe(0x1000);
    rig.smmu.settle();
    expect([rig.get(0x24), rig.get(0x54), rig.at(1, 0x1000)]).toEqual([0xd, 5, 'abort']);
    rig.reg(0x20, 0xc);
    rig.reg(0x80, 0, 8);
    expect(rig.get(0x80, 8)).not.toBe(0);
    rig.smmu.settle();
    rig.reg(0x80, 0, 8);
    expect(rig.get(0x80, 8)).toBe(0);
  });

  it('odd accesses read as zero and change nothing', () => {
    const rig = fresh();
    for (const [offset, size] of [[0x21, 4], [0x22, 4], [0x20, 8], [0x84, 8], [-4, 4], [0x3_0000, 4], [0x8020, 4]] as const) {
      rig.smmu.writeRegister(offset, size, u64(0xffff_ffff, 0xffff_ffff));
      expect(rig.smmu.readRegister(offset, size), `${offset}`).toEqual(u64(0, 0));
    }
    expect(rig.get(0x20)).toBe(0);
  });

  it('component identification', () => {
    const rig = fresh();
    expect([0xff0, 0xff4, 0xff8, 0xffc].map((o) => rig.get(o))).toEqual([0x0d, 0xf0, 0x05, 0xb1]);
  });

  it('any write of any value in any order never throws, and no queue overruns', () => {
    const offsets = [...REGISTERS.map((r) => r.offset), 0x21, 0xa8, 0xac, 0x8020, 0x2_0000];
    const write = fc.tuple(fc.constantFrom(...offsets), fc.constantFrom(4 as const, 8 as const), fc.oneof(fc.nat(0xffff_ffff), fc.constantFrom(0, 1, 5, 0xd, 0xf, 0x4200_0004, 0x4300_0003)));
    fc.assert(fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
      const rig = new Rig();
      rig.ste(1, { V: 0 });
      // Indexes that software sets may be inconsistent; the SMMU must not make them so.
      let isOwn = true;
      for (const [offset, size, value] of writes) {
        rig.smmu.writeRegister(offset, size, u64(value >>> 3, value));
        isOwn &&= ![0xa0, 0x100a8, 0x100ac].includes(offset);
        for (let i = 0; i < 70; i++) rig.dma(1, 0x1000);
        const { ring } = rig.smmu.parts.events;
        const used = (rig.get(0x100a8) - rig.get(0x100ac)) & (2 ** (ring.log2 + 1) - 1);
        if (isOwn && used > 2 ** ring.log2) return false;
      }
      return true;
    }), { numRuns: 60 });
  });
});
