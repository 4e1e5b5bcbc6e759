import { describe, expect, it } from 'vitest';
import { Machine, OK, READ, requestOf, Response, u64, validateIds, WRITE } from '../../../emulator/index.ts';
import { DATA, Rig, S1 } from '../rig.ts';

describe('machine', () => {
  it('accesses memory through an SMMU', () => {
    const rig = new Rig();
    rig.stage1(1);
    rig.map(S1, 0x1000, DATA);
    rig.map(S1, 0x2000, 2 ** 40);
    const { machine, smmu } = rig;
    const write = machine.access(smmu, requestOf({ sid: 1, address: u64(0, 0x1010), access: WRITE }), { write: Uint8Array.from([1, 2, 3]), length: 3 });
    expect(write.isDone).toBe(true);
    const read = machine.access(smmu, requestOf({ sid: 1, address: u64(0, 0x1010), access: READ }), { length: 4 });
    expect([...read.data!]).toEqual([1, 2, 3, 0]);
    expect(machine.access(smmu, requestOf({ sid: 1, address: u64(0, 0x2000), access: READ }), { length: 4 })).toMatchObject({ isDone: false, response: { status: OK } });
    expect(machine.access(smmu, requestOf({ sid: 1, address: u64(0, 0x3000), access: READ }), { length: 4 })).toMatchObject({ isDone: false, data: undefined });
  });

  it('has several SMMUs, each with its own registers and caches, in one memory', () => {
    const machine = new Machine({
      regions: [{ name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x1000_0000 }],
      smmus: [{ model: 'qemu-virt', base: 0x905_0000 }, { model: 'mmu-700', base: 0x2000_0000, name: 'gpu' }],
    });
    const [one, two] = machine.smmus;
    one!.writeRegister(0x88, 4, u64(0, 7));
    expect([one!.readRegister(0x88, 4).lo, two!.readRegister(0x88, 4).lo]).toEqual([7, 0]);
    // The registers can be reached through memory too.
    machine.memory.store32(0, 0x2000_0088, 9);
    machine.memory.load(0, 0x905_0088 & ~7);
    expect(two!.readRegister(0x88, 4).lo).toBe(9);
    const response = new Response();
    for (const smmu of machine.smmus) {
      smmu.translate(requestOf({ sid: 3, address: u64(0, 0x1234), access: READ }), response);
      expect(response).toMatchObject({ status: OK, lo: 0x1234 });
    }
    expect(validateIds(two!.ids)).toEqual([]);
  });

  it('steps name the SMMU that they belong to', () => {
    const machine = new Machine({ regions: [], smmus: [{ model: 'qemu-virt' }, { model: 'qemu-virt' }] });
    const seen: number[] = [];
    machine.observer = { step: (s) => seen.push(s.smmu) };
    machine.smmus[1]!.translate(requestOf({ sid: 1, address: u64(0, 0), access: READ }), new Response());
    machine.observer = null;
    machine.smmus[0]!.translate(requestOf({ sid: 1, address: u64(0, 0), access: READ }), new Response());
    expect(seen).toEqual([1, 1]);
  });
});
