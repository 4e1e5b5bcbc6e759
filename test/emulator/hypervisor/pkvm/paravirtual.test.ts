import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { hex, parseU64, PRESETS, READ, type IdRegisters, type PresetName, type Step } from '../../../../emulator/index.ts';
import { Pkvm } from '../../../../emulator/hypervisor/pkvm/pkvm.ts';
import { PROT } from '../../../../emulator/hypervisor/pkvm/mapping.ts';
import { decodeRequest, encodeRequest } from '../../../../emulator/hypervisor/pkvm/memoryRequest.ts';
import { fixture, original } from '../linux/fixtures.ts';

interface Request { type: number; dest: number; nr: number; sz: string; x2: string; x3: string }
const { hypReqs } = fixture<{ hypReqs: Request[] }>('grants-pkvm');

const RW = PROT.read | PROT.write;
const DATA = 0x4200_0000;

function system(model: PresetName | IdRegisters = 'v3.3-full'): Pkvm {
  const devices = [{ name: 'a', smmu: 0, sid: 0x20 }, { name: 'b', smmu: 0, sid: 0x21 }, { name: 'c', smmu: 1, sid: 0x20 }];
  const h = new Pkvm({ smmus: [{ model, base: 0x900_0000 }, { model: 'qemu-virt', base: 0x902_0000 }], devices, guests: 2, power: [{ smmu: 0, control: { kind: 'hvc', device: 7 } }] });
  expect(h.boot()).toEqual({ ok: true, text: 'the host is deprivileged' });
  return h;
}

function attached(type: 0 | 1): Pkvm {
  const h = system();
  h.perform('allocDomain', { domain: 5, type });
  expect(h.perform('attach', { device: 'a', domain: 5, pasid: 0, pasidBits: 4 })).toMatchObject({ ok: true });
  return h;
}

const map = (h: Pkvm, values: object = {}) => h.perform('map', { domain: 5, iova: 0x10_0000, paddr: DATA, pgsize: 4096, pgcount: 4, prot: RW, ...values });
const unmap = (h: Pkvm, values: object = {}) => h.perform('unmap', { domain: 5, iova: 0x10_0000, pgsize: 4096, pgcount: 4, ...values });

describe('requests for memory', () => {
  it.each(hypReqs)('$nr of $sz in pool $dest are $x2 and $x3', ({ type, dest, nr, sz, x2, x3 }) => {
    const request = { type, pool: dest, blocks: nr, size: Number(sz) };
    const words = encodeRequest(request);
    expect([hex(words.x2), hex(words.x3)]).toEqual([x2, x3]);
    expect(decodeRequest(parseU64(x2)!, parseU64(x3)!)).toEqual(request);
  });

  it.skipIf(original('linux-rules') === undefined)('are the shared vectors (skipped without ../shared)', () => {
    expect(hypReqs).toEqual(original<{ hypReqs: Request[] }>('linux-rules')!.hypReqs);
  });

  it('name the pool and the size that was missing; the heap cannot ask', () => {
    const h = system();
    expect(h.calls.allocDomain(5, 1)).toEqual({ value: 0, error: '-ENOMEM' });
    h.perform('allocDomain', { domain: 5, type: 0 });
    expect(h.calls.attach({ smmu: 0, domain: 5, sid: 0x20, pasid: 0 }, 8)).toEqual({ value: 0, error: '-ENOMEM', request: { type: 1, pool: 3, blocks: 1, size: 0x4000 } });
    h.perform('attach', { device: 'a', domain: 5, pasid: 0, pasidBits: 8 });
    expect(h.calls.map(5, { iova: 0, paddr: DATA, pgsize: 4096, pgcount: 2, prot: RW })).toEqual({ value: 0, request: { type: 1, pool: 3, blocks: 1, size: 0x1000 } });
    expect(h.ownership.dmaRefs(DATA)).toBe(0);
    expect(map(h, { iova: 0x1f_f000, pgcount: 2 })).toMatchObject({ ok: true, value: 0x2000 });
    expect(h.ownership.dmaRefs(DATA)).toBe(1);
  });
});

describe.each([0, 1] as const)('a domain of type %i', (type) => {
  it('translates what is mapped, and nothing after unmap', () => {
    const h = attached(type);
    expect(map(h)).toMatchObject({ ok: true, value: 0x4000 });
    expect(h.perform('read', { device: 'a', address: 0x10_2abc })).toMatchObject({ value: DATA + 0x2abc });
    expect(h.perform('read', { device: 'b', address: 0x10_2abc }).ok).toBe(false);
    expect(h.perform('iovaToPhys', { domain: 5, iova: 0x10_1008 })).toMatchObject({ value: DATA + 0x1008 });
    expect(h.perform('iovaToPhys', { domain: 6, iova: 0x10_1008 })).toMatchObject({ value: 0 });
    expect(unmap(h)).toMatchObject({ ok: true, value: 0x4000 });
    expect(h.dma('a', 0x10_2abc, READ)).toMatchObject({ ok: false, text: 'aborted, F_TRANSLATION' });
    expect(h.runtime.monitor.violations).toEqual([]);
  });

  it('invalidates before a page is released, and keeps the address in between', () => {
    const h = attached(type);
    map(h, { pgcount: 1 });
    const seen: string[] = [];
    const table = h.calls.mapping.table(h.calls.domain(5)!);
    const { address, value } = table.find(0x10_0000)!;
    h.runtime.observer = {
      step: (step: Step) => {
        if (step.kind !== 'hypervisor' || (step.action !== 'table write' && step.action !== 'command')) return;
        const now = h.smmus[0]!.memory.load(address)!;
        const state = (now.lo & 1) === 1 ? 'valid' : now.lo === 0 ? 'empty' : 'invalid, address kept';
        seen.push(`${step.action === 'command' ? step.text : 'table'}: ${state}, ${h.ownership.dmaRefs(DATA)} references`);
        if (state === 'invalid, address kept') expect(now).toEqual({ hi: value.hi, lo: value.lo - 1 });
      },
    };
    unmap(h, { pgcount: 1 });
    expect(seen).toEqual([
      'table: invalid, address kept, 1 references',
      `CMD_TLBI_${type === 1 ? 'S2_IPA' : 'NH_VA'}: invalid, address kept, 1 references`,
      'CMD_SYNC: invalid, address kept, 1 references',
      'table: empty, 0 references',
    ]);
  });

  it('is freed only when attached nowhere, and lets go of its pages then', () => {
    const h = attached(type);
    map(h);
    expect(h.perform('detach', { device: 'a', domain: 5, pasid: 0 })).toMatchObject({ ok: true });
    expect(h.perform('host_donate_guest', { address: DATA, guest: 0, gfn: 0 })).toEqual({ ok: false, text: '-EINVAL: a DMA mapping reaches 0x42000000: the host must unmap it first' });
    expect(h.perform('freeDomain', { domain: 5 })).toMatchObject({ ok: true });
    expect(h.perform('host_donate_guest', { address: DATA, guest: 0, gfn: 0 })).toMatchObject({ ok: true });
    expect(map(h)).toMatchObject({ ok: false });
  });
});

describe('map and unmap refuse', () => {
  it.each([
    ['an unknown protection', { prot: 64 }], ['a misaligned input', { iova: 0x10_0800 }], ['a misaligned output', { paddr: DATA + 8 }],
    ['another page size', { pgsize: 8192 }], ['nothing', { pgcount: 0 }], ['a wrap', { pgcount: 2 ** 40 }], ['the SMMU', { paddr: 0x902_0000 }],
    ["the hypervisor's memory", { paddr: 0x4000_0000 }], ['an unknown domain', { domain: 6 }],
  ])('%s', (_, values) => {
    const h = attached(1);
    map(h, { iova: 0x50_0000 });
    expect(h.calls.map(5, { iova: 0x10_0000, paddr: DATA, pgsize: 4096, pgcount: 4, prot: RW, ...values, ...('domain' in values ? { prot: 64 } : {}) }).value).toBe(0);
    expect(h.dma('a', 0x10_0000, READ).ok).toBe(false);
  });

  it.each([
    ['an unknown domain', { domain: 6 }, 'there is no domain 6'], ['another page size', { pgsize: 8192 }, 'pages have 4K or 2M, not 0x2000'],
    ['a misaligned input', { iova: 0x10_0800 }, 'addresses must be multiples of the page size'], ['nothing', { pgcount: 0 }, ''],
    ["the hypervisor's memory", { paddr: 0x4000_0000 }, "a page for DMA must be the host's alone, and 0x40000000 is not: it is NOPAGE for the host and belongs to hyp"],
    ['an unknown protection', { prot: 64 }, 'protection, size or address is beyond what the call takes'],
    ['an address that is mapped', { iova: 0x50_0000 }, '0x500000 is mapped already: unmap it first'],
  ])('with the rule that was broken: %s', (_, values, rule) => {
    const h = attached(1);
    map(h, { iova: 0x50_0000 });
    const { ok, text } = map(h, values);
    if (rule === '') expect(ok).toBe(true);
    else expect(text).toContain(`-EINVAL: ${rule}`);
  });

  it('a domain that is attached nowhere, and one half of a range that the host has given away', () => {
    const h = attached(1);
    h.perform('allocDomain', { domain: 6, type: 1 });
    expect(map(h, { domain: 6 }).text).toBe('-EINVAL: domain 6 is attached nowhere, so it has no tables');
    h.perform('host_donate_guest', { address: DATA + 0x2000, guest: 0, gfn: 0 });
    expect(map(h).text).toBe("-EINVAL: a page for DMA must be the host's alone, and 0x42002000 is not: it is NOPAGE for the host and belongs to guest0");
    expect(h.perform('host_donate_guest', { address: DATA, guest: 0, gfn: 0 }).text).toBe('-EPERM: host_donate_guest of 0x42000000: it is OWNED for the host; page 0 of guest0 is OWNED');
    expect(h.perform('host_donate_guest', { address: 0x100, guest: 0, gfn: 0 }).text).toBe('-EINVAL: 0x100 is no page of RAM');
  });

  it('a second mapping of an address, and stop an unmap at a hole', () => {
    const h = attached(1);
    map(h, { pgcount: 2 });
    expect(map(h, { iova: 0xf_f000 })).toMatchObject({ ok: false, value: 0x1000 });
    expect(h.ownership.dmaRefs(DATA + 0x1000)).toBe(1);
    expect(unmap(h, { pgcount: 8 })).toMatchObject({ value: 0x2000 });
    expect(unmap(h)).toMatchObject({ ok: false });
  });

  it('go on with scattered pages up to the first that falls short', () => {
    const h = attached(1);
    map(h, { iova: 0x10_f000, pgcount: 1 });
    const entries = [{ phys: DATA, pgsize: 4096, pgcount: 2 }, { phys: 0x4000_0000, pgsize: 4096, pgcount: 1 }, { phys: DATA, pgsize: 4096, pgcount: 1 }];
    expect(h.calls.mapSg(5, 0x10_0000, entries, RW)).toEqual({ value: 0x2000 });
  });
});

describe('attach and detach', () => {
  const attach = (h: Pkvm, device: string, domain: number, values: object = {}) => h.perform('attach', { device, domain, pasid: 0, pasidBits: 4, ...values }).text;
  const detach = (h: Pkvm, domain: number, pasid = 0) => h.perform('detach', { device: 'a', domain, pasid }).text;

  it('refuse what cannot be', () => {
    const h = attached(1);
    for (const [domain, type] of [[6, 0], [7, 1]] as const) h.perform('allocDomain', { domain, type });
    expect(attach(h, 'c', 5)).toBe('-EINVAL: domain 5 is of SMMU 0: a domain has one SMMU');
    expect(attach(h, 'a', 7)).toBe('-EBUSY: a stage-2 domain is the only one of a stream: StreamID 0x20 has one');
    expect(attach(h, 'a', 6)).toBe('-EBUSY: StreamID 0x20 has a stage-2 domain, which is the only one of a stream');
    expect(attach(h, 'b', 7, { pasid: 1 })).toBe('-EBUSY: a stage-2 domain is the only one of a stream: pasid 1 is not 0');
    expect(attach(h, 'b', 6, { pasid: 1 })).toBe('-EINVAL: pasid 0 is attached first, and nothing is attached to StreamID 0x21');
    expect(attach(h, 'b', 6, { pasidBits: 20 })).toBe('-ENOMEM: a table of 2^20 context descriptors is larger than EL2 makes');
    expect(h.calls.attach({ smmu: 9, domain: 6, sid: 1, pasid: 0 }, 0).error).toBe('-EINVAL');
    expect(h.calls.attach({ smmu: 0, domain: 6, sid: 0x100, pasid: 0 }, 0).error).toBe('-ENOMEM');
    expect(h.calls.detach({ smmu: 0, domain: 6, sid: 0x20, pasid: 0 }).error).toBe('-EINVAL');
    expect(h.calls.detach({ smmu: 0, domain: 5, sid: 0x22, pasid: 0 }).error).toBe('-ENODEV');
    expect([h.calls.allocDomain(5, 1), h.calls.allocDomain(5, 2), h.calls.allocDomain(2 ** 16, 1)].map((r) => r.error)).toEqual(['-EINVAL', '-EINVAL', '-ENOMEM']);
  });

  it('give EL2 no memory for what no memory helps', () => {
    const h = attached(1);
    h.perform('allocDomain', { domain: 6, type: 0 });
    const before = [h.runtime.costs.get('hypercalls'), h.calls.heap.size, h.calls.pool.size];
    expect(attach(h, 'b', 6, { pasidBits: 20 })).toMatch(/^-ENOMEM/);
    expect([h.runtime.costs.get('hypercalls') - 1, h.calls.heap.size, h.calls.pool.size]).toEqual(before);
  });

  it('keep pasid 0 first and last', () => {
    const h = attached(0);
    h.perform('allocDomain', { domain: 6, type: 0 });
    expect(attach(h, 'a', 6, { pasid: 16 })).toBe('-E2BIG: the stream was attached with 4 bits of pasid');
    expect(attach(h, 'a', 6, { pasid: 3 })).toBe('done');
    expect(attach(h, 'a', 6, { pasid: 3 })).toBe('-EBUSY: pasid 3 of StreamID 0x20 has a domain');
    map(h, { domain: 6 });
    expect(h.dma('a', 0x10_0000, READ, 3)).toMatchObject({ value: DATA });
    expect(h.dma('a', 0x10_0000, READ).ok).toBe(false);
    expect(detach(h, 5)).toBe('-EINVAL: pasid 0 is detached last, and other pasids of the stream are attached');
    expect(detach(h, 6, 16)).toBe('-E2BIG: the stream was attached with 4 bits of pasid');
    expect(detach(h, 6, 3)).toBe('done');
    expect(h.dma('a', 0x10_0000, READ, 3).ok).toBe(false);
    expect(detach(h, 5)).toBe('done');
  });

  it('stop the machine where the host breaks the contract, until that is undone', () => {
    const h = attached(1);
    expect(h.perform('freeDomain', { domain: 5 }).ok).toBe(false);
    expect(h.runtime.crash).toBe('free_domain: domain 5 has 2 references, not 1');
    expect(map(h).text).toContain('stopped');
    h.machine.history.back(2);
    expect(map(h).ok).toBe(true);
    expect(attach(h, 'b', 99)).toBe('-EINVAL');
    expect(h.runtime.crash).toContain('domain 99 has no references');
  });
});

describe('random hosts', () => {
  const action = fc.record({
    name: fc.constantFrom('map', 'map', 'unmap', 'unmap', 'read', 'read', 'read', 'host_donate_guest', 'host_donate_guest', 'host_reclaim_page_guest', 'host_share_guest', 'detach', 'attach', 'mapSg', 'power', 'unmapBlock', 'unmapBlock', 'unmapBlock'), on: fc.constantFrom(0, 1), id: fc.constant(7),
    device: fc.constantFrom('a', 'b'), domain: fc.constantFrom(1, 2), page: fc.nat(1), at: fc.nat(1), pgcount: fc.integer({ min: 1, max: 2 }), guest: fc.constant(0), gfn: fc.nat(1),
  });

  it("never lead a device to a page that is not the host's", () => {
    const plain = { ...PRESETS['v3.3-full'], IDR3: PRESETS['v3.3-full'].IDR3 & ~(1 << 10) };
    fc.assert(fc.property(fc.array(action, { minLength: 40, maxLength: 80 }), fc.constantFrom<IdRegisters>(plain, PRESETS['v3.3-full']), (actions, model) => {
      const h = system(model);
      h.perform('allocDomain', { domain: 1, type: 0 });
      h.perform('allocDomain', { domain: 2, type: 1 });
      h.perform('attach', { device: 'a', domain: 1, pasid: 0, pasidBits: 0 });
      h.perform('attach', { device: 'b', domain: 2, pasid: 0, pasidBits: 0 });
      const [hash, position] = [h.machine.hash, h.machine.history.position];
      for (const { name, page, at, ...rest } of actions) {
        if (name === 'read') for (const d of ['a', 'b']) for (const address of [0, 4096]) h.perform('read', { device: d, address });
        else if (name === 'unmapBlock') h.perform('unmap', { domain: rest.domain, iova: 0, pgsize: 0x20_0000, pgcount: 1 });
        else h.perform(name, { ...rest, pasid: 0, pasidBits: 0, iova: at * 4096, list: `${DATA + page * 4096}*2,${DATA}`, paddr: DATA + page * 4096, address: DATA + page * 4096, pgsize: 4096, prot: RW });
      }
      expect(h.runtime.crash).toBeUndefined();
      expect(h.runtime.monitor.violations).toEqual([]);
      h.machine.history.seek(position);
      expect(h.machine.hash).toBe(hash);
    }), { numRuns: 80 });
  });
});
