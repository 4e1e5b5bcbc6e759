import { describe, expect, it } from 'vitest';
import { eventOf, fromNumber, hex, Machine, READ, requestOf, Response, type PresetName } from '../../../emulator/index.ts';
import { registerName } from '../../../emulator/fields/registers.ts';
import { SmmuDriver, type DriverParts } from '../../../emulator/hypervisor/driver/driver.ts';
import { physicalPort } from '../../../emulator/hypervisor/driver/port.ts';
import { done, Runtime } from '../../../emulator/hypervisor/hypervisor.ts';
import { viewOf } from '../../../emulator/hypervisor/memoryView.ts';
import { PagePool } from '../../../emulator/hypervisor/pages.ts';

const RAM = 0x4000_0000;
const KERNEL = 0x4800_0000;

function native(model: PresetName = 'v3.3-full', parts: Partial<DriverParts> = {}) {
  const machine = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: RAM, size: 0x1000_0000, owner: 'host' }], smmus: [{ model }] });
  const runtime = new Runtime(machine, 'native', { domainOf: () => 'host', within: (r) => (driver.mayReach(r.sid, r.address) ? undefined : 'not mapped for it') });
  const driver: SmmuDriver = new SmmuDriver({
    history: machine.history, name: 'host', port: physicalPort(machine.smmus[0]!), memory: viewOf(machine.memory),
    pages: new PagePool(machine.history, 'host', { base: KERNEL, size: 0x100_0000 }), onCommand: () => runtime.costs.count('commands'), ...parts,
  });
  machine.history.recording = true;
  const dma = (sid: number, address: number): number | string => {
    const response = new Response();
    machine.smmus[0]!.translate(requestOf({ sid, address: fromNumber(address), access: READ }), response);
    return response.status === 0 ? (response.hi >>> 0) * 2 ** 32 + (response.lo >>> 0) : (eventOf([response.event])?.name ?? 'abort');
  };
  return { machine, runtime, driver, dma };
}

describe('the driver on a physical SMMU', () => {
  it.each(['v3.3-full', 'mmu-700', 'qemu-virt'] as const)('brings %s up, attaches, maps and unmaps', (model) => {
    const { driver, dma, runtime } = native(model);
    expect(driver.probe()).toEqual({ ok: true, text: 'the SMMU is on' });
    expect(dma(0x20, 0x1000)).toBe('C_BAD_STREAMID');
    expect(driver.attach([0x20])).toMatchObject({ ok: true });
    expect(dma(0x20, 0x1000)).toBe('F_TRANSLATION');
    expect(driver.events().map((w) => eventOf(w)?.name)).toContain('F_TRANSLATION');
    expect(driver.map(0x20, 0x1000, 0x4100_0000, 0x3000)).toMatchObject({ ok: true });
    expect(dma(0x20, 0x2abc)).toBe(0x4100_1abc);
    expect(driver.unmap(0x20, 0x2000, 0x1000)).toMatchObject({ ok: true });
    expect(dma(0x20, 0x2abc)).toBe('F_TRANSLATION');
    expect(runtime.monitor.violations).toEqual([]);
  });

  it.each([
    ['v3.3-full', {}, ['0x0', '0x8', '0xc', '0xe', '0x1e', '0x1f'], '0x7'],
    ['v3.3-full', { withoutAts: true }, ['0x0', '0x8', '0xc', '0xd'], '0x5'],
    ['qemu-virt', {}, ['0x0', '0x8', '0xc', '0xd'], '0x5'],
  ] as const)('enables what %s has in the order of Linux: %o', (model, parts, enables, interrupts) => {
    const { machine, driver } = native(model, parts);
    const writes: [string, string][] = [];
    machine.observer = { step: (step) => { if (step.kind === 'register' && step.isTaken) writes.push([registerName(step.offset), hex(step.value)]); } };
    driver.probe();
    machine.observer = null;
    const of = (name: string): string[] => writes.flatMap(([n, value]) => (n === name ? [value] : []));
    expect(of('CR0')).toEqual(enables);
    expect(of('IRQ_CTRL').at(-1)).toBe(interrupts);
    expect(of('PRIQ_BASE').length > 0).toBe(enables.length > 4);
  });

  it('tells how much an unmap took away', () => {
    const { driver } = native();
    driver.probe();
    driver.attach([5]);
    driver.map(5, 0x10000, 0x4200_0000, 0x4000);
    expect(driver.unmap(5, 0x10000, 0x1000).text).toBe('unmapped 1 page');
    expect(driver.unmap(5, 0x10000, 0x1000).text).toBe('nothing was mapped there');
    expect(driver.unmap(5, 0xf000, 0x3000).text).toBe('unmapped 1 page, the rest of the range was not mapped');
    expect(driver.unmap(5, 0x12000, 0x2000, true).text).toBe('unmapped 2 pages, without invalidation');
  });

  it('maps nothing over what is mapped, as Linux does not', () => {
    const { driver, dma } = native();
    driver.probe();
    driver.attach([5]);
    driver.map(5, 0x10000, 0x4200_0000, 0x4000);
    for (const [iova, size] of [[0x10000, 0x1000], [0xf000, 0x2000], [0x13000, 0x4000], [0, 0x20000]] as const) {
      expect(driver.map(5, iova, 0x4300_0000, size).text).toContain('-EEXIST');
    }
    expect(dma(5, 0x10000)).toBe(0x4200_0000);
    expect(driver.map(5, 0xf000, 0x4300_0000, 0x1000).ok).toBe(true);
    expect(driver.map(5, 0x14000, 0x4300_0000, 0x1000).ok).toBe(true);
    driver.unmap(5, 0x11000, 0x1000);
    expect(driver.map(5, 0x11000, 0x4300_0000, 0x1000).ok).toBe(true);
  });

  it('shows a missed invalidation to the monitor, with the cached entry that let it through', () => {
    const { driver, dma, runtime } = native();
    driver.probe();
    driver.attach([5]);
    driver.map(5, 0, 0x4200_0000, 0x1000);
    dma(5, 0);
    driver.unmap(5, 0, 0x1000, true);
    expect(dma(5, 0)).toBe(0x4200_0000);
    expect(runtime.monitor.violations).toMatchObject([{ scope: 'guest', sid: 5, address: 0x4200_0000, domain: 'host' }]);
    expect(runtime.monitor.violations[0]!.sentence).toContain('tlb entry');
  });

  it('skips a command that the SMMU rejects, and goes on', () => {
    const { driver } = native();
    driver.probe();
    expect(driver.queue.submit([Uint32Array.of(0xff, 0, 0, 0)])).toEqual({ isDone: true, errors: [1] });
    expect(driver.acknowledgeErrors()).toBe(0);
    expect(driver.attach([1]).ok).toBe(true);
  });

  it('is undone and redone exactly, operation by operation', () => {
    const { machine, driver, dma, runtime } = native();
    const hashes = [machine.hash];
    const run = (text: string, action: () => unknown): void => {
      runtime.operation('host', text, () => { action(); return done(); });
      hashes.push(machine.hash);
    };
    run('probe', () => driver.probe());
    run('attach', () => driver.attach([3, 4]));
    run('map', () => driver.map(4, 0x10_0000, 0x4300_0000, 0x2000));
    run('dma', () => dma(3, 0x10_0000));
    run('unmap', () => driver.unmap(3, 0x10_0000, 0x1000));
    for (let n = hashes.length - 2; n >= 0; n--) {
      expect(machine.history.back(1)).toBe(true);
      expect(machine.hash).toBe(hashes[n]);
    }
    expect(driver.contexts).toEqual([]);
    expect(machine.history.forward(3)).toBe(true);
    expect(machine.hash).toBe(hashes[3]);
    expect(driver.mappings(driver.contexts[0]!.sids[0]!)).toEqual([[0x10_0000, 0x4300_0000, 0x2000]]);
    expect(dma(3, 0x10_1010)).toBe(0x4300_1010);
  });
});
