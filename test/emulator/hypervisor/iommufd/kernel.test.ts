import { describe, expect, it } from 'vitest';
import { ATTACH_STATES, attachStateOf, type AttachState } from '../../../../emulator/hypervisor/iommufd/attachStates.ts';
import type { IommufdKernel } from '../../../../emulator/hypervisor/iommufd/kernel.ts';
import { judgeOldInvalidation, judgePasidTable } from '../../../../emulator/hypervisor/iommufd/pasidTable.ts';
import type { Result } from '../../../../emulator/hypervisor/iommufd/result.ts';
import { allocateNested, allocateVdevice, allocateVeventq, allocateViommu, invalidate, readVeventq } from '../../../../emulator/hypervisor/iommufd/viommu.ts';
import { encodeCommand, PRESETS } from '../../../../emulator/index.ts';
import { GUEST_BASE, GUEST_RAM, guestSte, host, HOST_IDS, ok, steOf } from './host.ts';

interface Setup { kernel: IommufdKernel; ioas: number; parent: number; viommu: number }

function setup(kernel = host()): Setup {
  const ioas = kernel.allocateIoas();
  ok(kernel.map(ioas, GUEST_BASE, GUEST_RAM.base, GUEST_RAM.size));
  const parent = ok(kernel.allocatePaging('nic', ioas, { nestParent: true }));
  return { kernel, ioas, parent, viommu: ok(allocateViommu(kernel, 'nic', parent)) };
}

const S1 = guestSte({ Config: 5, S1ContextPtr: 0x4008_0000 });
const BYPASS = guestSte({ Config: 4 });
const ABORT = guestSte({ Config: 0 });

/** Calls that fail, each after a set-up that works. */
const REFUSED: { name: string; errno: string; call: (s: Setup) => Result<unknown> }[] = [
  { name: 'map over a mapping', errno: '-EEXIST', call: ({ kernel, ioas }) => kernel.map(ioas, GUEST_BASE + 0x1000, GUEST_RAM.base, 0x1000) },
  { name: 'map half a page', errno: '-EINVAL', call: ({ kernel, ioas }) => kernel.map(ioas, 0x1000, GUEST_RAM.base, 0x800) },
  { name: 'map into nothing', errno: '-ENOENT', call: ({ kernel }) => kernel.map(99, 0x1000, GUEST_RAM.base, 0x1000) },
  { name: 'unmap what is not mapped', errno: '-ENOENT', call: ({ kernel, ioas }) => kernel.unmap(ioas, 0x1000, 0x1000) },
  { name: 'unmap part of a mapping', errno: '-ENOENT', call: ({ kernel, ioas }) => kernel.unmap(ioas, GUEST_BASE, 0x1000) },
  { name: 'a vIOMMU of an unknown type', errno: '-EOPNOTSUPP', call: ({ kernel, parent }) => allocateViommu(kernel, 'nic', parent, { type: 0 }) },
  { name: 'a vIOMMU with a flag', errno: '-EOPNOTSUPP', call: ({ kernel, parent }) => allocateViommu(kernel, 'nic', parent, { flags: 1 }) },
  { name: 'a vIOMMU over no nesting parent', errno: '-EINVAL', call: ({ kernel, ioas }) => allocateViommu(kernel, 'nic', ok(kernel.allocatePaging('nic', ioas))) },
  { name: 'a vIOMMU for a device behind another SMMU', errno: '-EINVAL', call: ({ kernel, parent }) => allocateViommu(kernel, 'far', parent) },
  { name: 'a second vDEVICE of a device', errno: '-EEXIST', call: (s) => (ok(allocateVdevice(s.kernel, s.viommu, 'nic', 8)), allocateVdevice(s.kernel, s.viommu, 'nic', 9)) },
  { name: 'a virtual StreamID twice', errno: '-EEXIST', call: (s) => (ok(allocateVdevice(s.kernel, s.viommu, 'nic', 8)), allocateVdevice(s.kernel, s.viommu, 'disk', 8)) },
  { name: 'a vDEVICE behind another SMMU', errno: '-EINVAL', call: ({ kernel, viommu }) => allocateVdevice(kernel, viommu, 'far', 8) },
  { name: 'a virtual StreamID beyond a word', errno: '-EINVAL', call: ({ kernel, viommu }) => allocateVdevice(kernel, viommu, 'nic', 2 ** 64) },
  { name: 'a vDEVICE of a device with two StreamIDs', errno: '-EOPNOTSUPP', call: ({ kernel, viommu }) => allocateVdevice(kernel, viommu, 'twin', 8) },
  { name: 'a vDEVICE of a device that goes away', errno: '-ENOENT', call: ({ kernel, viommu }) => allocateVdevice(kernel, viommu, 'leaving', 8) },
  { name: 'a nested page table of a plain parent', errno: '-EOPNOTSUPP', call: ({ kernel, parent }) => allocateNested(kernel, 'nic', { parent, ste: S1 }) },
  { name: 'a nested page table with a flag', errno: '-EOPNOTSUPP', call: ({ kernel, viommu }) => allocateNested(kernel, 'nic', { parent: viommu, ste: S1, flags: 1 }) },
  { name: 'a nested page table for a device elsewhere', errno: '-EINVAL', call: ({ kernel, viommu }) => allocateNested(kernel, 'far', { parent: viommu, ste: S1 }) },
  { name: 'a nested page table with SHCFG', errno: '-EIO', call: ({ kernel, viommu }) => allocateNested(kernel, 'nic', { parent: viommu, ste: guestSte({ Config: 4, SHCFG: 1 }) }) },
  { name: 'attaching behind another SMMU', errno: '-EINVAL', call: ({ kernel, parent }) => kernel.attach('far', parent) },
  { name: 'attaching with PASIDs in use', errno: '-EBUSY', call: (s) => s.kernel.attach('busy', ok(allocateNested(s.kernel, 'busy', { parent: s.viommu, ste: BYPASS }))) },
  { name: 'attaching a translating STE without a vDEVICE', errno: '-ENOENT', call: (s) => s.kernel.attach('nic', ok(allocateNested(s.kernel, 'nic', { parent: s.viommu, ste: S1 }))) },
  { name: 'destroying a parent in use', errno: '-EBUSY', call: ({ kernel, parent }) => kernel.destroy(parent) },
  { name: 'destroying what a device is attached to', errno: '-EBUSY', call: (s) => (ok(s.kernel.attach('nic', s.parent)), ok(s.kernel.destroy(s.viommu)), s.kernel.destroy(s.parent)) },
  { name: 'destroying nothing', errno: '-ENOENT', call: ({ kernel }) => kernel.destroy(99) },
  { name: 'a second event queue', errno: '-EEXIST', call: (s) => (ok(allocateVeventq(s.kernel, s.viommu, 4)), allocateVeventq(s.kernel, s.viommu, 4)) },
  { name: 'an event queue of depth 0', errno: '-EINVAL', call: ({ kernel, viommu }) => allocateVeventq(kernel, viommu, 0) },
  { name: 'reading no event queue', errno: '-ENOENT', call: ({ kernel }) => readVeventq(kernel, 99) },
];

describe('iommufd calls', () => {
  it.each(REFUSED)('refuses $name with $errno', ({ call, errno }) => {
    const result = call(setup());
    expect(result).toMatchObject({ ok: false, errno });
    expect(result.ok ? '' : result.why).not.toBe('');
  });

  it.each([
    { name: 'only one stage', ids: PRESETS['qemu-virt-s1'] },
    { name: 'MMU-600 r0', ids: PRESETS['mmu-600'] },
    { name: 'MMU-700 r1p0', ids: { ...PRESETS['mmu-700'], IIDR: 0x4871043b } },
  ])('makes no nesting parent on $name', ({ ids }) => {
    const kernel = host({ ids });
    expect(kernel.allocatePaging('nic', kernel.allocateIoas(), { nestParent: true })).toMatchObject({ ok: false, errno: '-EOPNOTSUPP' });
  });

  it.each([
    { name: 'MMU-600 r2', ids: { ...PRESETS['mmu-600'], IIDR: 0x4832043b } },
    { name: 'MMU-700 r1p1', ids: { ...PRESETS['mmu-700'], IIDR: 0x4871143b } },
  ])('makes one on $name', ({ ids }) => {
    const kernel = host({ ids });
    expect(kernel.allocatePaging('nic', kernel.allocateIoas(), { nestParent: true }).ok).toBe(true);
  });

  it('needs a coherent device or forced write-back for a vIOMMU', () => {
    const lax = setup();
    expect(allocateViommu(lax.kernel, 'lax', lax.parent).ok).toBe(true);
    const kernel = host({ ids: { ...HOST_IDS, IDR3: HOST_IDS.IDR3 & ~0x100 } });
    const parent = ok(kernel.allocatePaging('lax', kernel.allocateIoas(), { nestParent: true }));
    expect(allocateViommu(kernel, 'lax', parent)).toMatchObject({ ok: false, errno: '-EOPNOTSUPP' });
    expect(allocateViommu(kernel, 'nic', parent).ok).toBe(true);
  });

  it('makes no vIOMMU where each command needs a sync', () => {
    const kernel = host({ traits: [{ isForcedSync: true }] });
    const parent = ok(kernel.allocatePaging('nic', kernel.allocateIoas(), { nestParent: true }));
    expect(allocateViommu(kernel, 'nic', parent)).toMatchObject({ ok: false, errno: '-EOPNOTSUPP' });
  });

  it('tells what the hardware is', () => {
    expect(host().hardwareInfo('nic')).toMatchObject({ ok: true, value: { type: 2, capabilities: 0, idr: [HOST_IDS.IDR0 >>> 0, HOST_IDS.IDR1, 0, HOST_IDS.IDR3, 0, HOST_IDS.IDR5] } });
    expect(host({ traits: [{ isSendTwice: true }] }).hardwareInfo('disk')).toMatchObject({ ok: true, value: { flags: 1, capabilities: 8 } });
    expect(host().hardwareInfo('none').ok).toBe(false);
  });
});

describe('attach states', () => {
  /** How each state is entered. */
  const ENTER: Record<AttachState, (s: Setup) => Result<unknown>> = {
    '1': ({ kernel }) => kernel.detach('nic'),
    '2': ({ kernel, parent }) => kernel.attach('nic', parent),
    '2a': (s) => s.kernel.attach('nic', ok(allocateNested(s.kernel, 'nic', { parent: s.viommu, ste: ABORT }))),
    '3': (s) => s.kernel.attach('nic', ok(allocateNested(s.kernel, 'nic', { parent: s.viommu, ste: S1 }))),
    '4': (s) => s.kernel.attach('nic', ok(allocateNested(s.kernel, 'nic', { parent: s.viommu, ste: BYPASS }))),
  };
  const states = ATTACH_STATES.map((s) => s.state);
  const pairs = states.flatMap((from) => states.map((to) => ({ from, to })));

  it.each(pairs)('from $from to $to', ({ from, to }) => {
    const s = setup();
    ok(allocateVdevice(s.kernel, s.viommu, 'nic', 8));
    ok(ENTER[from](s));
    expect(ENTER[to](s).ok).toBe(true);
    expect(attachStateOf(s.kernel, 'nic')).toBe(to);
    expect(ATTACH_STATES.find((i) => i.state === to)!.configs).toContain(steOf(s.kernel, 0x420)['Config']);
  });

  it('enters bypass and abort without a vDEVICE, but not a guest table', () => {
    const s = setup();
    for (const state of ['2a', '4', '2'] as const) expect(ENTER[state](s).ok).toBe(true);
    expect(ENTER['3'](s)).toMatchObject({ ok: false, errno: '-ENOENT' });
    expect(attachStateOf(s.kernel, 'nic')).toBe('2');
  });

  it('gives back what the device had: its own domain, or identity', () => {
    const s = setup();
    const before = [steOf(s.kernel, 0x420), steOf(s.kernel, 0x470)];
    for (const name of ['nic', 'uart']) {
      ok(s.kernel.attach(name, s.parent));
      ok(s.kernel.detach(name));
    }
    expect([steOf(s.kernel, 0x420), steOf(s.kernel, 0x470)]).toEqual(before);
    expect(before.map((b) => b['Config'])).toEqual([5, 4]);
  });

  it('counts the syncs of each change, one prefetch beside them, and undoes all of it', () => {
    const s = setup();
    const { runtime } = s.kernel;
    const { costs, machine } = runtime;
    const position = machine.history.position;
    const { hash } = machine;
    const before = costs.table;
    ok(s.kernel.attach('nic', s.parent));
    expect(costs.since(before)).toMatchObject({ entryWrites: 1, invalidations: 3, syncs: 4, commands: 8 });
    machine.history.seek(position);
    expect(machine.hash).toBe(hash);
    expect(attachStateOf(s.kernel, 'nic')).toBe('1');
  });

  it('is unknown for a plain page table and an unknown device', () => {
    const s = setup();
    ok(s.kernel.attach('nic', ok(s.kernel.allocatePaging('nic', s.ioas))));
    expect(attachStateOf(s.kernel, 'nic')).toBeUndefined();
    expect(attachStateOf(s.kernel, 'none')).toBeUndefined();
  });
});

describe('invalidation by a guest', () => {
  it('reaches hardware with the VMID of the parent', () => {
    const s = setup();
    ok(allocateVdevice(s.kernel, s.viommu, 'nic', 8));
    const cd = encodeCommand('CFGI_CD', { StreamID: 8, Leaf: 1 })!;
    const result = invalidate(s.kernel, s.viommu, [encodeCommand('TLBI_NH_ALL', { VMID: 0x77 })!, cd, encodeCommand('CFGI_STE', { StreamID: 8 })!]);
    expect(result).toMatchObject({ processed: 2, error: { errno: '-EIO' } });
    expect(result.commands.map((c) => c[1])).toEqual([1, 0x420]);
    expect(invalidate(s.kernel, 99, [])).toMatchObject({ error: { errno: '-ENOENT' } });
  });

  it('lets a guest stop the host queue for a moment with bits that nobody checks, unless they are checked', () => {
    const bad = encodeCommand('CFGI_CD', { StreamID: 8, SSec: 1, Leaf: 1 })!;
    const run = (checksCommands: boolean): [number, number, number] => {
      const s = setup(host({ checksCommands }));
      ok(allocateVdevice(s.kernel, s.viommu, 'nic', 8));
      const result = invalidate(s.kernel, s.viommu, [encodeCommand('TLBI_NH_ALL', {})!, bad]);
      return [result.processed, result.error === undefined ? 0 : 1, s.kernel.runtime.log.filter((l) => l.text.includes('CERROR_ILL')).length];
    };
    expect(run(false)).toEqual([2, 0, 1]);
    expect(run(true)).toEqual([1, 1, 0]);
  });
});

describe('the interface before iommufd', () => {
  const good = { version: 1, format: 1, pasidBits: 0, config: 'translate' } as const;
  const nested = { stage: 'nested', isBound: false } as const;

  it.each([
    { name: 'a good table', config: good, state: nested, result: 'bound' },
    { name: 'bypass while bound', config: { ...good, config: 'bypass' as const }, state: { ...nested, isBound: true }, result: 'bypass' },
    { name: 'another version', config: { ...good, version: 2 }, state: nested, result: '-EINVAL' },
    { name: 'another format', config: { ...good, format: 2 }, state: nested, result: '-EINVAL' },
    { name: 'no nesting', config: good, state: { ...nested, stage: 'stage 1' as const }, result: '-EINVAL' },
    { name: 'bound twice', config: good, state: { ...nested, isBound: true }, result: '-EINVAL' },
    { name: 'many contexts', config: { ...good, pasidBits: 4 }, state: nested, result: '-EINVAL' },
  ])('$name: $result', ({ config, state, result }) => {
    const judged = judgePasidTable(config, state);
    expect(judged.ok ? judged.value : judged.errno).toBe(result);
  });

  it.each([
    { request: { cache: 'iotlb', granularity: 'domain' } as const, result: 'TLBI_NH_ALL' },
    { request: { cache: 'iotlb', granularity: 'pasid', hasArchId: true } as const, result: 'TLBI_NH_ASID' },
    { request: { cache: 'iotlb', granularity: 'pasid' } as const, result: '-ENOENT' },
    { request: { cache: 'iotlb', granularity: 'address', granule: 4096, pages: 1 } as const, result: 'TLBI_NH_VA' },
    { request: { cache: 'iotlb', granularity: 'address', granule: 8192, pages: 1 } as const, result: '-EINVAL' },
    { request: { cache: 'iotlb', granularity: 'address', granule: 4096, pages: 0 } as const, result: '-EINVAL' },
    { request: { cache: 'iotlb', granularity: 'address', granule: 4096, pages: 1, usesPasid: true } as const, result: '-ENOENT' },
    { request: { cache: 'pasid', granularity: 'domain' } as const, result: '-ENOENT' },
    { request: { cache: 'device tlb', granularity: 'address' } as const, result: '-ENOENT' },
  ])('invalidates $request: $result', ({ request, result }) => {
    const judged = judgeOldInvalidation(request);
    expect(judged.ok ? judged.value : judged.errno).toBe(result);
  });
});
