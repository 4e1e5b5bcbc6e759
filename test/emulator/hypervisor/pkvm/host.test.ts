import { describe, expect, it } from 'vitest';
import { ABORT, PRESETS, READ, requestOf, Response, type Step } from '../../../../emulator/index.ts';
import { PROT } from '../../../../emulator/hypervisor/pkvm/mapping.ts';
import { Pkvm, PKVM_LAYOUT, type PkvmConfig } from '../../../../emulator/hypervisor/pkvm/pkvm.ts';
import { PowerDomains, type PowerControl } from '../../../../emulator/hypervisor/pkvm/power.ts';
import { parseScatter, readScatterList, writeScatterList } from '../../../../emulator/hypervisor/pkvm/scatterList.ts';
import { History } from '../../../../emulator/history/history.ts';

const RW = PROT.read | PROT.write;
const DATA = 0x4200_0000;
/** No range commands: one invalidation for each page. */
const PLAIN = { ...PRESETS['v3.3-full'], IDR3: PRESETS['v3.3-full'].IDR3 & ~(1 << 10) };
const HVC = { smmu: 0, control: { kind: 'hvc', device: 7 } } as const;
const SCMI_CONTROL: PowerControl = { kind: 'scmi', domain: 3, smc: 0x8200_0010, shared: { base: 0x4700_0000, size: 0x1000 } };

function attached(config: Partial<PkvmConfig> = {}, type: 0 | 1 = 0): Pkvm {
  const h = new Pkvm({ smmus: [{ model: PLAIN }], devices: [{ name: 'a', smmu: 0, sid: 0x1234 }], guests: 1, ...config });
  const booted = h.boot();
  if (!booted.ok) throw new Error(booted.text);
  h.perform('allocDomain', { domain: 5, type });
  h.perform('attach', { device: 'a', domain: 5, pasid: 0, pasidBits: 0 });
  return h;
}

const map = (h: Pkvm, values: object = {}) => h.perform('map', { domain: 5, iova: 0, paddr: DATA, pgsize: 4096, pgcount: 1, prot: RW, ...values });
const unmap = (h: Pkvm, values: object = {}) => h.perform('unmap', { domain: 5, iova: 0, pgsize: 4096, pgcount: 1, ...values });

describe('an SMMU that EL2 has taken', () => {
  it('runs with two levels of streams, EL2 queue, and the event queue of the host', () => {
    const h = attached();
    const [smmu] = h.machine.smmus;
    expect(smmu!.readRegister(0x20, 4).lo).toBe(0x1d);
    expect(smmu!.readRegister(0x88, 4).lo >>> 16).toBe(1);
    expect(smmu!.readRegister(0x44, 4).lo).toBe(0x10_0000);
    const { lo } = smmu!.readRegister(0xa0, 8);
    expect(lo & -32).toBe(PKVM_LAYOUT.spare);
    expect(h.ownership.hostState(lo & -4096)).toBe('SHARED_OWNED');
    expect(h.perform('host_donate_guest', { address: PKVM_LAYOUT.spare, guest: 0, gfn: 0 }).text).toMatch(/^-EPERM: .*SHARED_OWNED for the host/);
    expect(h.perform('host_unshare_hyp', { address: PKVM_LAYOUT.spare, guest: 0, gfn: 0 }).text).toMatch(/^-EBUSY: 0x\w+ is pinned by EL2, once$/);
  });

  it('is refused where stalls are forced, or tables are big-endian only', () => {
    const model = (bits: number) => ({ ...PLAIN, IDR0: (PLAIN.IDR0 & ~0x360_0000) | bits });
    for (const [bits, text] of [[0x240_0000, 'features forbidden'], [0x160_0000, 'missing features']] as const) {
      expect(new Pkvm({ smmus: [{ model: model(bits) }], devices: [], guests: 0 }).boot().text).toContain(text);
    }
  });

  it.each([
    ['EVENTQ_PROD', 0x1_00a8, 4, 'rw'], ['EVENTQ_CONS', 0x1_00ac, 4, 'rw'], ['GERRORN', 0x64, 4, 'rw'], ['GERROR', 0x60, 4, 'r'],
    ['EVENTQ_PROD of page 0', 0xa8, 4, ''], ['CMDQ_PROD', 0x98, 4, ''], ['IDR0', 0, 4, ''], ['GERRORN in 8 bytes', 0x64, 8, ''], ['half of it', 0x66, 2, ''],
  ] as const)('lets the host read and write %s as the window says', (_, offset, size, allowed) => {
    const h = attached();
    const [reads, writes] = [allowed !== '', allowed === 'rw'];
    expect(h.perform('readRegister', { smmu: 0, offset, size }).ok).toBe(reads);
    const written = h.perform('writeRegister', { smmu: 0, offset, size, value: 0 });
    expect(written.ok).toBe(writes);
    if (!writes) expect(written.text).toContain('stage-2 fault');
    expect(h.runtime.costs.get('traps')).toBe(2);
  });

  it('gives the host its events', () => {
    const h = attached();
    h.dma('a', 0x5000, READ);
    h.dma('a', 0x6000, READ);
    expect(h.perform('events', { smmu: 0 })).toEqual({ ok: true, text: 'F_TRANSLATION of stream 0x1234, F_TRANSLATION of stream 0x1234', value: 2 });
    expect(h.perform('events', { smmu: 0 })).toMatchObject({ value: 0 });
    expect(h.perform('events', { smmu: 4 }).ok).toBe(false);
  });

  it('is told of commands in batches of 64, with one sync for all', () => {
    const h = attached();
    map(h, { pgcount: 150 });
    const steps: string[] = [];
    const before = h.runtime.costs.table;
    h.runtime.observer = { step: (s: Step) => { if (s.kind === 'register' && s.offset === 0x98) steps.push('ring'); } };
    expect(unmap(h, { pgcount: 150 })).toMatchObject({ value: 150 * 4096 });
    expect(steps).toHaveLength(4);
    expect(h.runtime.costs.since(before)).toMatchObject({ commands: 151, syncs: 1, invalidations: 150 });
  });
});

describe('scattered pages', () => {
  const list = `0x42000000*2, 0x42100000, ${0x4220_0000}*3`;
  it('are mapped in a row through a list in shared memory, which is given back', () => {
    const h = attached();
    const lent = (): number => Array.from({ length: 64 }, (_, i) => h.ownership.hostState(PKVM_LAYOUT.spare + i * 4096)).filter((s) => s === 'SHARED_OWNED').length;
    const before = lent();
    expect(h.perform('mapSg', { domain: 5, iova: 0x1f_e000, list, prot: RW })).toMatchObject({ ok: true, value: 0x6000 });
    const reached = [0, 1, 2, 3, 4, 5].map((p) => h.dma('a', 0x1f_e000 + p * 4096, READ).value);
    expect(reached).toEqual([0x4200_0000, 0x4200_1000, 0x4210_0000, 0x4220_0000, 0x4220_1000, 0x4220_2000]);
    expect(lent()).toBe(before);
    expect(h.runtime.costs.get('hypercalls')).toBeGreaterThan(3);
  });

  it('stop at what may not be mapped, and at a list that is not lent', () => {
    const h = attached();
    expect(h.perform('mapSg', { domain: 5, iova: 0, list: '0x42000000*2,0x40000000', prot: RW })).toMatchObject({ ok: false, value: 0x2000 });
    expect(h.perform('mapSg', { domain: 5, iova: 0, list: 'a page', prot: RW }).text).toContain('address*pages');
    expect(h.calls.mapSgList(5, 0x10_0000, { address: 0x4300_0000, count: 1, prot: RW }).value).toBe(0);
    expect(h.ownership.hostState(0x4300_0000)).toBe('OWNED');
  });

  it('are the same in memory and out of it', () => {
    const h = attached();
    const { memory } = h.smmus[0]!;
    const entries = parseScatter(list)!;
    expect(entries.map((e) => e.pgcount)).toEqual([2, 1, 3]);
    writeScatterList(memory, DATA, entries);
    expect(readScatterList(memory, { address: DATA, count: 3 })).toEqual(entries);
  });
});

describe('a whole block that is unmapped', () => {
  it.each([0, 1] as const)('gives its table of pages back, in a domain of type %i', (type) => {
    const h = attached({}, type);
    map(h, { pgcount: 3 });
    expect(h.dma('a', 0x1000, READ)).toMatchObject({ value: DATA + 0x1000 });
    const free = h.calls.pool.size;
    const seen: string[] = [];
    h.runtime.observer = { step: (s: Step) => { if (s.kind === 'hypervisor' && (s.action === 'table write' || s.text.includes('TLBI'))) seen.push(s.text); } };
    expect(unmap(h, { pgsize: 0x20_0000 })).toMatchObject({ value: 0x20_0000 });
    expect(h.calls.pool.size).toBe(free + 1);
    expect([0, 1, 2].map((p) => h.ownership.dmaRefs(DATA + p * 4096))).toEqual([0, 0, 0]);
    expect(seen[0]).toContain('table of 0x0 is invalid');
    expect(seen[1]).toContain('TLBI');
    expect(seen.at(-1)).toContain('is free');
    // The page of the table comes to use elsewhere: no walk may still go through it.
    expect(map(h, { iova: 0x60_0000, paddr: DATA + 0x1000 })).toMatchObject({ ok: true });
    expect(h.dma('a', 0x1000, READ).ok).toBe(false);
    expect(h.dma('a', 0, READ).text).toBe('aborted, F_TRANSLATION');
    expect(h.dma('a', 0x60_0000, READ)).toMatchObject({ value: DATA + 0x1000 });
  });
});

describe('power', () => {
  const power = (h: Pkvm, on: 0 | 1, id = 7) => h.perform('power', { id, on });

  it('by a call: errors, and what is not sent while it is off', () => {
    const h = attached({ power: [HVC] });
    expect([power(h, 0, 32).text, power(h, 0, 8).text]).toEqual(['-E2BIG', '-ENOENT']);
    map(h);
    expect(h.dma('a', 0, READ).ok).toBe(true);
    const before = h.runtime.costs.table;
    expect(power(h, 0).ok).toBe(true);
    expect(h.dma('a', 0, READ).text).toContain('no power');
    const response = new Response();
    h.machine.smmus[0]!.translate(requestOf({ sid: 0x1234, address: { hi: 0, lo: 0 }, access: READ }), response);
    expect([response.status, response.event]).toEqual([ABORT, 0]);
    expect(unmap(h)).toMatchObject({ value: 4096 });
    expect(h.runtime.costs.since(before)).toMatchObject({ commands: 0, syncs: 0 });
    expect(h.perform('detach', { device: 'a', domain: 5, pasid: 0 }).text).toBe('-EPIPE: the SMMU has no power');
    h.perform('allocDomain', { domain: 6, type: 1 });
    expect(h.perform('host_donate_guest', { address: DATA, guest: 0, gfn: 0 }).ok).toBe(true);
    expect(power(h, 1).ok).toBe(true);
    expect(h.dma('a', 0, READ).text).toBe('aborted, F_TRANSLATION');
    expect(h.machine.smmus[0]!.readRegister(0x20, 4).lo).toBe(0x1d);
    expect(h.runtime.monitor.violations).toEqual([]);
  });

  it('keeps a stream from being attached while it is off', () => {
    const h = new Pkvm({ smmus: [{ model: PLAIN }], devices: [{ name: 'a', smmu: 0, sid: 1 }], guests: 0, power: [HVC] });
    h.boot();
    power(h, 0);
    h.perform('allocDomain', { domain: 5, type: 0 });
    expect(h.perform('attach', { device: 'a', domain: 5, pasid: 0, pasidBits: 0 }).text).toBe('-EPIPE: the SMMU has no power');
    power(h, 1);
    expect(h.perform('attach', { device: 'a', domain: 5, pasid: 0, pasidBits: 0 }).ok).toBe(true);
  });

  it('shows what rests on a clean TLB: hardware that keeps it lets a device reach a page that was given away', () => {
    const h = attached({ power: [{ ...HVC, keepsTlb: true }] });
    map(h);
    h.dma('a', 0, READ);
    power(h, 0);
    unmap(h);
    h.perform('host_donate_guest', { address: DATA, guest: 0, gfn: 0 });
    power(h, 1);
    h.dma('a', 0, READ);
    expect(h.runtime.monitor.violations).toMatchObject([{ owner: 'guest0', via: expect.stringContaining('tlb entry') as string }]);
  });

  it.each([
    ['off', { on: 0, accepted: 1 }, 'done', true], ['off, refused by the firmware', { on: 0, accepted: 0 }, 'refused by firmware', false],
    ['on', { on: 1, accepted: 1 }, 'done', false], ['later', { on: 0, accepted: 1, flags: 1 }, 'refused by EL2', false], ['of another domain', { on: 0, accepted: 1, id: 4 }, 'not ours', false],
    ['by another SMC', { on: 0, accepted: 1, smc: 1 }, 'not ours', false],
  ])('over SCMI: %s', (_, values, text, isOff) => {
    const h = attached({ power: [{ smmu: 0, control: SCMI_CONTROL }] });
    expect(h.perform('scmi', { smc: 0x8200_0010, id: 3, flags: 0, ...values }).text).toBe(text);
    expect(h.power.isOff(0)).toBe(isOff);
  });

  it('is registered within limits', () => {
    const domains = new PowerDomains(new History(), () => undefined);
    expect(domains.register(0, { ...SCMI_CONTROL, shared: { base: 0x4700_0800, size: 0x1000 } })).toBe('-EINVAL');
    expect(domains.register(0, { ...SCMI_CONTROL, shared: { base: 0x4700_0000, size: 0x800 } })).toBe('-EINVAL');
    expect(domains.register(0, SCMI_CONTROL)).toBeUndefined();
    expect(domains.register(1, { ...SCMI_CONTROL, smc: 9 })).toBe('-ENXIO');
    expect(domains.register(1, { kind: 'hvc', device: 32 })).toBe('-E2BIG');
    for (let i = 1; i < 32; i++) expect(domains.register(i, { kind: 'hvc', device: i })).toBeUndefined();
    expect(domains.register(32, { kind: 'hvc', device: 1 })).toBe('-ENOSPC');
  });

  it('goes and comes back with the history', () => {
    const h = attached({ power: [HVC] });
    map(h);
    h.dma('a', 0, READ);
    h.machine.history.mark();
    const { hash } = h.machine;
    power(h, 0);
    const off = h.machine.hash;
    h.machine.history.back(1);
    expect([h.machine.hash, h.power.isOff(0)]).toEqual([hash, false]);
    h.machine.history.forward(1);
    expect([h.machine.hash, h.power.isOff(0)]).toEqual([off, true]);
  });
});
