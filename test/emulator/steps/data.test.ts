import { describe, expect, it } from 'vitest';
import { Machine, requestOf, READ, u64, WRITE, type Step } from '../../../emulator/index.ts';
import { Runtime } from '../../../emulator/hypervisor/hypervisor.ts';
import { storeWatch, storeWords, viewOf } from '../../../emulator/hypervisor/memoryView.ts';

function machine(): { readonly m: Machine; readonly steps: Step[] } {
  const m = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: 0x1000, size: 0x10000 }], smmus: [{ model: 'v3.3-full' }] });
  const steps: Step[] = [];
  return { m, steps };
}

const watch = (m: Machine, steps: Step[]): void => {
  m.observer = { step: (step) => steps.push(step) };
};

describe('stores of processors', () => {
  it('are steps with both values, the address behind the mapping, and the position right after', () => {
    const { m, steps } = machine();
    const view = viewOf(m.memory, (address) => address + 0x1000, storeWatch(m.probe, 'guest'));
    m.history.recording = true;
    view.store(0x800, u64(1, 2));
    watch(m, steps);
    view.store(0x800, u64(3, 4));
    storeWords(view, 0x800, [4, 3, 5, 0]);
    expect(steps).toEqual([
      { kind: 'store', actor: 'guest', address: u64(0, 0x1800), before: u64(1, 2), after: u64(3, 4), smmu: -1, position: 4 },
      { kind: 'store', actor: 'guest', address: u64(0, 0x1808), before: u64(0, 0), after: u64(0, 5), smmu: -1, position: 5 },
    ]);
    expect(view.store(0x20000, u64(0, 1))).toBe(false);
    expect(steps).toHaveLength(2);
  });

  it('are not made for the isolation monitor alone', () => {
    const { m } = machine();
    const runtime = new Runtime(m, 'xen', { domainOf: () => undefined });
    const watchOf = runtime.stores('xen');
    expect([m.probe.isOn, watchOf.isOn]).toEqual([true, false]);
    const steps: Step[] = [];
    runtime.observer = { step: (step) => steps.push(step) };
    viewOf(m.memory, undefined, watchOf).store(0x1000, u64(0, 7));
    expect(steps).toMatchObject([{ kind: 'store', actor: 'xen' }]);
  });
});

describe('data of a DMA', () => {
  it('are a step behind the result, with the first bytes', () => {
    const { m, steps } = machine();
    const [smmu] = m.smmus;
    watch(m, steps);
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    m.access(smmu!, requestOf({ sid: 1, address: u64(0, 0x2000), access: WRITE }), { write: bytes, length: 100 });
    m.access(smmu!, requestOf({ sid: 1, address: u64(0, 0x2010), access: READ }), { length: 4 });
    m.access(smmu!, requestOf({ sid: 1, address: u64(0, 0x90000), access: READ }), { length: 4 });
    const accesses = steps.filter((s) => s.kind === 'access');
    expect(accesses).toMatchObject([
      { isWrite: true, address: u64(0, 0x2000), bytes: 100, data: bytes.slice(0, 64), isAborted: false, smmu: 0 },
      { isWrite: false, address: u64(0, 0x2010), bytes: 4, data: Uint8Array.of(16, 17, 18, 19), isAborted: false },
      { isWrite: false, bytes: 4, data: new Uint8Array(0), isAborted: true },
    ]);
    expect(steps.map((s) => s.kind)).toEqual(['transaction', 'result', 'access', 'transaction', 'result', 'access', 'transaction', 'result', 'access']);
    expect(m.reach(0x2000, { length: 2 }, -1)).toEqual({ data: Uint8Array.of(0, 1), isDone: true });
    expect(steps.at(-1)).toMatchObject({ kind: 'access', smmu: -1 });
  });
});
