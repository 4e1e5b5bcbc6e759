import { describe, expect, it } from 'vitest';
import { encode, encodeCommand, READ, STE, type Step } from '../../../../../emulator/index.ts';
import { shadowOf } from '../../../../../emulator/hypervisor/pkvm/trap/shadow.ts';
import { TRAP_PROFILES, type TrapProfileName } from '../../../../../emulator/hypervisor/pkvm/trap/profiles.ts';
import type { PkvmTrap } from '../../../../../emulator/hypervisor/pkvm/trap/trapAndEmulate.ts';
import { booted, DATA, HYP, mapped, read, started } from './system.ts';

const donate = (h: PkvmTrap, address = DATA) => h.perform('host_donate_guest', { address, guest: 0, gfn: 0 });

describe('the ordinary driver on trapped SMMUs', () => {
  it('maps, reaches and unmaps; the other SMMU is untouched', () => {
    const h = mapped();
    expect(read(h, 'a', 0x10_2abc)).toBe('0x40802abc');
    expect(read(h, 'b', 0x10_2abc)).toBe('aborted, C_BAD_STREAMID');
    h.perform('attach', { device: 'c' });
    expect(read(h, 'c', 0x10_2abc)).toBe('aborted, F_TRANSLATION');
    expect(h.perform('unmap', { device: 'a', iova: 0x10_0000, size: 0x4000 })).toMatchObject({ ok: true });
    expect(read(h, 'a', 0x10_2abc)).toBe('aborted, F_TRANSLATION');
    expect(h.runtime.monitor.violations).toEqual([]);
    expect(h.drivers[0]!.events().length).toBeGreaterThan(0);
  });

  it.each([['before the driver is up', booted, 'aborted, no event'], ['without an entry', started, 'aborted, C_BAD_STREAMID']] as const)('blocks %s', (_, make, expected) => {
    expect(read(make(), 'a', DATA)).toBe(expected);
  });

  it.each([['bypass', DATA, '0x40800000'], ['bypass', HYP, 'aborted, F_TRANSLATION'], ['bypass', 0x900_0000, 'aborted, F_TRANSLATION'], ['bypass', 0x800_0000, '0x8000000'], ['abort', DATA, 'aborted, no event']])('%s at %i', (name, address, expected) => {
    const h = mapped();
    h.perform(name, { device: 'a' });
    expect(read(h, 'a', address)).toBe(expected);
    expect(h.runtime.monitor.violations).toEqual([]);
  });
});

describe('the identity table', () => {
  it('lets go of a page that the host gives away, before anybody else has it', () => {
    const h = mapped();
    h.perform('bypass', { device: 'c' });
    expect([read(h, 'a', 0x10_0000), read(h, 'c', DATA)]).toEqual(['0x40800000', '0x40800000']);
    const seen: string[] = [];
    h.runtime.observer = { step: (s: Step) => { if (s.kind === 'hypervisor' && s.action === 'command') seen.push(s.text); } };
    expect(donate(h)).toMatchObject({ ok: true });
    expect(seen).toEqual(Array<string[]>(2).fill(['CMD_TLBI_S2_IPA', 'CMD_SYNC', 'CMD_TLBI_NH_ALL', 'CMD_SYNC']).flat());
    expect([read(h, 'a', 0x10_0000), read(h, 'c', DATA), read(h, 'a', 0x10_1000)]).toEqual(['aborted, F_TRANSLATION', 'aborted, F_TRANSLATION', '0x40801000']);
    expect(h.identity.find(DATA)).toBeUndefined();
    expect(h.runtime.monitor.violations).toEqual([]);
  });

  it.each([
    ['host_donate_hyp', 'hyp_donate_host'], ['host_donate_guest', 'host_reclaim_page_guest'], ['host_donate_guest', 'host_force_reclaim_page_guest'], ['host_donate_guest', 'guest_share_host'],
  ])('comes back after %s and %s', (away, back) => {
    const h = mapped();
    h.perform(away, { address: DATA, guest: 0, gfn: 0 });
    expect(read(h, 'a', 0x10_0000)).toBe('aborted, F_TRANSLATION');
    h.perform(back, { address: DATA, guest: 0, gfn: 0 });
    expect(read(h, 'a', 0x10_0000)).toBe('0x40800000');
    expect(h.runtime.monitor.violations).toEqual([]);
  });

  it('does not care for shares, and keeps lent pages from being given away', () => {
    const h = mapped();
    h.perform('host_share_hyp', { address: DATA, guest: 0, gfn: 0 });
    expect(read(h, 'a', 0x10_0000)).toBe('0x40800000');
    expect(donate(h).text).toMatch(/^-EPERM: .*SHARED_OWNED for the host/);
    const queue = h.smmus[0]!.queue.base;
    expect(donate(h, queue).text).toMatch(/^-EPERM: /);
    for (const address of [queue, h.smmus[0]!.table.base, h.smmus[0]!.address('evtq')]) expect(h.perform('host_unshare_hyp', { address, guest: 0, gfn: 0 }).text).toMatch(/^-EBUSY: .*pinned by EL2/);
    expect(h.perform('store', { address: HYP, value: 1 }).text).toContain('fault');
  });
});

const STAGE_2 = encode(STE, { S2VMID: 0, S2T0SZ: 20, S2AA64: 1, S2R: 1, S2PTW: 1, S2TTB: 0x4000_3000 });

describe('the shadow of an entry', () => {
  it.each([
    ['V=0', { V: 0, Config: 5, S1ContextPtr: 0x1000 }, { V: 0, Config: 5, S2TTB: 0 }],
    ['abort', { V: 1, Config: 0, S2TTB: 0x5000 }, { V: 1, Config: 0, S2TTB: 0 }],
    ['bypass', { V: 1, Config: 4 }, { V: 1, Config: 6, SHCFG: 1, S2TTB: 0x4000_3000, S2AA64: 1, S2R: 1, S2PTW: 1 }],
    ['stage 1', { V: 1, Config: 5, S1ContextPtr: 0x1000, S2VMID: 9, SHCFG: 3, EATS: 1 }, { V: 1, Config: 7, S1ContextPtr: 0x1000, S2VMID: 0, SHCFG: 1, EATS: 1, S2TTB: 0x4000_3000 }],
  ] as const)('%s', (_, host, expected) => {
    const shadow = shadowOf(encode(STE, host), STAGE_2, TRAP_PROFILES.v7)!;
    for (const [name, value] of Object.entries(expected)) expect(encode(STE, { [name]: value }).every((w, i) => ((shadow[i] ?? 0) & maskOf(name)[i]!) >>> 0 === w), name).toBe(true);
  });

  it('of an entry with stage 2 does not exist, and ATS is gone where it is hidden', () => {
    for (const Config of [6, 7]) expect(shadowOf(encode(STE, { V: 1, Config }), STAGE_2, TRAP_PROFILES.v7)).toBeUndefined();
    const shadow = shadowOf(encode(STE, { V: 1, Config: 5, EATS: 1 }), STAGE_2, TRAP_PROFILES.fixed)!;
    expect(shadow[2]! & maskOf('EATS')[2]!).toBe(0);
  });

  it.each([
    ['comes with V last', (h: PkvmTrap) => h.perform('attach', { device: 'a' }), ['0', '0', '1']],
    ['goes with V first', (h: PkvmTrap) => {
      h.perform('attach', { device: 'a' });
      h.perform('store', { address: h.drivers[0]!.streams.entry(0x20)!, value: 0 });
    }, ['1', '0', '0']],
  ] as const)('%s', (_, prepare, expected) => {
    const h = started();
    if (expected[0] === '1') prepare(h);
    else h.drivers[0]!.streams.entry(0x20);
    const seen: string[] = [];
    const look = (): string => String((h.hardware[0]!.streams.words(0x20)?.[0] ?? 0) & 1);
    seen.push(look());
    h.runtime.observer = { step: (s: Step) => { if (s.kind === 'hypervisor' && s.text === 'CMD_CFGI_STE' && s.actor === 'hyp') seen.push(look()); } };
    if (expected[0] === '1') h.drivers[0]!.queue.submit([encodeCommand('CFGI_STE', { StreamID: 0x20, Leaf: 1 })!]);
    else prepare(h);
    expect(seen.slice(0, 3)).toEqual(expected);
  });
});

function maskOf(name: string): Uint32Array {
  return encode(STE, { [name]: { hi: 0xffff_ffff, lo: 0xffff_ffff } });
}

describe("the host's entry beside that of EL2", () => {
  const poke = (h: PkvmTrap, fields: Record<string, number>, isSent = true): void => {
    const at = h.drivers[0]!.streams.entry(0x20)!;
    const words = encode(STE, fields);
    for (let i = 0; i < 16; i += 2) h.memory.store(at + i * 4, { hi: words[i + 1]!, lo: words[i]! });
    if (isSent) h.drivers[0]!.queue.submit([encodeCommand('CFGI_STE', { StreamID: 0x20, Leaf: 1 })!]);
  };
  it.each([
    ['nothing yet', started, undefined, 'The hardware follows the guest: abort.'],
    ['stage 1', mapped, undefined, 'The hardware follows the guest: stage 1 and stage 2.'],
    ['bypass', mapped, (h: PkvmTrap) => h.perform('bypass', { device: 'a' }), 'The hardware follows the guest: stage 2 only.'],
    ['abort', mapped, (h: PkvmTrap) => h.perform('abort', { device: 'a' }), 'The hardware follows the guest: abort.'],
    ['V=0 with the rest left', mapped, (h: PkvmTrap) => poke(h, { V: 0, Config: 5, S1ContextPtr: 0x4040_0000 }), 'The hardware follows the guest: abort.'],
    ['a change without CFGI_STE', mapped, (h: PkvmTrap) => poke(h, { V: 1, Config: 4 }, false), 'The guest asks for bypass, the hardware does stage 1 and stage 2.'],
    ['stage 1 without a CD', mapped, (h: PkvmTrap) => poke(h, { V: 1, Config: 5, S1ContextPtr: DATA + 0x10_0000 }), 'The hardware follows the guest: stage 1 and stage 2.'],
    ['a CD in memory of EL2', mapped, (h: PkvmTrap) => poke(h, { V: 1, Config: 5, S1ContextPtr: HYP }), 'The hardware follows the guest: stage 1 and stage 2.'],
  ] as const)('%s', (_, make, run, sentence) => {
    const h = make();
    run?.(h);
    const { comparison } = h.compareStreams().find((s) => s.device === 'a')!;
    expect(comparison.sentence).toBe(sentence);
    expect(comparison.isFollowed).toBe(sentence.includes('follows'));
    expect(h.runtime.crash).toBeUndefined();
    h.dma('a', 0x10_0000, READ);
    expect(h.runtime.monitor.violations).toEqual([]);
  });
});

describe('undo', () => {
  it('takes each operation back whole, and forward again', () => {
    const h = booted();
    const states = [h.machine.hash];
    const run = [['start', {}], ['attach', { device: 'a' }], ['map', { device: 'a', iova: 0, address: DATA, size: 0x2000 }], ['read', { device: 'a', address: 0x1000 }], ['host_donate_guest', { address: DATA, guest: 1, gfn: 3 }], ['bypass', { device: 'c' }]] as const;
    for (const [name, values] of run) {
      h.perform(name, values);
      states.push(h.machine.hash);
    }
    for (let n = run.length - 1; n >= 0; n--) {
      h.machine.history.back(1);
      expect(h.machine.hash).toBe(states[n]);
    }
    h.machine.history.forward(run.length);
    expect(h.machine.hash).toBe(states.at(-1));
  });
});

interface Hole { name: string; run: (h: PkvmTrap) => void; via: string; access: string }

const word = (h: PkvmTrap, offset: number, value: number, size = 4) => h.perform('writeRegister', { smmu: 0, offset, size, value });

const HOLES: readonly Hole[] = [
  {
    name: 'a translation that outlives the SMMU being off', via: 'tlb entry', access: 'data',
    run: (h) => {
      read(h, 'a', 0x10_0000);
      word(h, 0x20, 0xc);
      donate(h);
      word(h, 0x20, 0xd);
      read(h, 'a', 0x10_0000);
    },
  },
  {
    name: 'the address of the event queue message', via: 'the message registers', access: 'message',
    run: (h) => {
      word(h, 0x50, 0);
      word(h, 0xb0, HYP + 0x10_0000, 8);
      word(h, 0xb8, 0x4141);
      word(h, 0x50, 5);
      h.drivers[0]!.events();
      read(h, 'a', 0x66_6000);
    },
  },
  {
    name: 'an entry with ATS', via: 'CR0.ATSCHK is 0', access: 'data',
    run: (h) => {
      const at = h.drivers[0]!.streams.entry(0x20)!;
      const words = encode(STE, { EATS: 1 });
      const old = h.memory.load(at + 8)!;
      h.memory.store(at + 8, { hi: old.hi | words[3]!, lo: old.lo | words[2]! });
      h.drivers[0]!.queue.submit([encodeCommand('CFGI_STE', { StreamID: 0x20, Leaf: 1 })!]);
      h.perform('readTranslated', { device: 'a', address: HYP });
    },
  },
];

describe.each(HOLES)('$name', ({ run, via, access }) => {
  it('leads past EL2 as v7, and is explained', () => {
    const h = mapped();
    run(h);
    expect(h.runtime.crash).toBeUndefined();
    expect(h.runtime.monitor.violations).toMatchObject([{ scope: 'domain', access, domain: 'host' }]);
    expect(h.runtime.monitor.violations[0]!.via).toContain(via);
    expect(h.runtime.monitor.violations[0]!.sentence).toMatch(/(reached|wrote).*Let through by/);
  });

  it('is closed as fixed', () => {
    const h = mapped({ profile: 'fixed' });
    expect(read(h, 'a', 0x10_0000)).toBe('0x40800000');
    run(h);
    expect(h.runtime.monitor.violations).toEqual([]);
  });
});

describe('traffic before the first entry', () => {
  it.each([['v7', 'aborted, C_BAD_STREAMID'], ['fixed', '0x40800000']] as readonly [TrapProfileName, string][])('as %s: %s', (profile, expected) => {
    const h = started({ profile });
    read(h, 'a', 0x10_0000);
    h.perform('attach', { device: 'a' });
    h.perform('map', { device: 'a', iova: 0x10_0000, address: DATA, size: 0x1000 });
    expect(read(h, 'a', 0x10_0000)).toBe(expected);
  });
});
