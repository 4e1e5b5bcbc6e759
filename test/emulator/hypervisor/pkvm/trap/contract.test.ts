import { describe, expect, it } from 'vitest';
import { commandNamed, encodeCommand, fromNumber, hex, PRESETS, type FieldInput } from '../../../../../emulator/index.ts';
import { HOST_VIEW } from '../../../../../emulator/hypervisor/pkvm/trap/registers.ts';
import { TRAP_RULES, type TrapRule } from '../../../../../emulator/hypervisor/pkvm/trap/rules.ts';
import { trapProblem } from '../../../../../emulator/hypervisor/pkvm/trap/requirements.ts';
import { PkvmTrap, TRAP_LAYOUT } from '../../../../../emulator/hypervisor/pkvm/trap/trapAndEmulate.ts';
import { booted, DATA, HYP, mapped, read, started } from './system.ts';

const write = (h: PkvmTrap, offset: number, value: number, size = 4) => h.perform('writeRegister', { smmu: 0, offset, size, value });
const readRegister = (h: PkvmTrap, offset: number, size = 4) => h.register({ smmu: 0, offset, size }).read;
const send = (h: PkvmTrap, name: string, fields: FieldInput = {}) => {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = encodeCommand(name, fields)!;
  return h.perform('command', { smmu: 0, w0, w1, w2, w3 });
};

describe('the registers that the host sees', () => {
  it.each([
    ['IDR0 without S2P, VMID16, MSI and Hyp', 0x00, 4, PRESETS['v3.3-full'].IDR0 & ~0x42201],
    ['IDR1', 0x04, 4, PRESETS['v3.3-full'].IDR1], ['IDR3', 0x0c, 4, PRESETS['v3.3-full'].IDR3], ['IDR5', 0x14, 4, PRESETS['v3.3-full'].IDR5],
    ['CR0 as the driver left it', 0x20, 4, 0xd], ['CR0ACK', 0x24, 4, 0xd], ['CR1', 0x28, 4, 0xd75], ['GBPA, always abort', 0x44, 4, 0x10_0000],
    ['IRQ_CTRL', 0x50, 4, 5], ['GERROR', 0x60, 4, 0], ['CMDQ_PROD of its own queue', 0x98, 4, 3], ['CMDQ_CONS, which follows at once', 0x9c, 4, 3],
  ] as const)('%s', (_, offset, size, expected) => {
    expect(hex(readRegister(started(), offset, size)!)).toBe(hex(fromNumber(expected)));
  });

  it('keep the queue and the table of EL2 from it', () => {
    const h = started();
    for (const offset of [0x80, 0x90]) {
      const { lo } = readRegister(h, offset, 8)!;
      expect(lo).toBeGreaterThanOrEqual(TRAP_LAYOUT.drivers);
      const physical = h.machine.smmus[0]!.readRegister(offset, 8).lo & -32;
      expect(physical >= HYP && physical < HYP + TRAP_LAYOUT.hypSize).toBe(true);
    }
  });

  it('drop writes of GBPA', () => {
    const h = started();
    expect(write(h, 0x44, 0x8000_0000).ok).toBe(true);
    expect(h.machine.smmus[0]!.readRegister(0x44, 4).lo).toBe(0x10_0000);
  });

  it('are all in the specification, each with one size', () => {
    expect([...HOST_VIEW.values()].map((r) => r.name).filter((name, i, all) => all.indexOf(name) !== i)).toEqual([]);
    expect(HOST_VIEW.size).toBe(34);
  });
});

interface Breach { rule: TrapRule; name: string; before?: (h: PkvmTrap) => void; run: (h: PkvmTrap) => unknown; make?: () => PkvmTrap }

const BREACHES: readonly Breach[] = [
  { rule: 'register', name: 'a register outside of the view', run: (h) => readRegister(h, 0x18 + 4) },
  { rule: 'register', name: 'half of a 64-bit register', run: (h) => readRegister(h, 0x80) },
  { rule: 'register', name: 'a write of an ID register', run: (h) => write(h, 0, 1) },
  { rule: 'register', name: 'an event index of page 0', run: (h) => readRegister(h, 0xa8) },
  { rule: 'cr1', name: 'CR1 without caching', run: (h) => write(h, 0x28, 0) },
  { rule: 'cmdq-live', name: 'CMDQ_BASE while the queue is on', run: (h) => write(h, 0x90, DATA + 8, 8) },
  { rule: 'cmdq-live', name: 'CMDQ_CONS while the queue is on', run: (h) => write(h, 0x9c, 0) },
  { rule: 'strtab-live', name: 'STRTAB_BASE while the SMMU is on', run: (h) => write(h, 0x80, DATA, 8) },
  { rule: 'strtab-live', name: 'STRTAB_BASE_CFG while the SMMU is on', run: (h) => write(h, 0x88, 8) },
  { rule: 'queue-live', name: 'EVENTQ_BASE while the queue is on', run: (h) => write(h, 0xa0, DATA + 8, 8) },
  { rule: 'queue-off', name: 'the event queue is switched off', run: (h) => write(h, 0x20, 9) },
  { rule: 'needs-cmdq', name: 'SMMUEN alone', make: booted, run: (h) => write(h, 0x20, 1) },
  { rule: 'strtab-shape', name: 'a linear table where EL2 has two levels', make: booted, run: (h) => { write(h, 0x90, DATA + 8, 8); write(h, 0x88, 8); write(h, 0x20, 9); } },
  { rule: 'strtab-shape', name: 'another split', make: booted, run: (h) => { write(h, 0x90, DATA + 8, 8); write(h, 0x88, 0x1_0190); write(h, 0x20, 9); } },
  { rule: 'strtab-shape', name: 'more StreamIDs than EL2 has', make: booted, run: (h) => { write(h, 0x90, DATA + 8, 8); write(h, 0x80, DATA + 0x1_0000, 8); write(h, 0x88, 0x1_0214); write(h, 0x20, 9); } },
  { rule: 'share', name: 'a command queue in memory of EL2', make: booted, run: (h) => { write(h, 0x90, HYP + 8, 8); write(h, 0x20, 8); } },
  { rule: 'share', name: 'an event queue in memory of a guest', make: booted, run: (h) => { h.perform('host_donate_guest', { address: DATA, guest: 0, gfn: 0 }); write(h, 0xa0, DATA + 4, 8); write(h, 0x20, 4); } },
  { rule: 'share', name: 'a stream table in memory of EL2', make: booted, run: (h) => { write(h, 0x90, DATA + 8, 8); write(h, 0x80, HYP, 8); write(h, 0x88, 0x1_0210); write(h, 0x20, 9); } },
  { rule: 'queue-room', name: 'more commands than EL2 has room for', make: booted, run: (h) => { write(h, 0x90, DATA + 12, 8); write(h, 0x20, 8); write(h, 0x98, 2000); } },
  { rule: 'ste', name: 'CFGI_STE outside of the table', run: (h) => send(h, 'CFGI_STE', { StreamID: 0x1_0000, Leaf: 1 }) },
  { rule: 'ste', name: 'CFGI_STE without a level-2 table', run: (h) => send(h, 'CFGI_STE', { StreamID: 0x20, Leaf: 1 }) },
  {
    rule: 'ste', name: 'an entry that asks for stage 2', make: mapped, run: (h) => {
      const at = h.drivers[0]!.streams.entry(0x20)!;
      h.perform('store', { address: at, value: 0xd });
      send(h, 'CFGI_STE', { StreamID: 0x20, Leaf: 1 });
    },
  },
  { rule: 'command', name: 'CFGI_STE without Leaf', make: mapped, run: (h) => send(h, 'CFGI_STE', { StreamID: 0x20, Leaf: 0 }) },
  { rule: 'command', name: 'CFGI_STE_RANGE of some streams', run: (h) => send(h, 'CFGI_STE_RANGE', { StreamID: 0, Range: 4 }) },
  { rule: 'command', name: 'TLBI_NH_ASID of another VMID', run: (h) => send(h, 'TLBI_NH_ASID', { ASID: 1, VMID: 1 }) },
  ...['TLBI_NH_ALL', 'TLBI_S12_VMALL', 'TLBI_S2_IPA', 'TLBI_EL2_ALL', 'TLBI_EL2_VA', 'TLBI_EL2_VAA', 'TLBI_EL2_ASID'].map((name): Breach => ({ rule: 'command', name: `CMD_${name}`, run: (h) => send(h, name) })),
  { rule: 'drain', name: 'a command that no SMMU knows', run: (h) => h.perform('command', { smmu: 0, w0: 0xff, w1: 0, w2: 0, w3: 0 }) },
];

describe('a breach of the contract stops the machine and names the rule', () => {
  it.each(BREACHES)('$rule: $name', ({ rule, run, make = started }) => {
    const h = make();
    const { hash } = h.machine;
    const { behind } = h.machine.history.steps;
    run(h);
    h.machine.history.mark();
    expect(h.runtime.crash).toContain(`[rule ${rule}]`);
    expect(h.runtime.crash).toContain(TRAP_RULES[rule]);
    expect(h.runtime.log.at(-1)!.text).toBe(h.runtime.crash);
    expect(h.perform('start', {})).toMatchObject({ ok: false });
    h.machine.history.back(h.machine.history.steps.behind - behind);
    expect(h.runtime.crash).toBeUndefined();
    expect(h.machine.hash).toBe(hash);
  });

  it('for every rule', () => {
    expect(new Set(BREACHES.map((b) => b.rule))).toEqual(new Set(Object.keys(TRAP_RULES)));
  });
});

describe('commands that pass', () => {
  it.each([['CFGI_CD', { StreamID: 0x20, Leaf: 1 }], ['CFGI_STE_RANGE', { Range: 31 }], ['TLBI_NH_VAA', { Address: 0x1000 }], ['TLBI_NSNH_ALL', {}], ['PREFETCH_CONFIG', { StreamID: 0x20 }]] as const)('%s', (name, fields) => {
    const h = mapped();
    expect(commandNamed(name)).toBeDefined();
    expect(send(h, name, fields)).toMatchObject({ ok: true });
    expect(h.runtime.crash).toBeUndefined();
    expect(read(h, 'a', 0x10_0000)).toBe('0x40800000');
  });

  it('CMD_SYNC never writes a message to an address of the host', () => {
    const h = started();
    const target = HYP + 0x3f_0000;
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = encodeCommand('SYNC', { CS: 1, MSIAddress: target, MSIData: 0x41 })!;
    expect(w2).toBe(target);
    expect(h.perform('command', { smmu: 0, w0, w1, w2, w3 })).toMatchObject({ ok: true });
    expect(h.machine.memory.read(target, 4)).toEqual(new Uint8Array(4));
    expect(h.runtime.monitor.violations).toEqual([]);
  });
});

describe('a queue of the size of that of EL2', () => {
  const small = { ...PRESETS['v3.3-full'], IDR1: (PRESETS['v3.3-full'].IDR1 & ~0x3e0_0000) | (8 << 21) };

  it('can be filled to the last entry, copies of entries included, lap after lap', () => {
    const h = started({ smmus: [{ model: small }], devices: [{ name: 'a', smmu: 0, sid: 0x20 }] });
    expect(h.hardware[0]!.queueLog2).toBe(8);
    const [driver] = h.drivers;
    driver!.streams.entry(0x20);
    for (const [lap, count] of [256, 100, 200, 256].entries()) {
      const at = driver!.streams.entry(0x20)!;
      h.perform('store', { address: at, value: lap === 1 ? 0 : 9 });
      for (let i = 1; i < count; i++) driver!.queue.add(encodeCommand('TLBI_NH_VA', { ASID: 1, Address: i * 4096 })!);
      driver!.queue.add(encodeCommand('CFGI_STE', { StreamID: 0x20, Leaf: 1 })!);
      const before = h.runtime.costs.table;
      driver!.queue.ring();
      expect(h.runtime.crash).toBeUndefined();
      expect(driver!.queue.isEmpty).toBe(true);
      expect(h.runtime.costs.since(before).guestCommands).toBe(count);
      expect(read(h, 'a', DATA)).toBe(lap === 1 ? 'aborted, C_BAD_STE' : '0x40800000');
    }
  });

  it('holds no more than 2^19 commands, whatever CMDQ_BASE says', () => {
    const h = booted();
    write(h, 0x90, DATA + 24, 8);
    write(h, 0x20, 8);
    expect(h.runtime.crash).toBeUndefined();
    expect(h.ownership.hostState(DATA + 2 ** 23 - 4096)).toBe('SHARED_OWNED');
  });
});

describe('the SMMU switched on in one write', () => {
  it.each(['v7', 'fixed'] as const)('as %s leaves nothing waiting', (profile) => {
    const h = booted({ profile });
    write(h, 0x90, DATA + 8, 8);
    write(h, 0x80, DATA + 0x1_0000, 8);
    write(h, 0x88, 0x1_0210);
    write(h, 0x20, 9);
    expect(h.runtime.crash).toBeUndefined();
    expect(h.hardware[0]!.queue.isEmpty).toBe(true);
    expect(h.runtime.costs.get('invalidations')).toBe(profile === 'fixed' ? 1 : 0);
  });
});

describe('what an SMMU must be', () => {
  const full = PRESETS['v3.3-full'];
  it.each([
    ['a full one', full, undefined], ['QEMU with both stages', PRESETS['qemu-virt'], undefined], ['QEMU with stage 1', PRESETS['qemu-virt-s1'], '-ENXIO'],
    ['an MMU-600 r0', PRESETS['mmu-600'], '-ENXIO'], ['an MMU-700 r0p0', PRESETS['mmu-700'], '-ENXIO'],
    ['an MMU-700 r1p1', { ...PRESETS['mmu-700'], IIDR: 0x4871143b }, undefined],
    ['without coherent walks', { ...full, IDR0: full.IDR0 & ~0x10 }, '-EINVAL'], ['a fixed table', { ...full, IDR1: full.IDR1 | 0x4000_0000 }, '-EINVAL'],
    ['without 4K', { ...full, IDR5: full.IDR5 & ~0x10 }, '-EINVAL'],
  ] as const)('%s', (_, ids, expected) => {
    const problem = trapProblem(ids);
    expect(problem?.slice(0, problem.indexOf(':'))).toBe(expected);
  });

  it('is asked at boot', () => {
    const h = new PkvmTrap({ profile: 'v7', smmus: [{ model: 'mmu-600' }], devices: [], guests: 0 });
    expect(h.boot().text).toMatch(/^smmu0: -ENXIO.*erratum/);
  });
});
