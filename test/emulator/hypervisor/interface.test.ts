import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrantDma, Iommufd, Pkvm, PkvmTrap, Xen, type Hypervisor, type OperationValues } from '../../../emulator/index.ts';

const SMMU = [{ model: 'v3.3-full' }] as const;

/** A small one of each. */
const MAKERS: readonly (readonly [name: string, make: () => Hypervisor])[] = [
  ['Xen', () => {
    const h = new Xen({ profile: 'fixed', smmus: SMMU, devices: [{ path: '/a', smmu: 0, sids: [0x10] }] });
    h.create({ kind: 'xl', viommu: 'smmuv3', devices: ['/a'] });
    return h;
  }],
  ['iommufd', () => new Iommufd({ vmm: 'qemu', smmus: SMMU, devices: [{ name: '/a', smmu: 0, sids: [0x20], isCoherent: true }], guest: [{ name: '/a', virtualSid: 8 }] })],
  ['pKVM, paravirtual', () => new Pkvm({ smmus: SMMU, devices: [{ name: '/a', smmu: 0, sid: 0x20 }], guests: 1, power: [{ smmu: 0, control: { kind: 'hvc', device: 1 } }] })],
  ['pKVM, trap-and-emulate', () => new PkvmTrap({ profile: 'fixed', smmus: SMMU, devices: [{ name: '/a', smmu: 0, sid: 0x20 }], guests: 1 })],
  ['grant DMA', () => new GrantDma({ devices: [{ name: '/a', source: { kind: 'iommus', isGrantDma: true, domid: 2 }, backEnd: 2 }] })],
];

const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<string | number>('/a', 'dom1', 0, 1, 2, 4, 8, 4096, 0x20_0000, 0x4000_0000, 0x4080_0000, 0x4200_0000) },
  { weight: 1, arbitrary: fc.constantFrom<string | number>('', 'x', '__proto__', -1, -4096, 0.5, Number.NaN, Infinity, 2 ** 31, 2 ** 32, 2 ** 48, 2 ** 53, 1e300) },
);

describe.each(MAKERS)('%s as a hypervisor', (_, make) => {
  it('boots, and has operations with one name and a sentence each', () => {
    const h = make();
    expect(h.boot()).toMatchObject({ ok: true });
    const names = h.operations.map((o) => o.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { text } of h.operations) expect(text).toMatch(/^[A-Z`].*\.$/);
    expect(h.perform('no such thing', {})).toEqual({ ok: false, text: 'no operation no such thing' });
    const needy = h.operations.find((o) => o.parameters.length > 0)!;
    expect(h.perform(needy.name, {})).toEqual({ ok: false, text: `${needy.name} needs ${needy.parameters[0]!}` });
  });

  it('answers any values, and goes back over all that came of them', () => {
    const names = make().operations.map((o) => o.name);
    const actions = fc.array(fc.tuple(fc.constantFrom(...names), fc.array(value, { minLength: 8, maxLength: 8 })), { minLength: 20, maxLength: 40 });
    fc.assert(fc.property(actions, (list) => {
      const h = make();
      h.boot();
      const { machine } = h.runtime;
      const { hash } = machine;
      const { position } = machine.history;
      for (const [name, given] of list) {
        const operation = h.operations.find((o) => o.name === name)!;
        const values: OperationValues = Object.fromEntries(operation.parameters.map((p, i) => [p, p === 'device' && i < 4 ? '/a' : given[i]!]));
        expect(typeof h.perform(name, values).text).toBe('string');
      }
      machine.history.seek(position);
      expect(machine.hash).toBe(hash);
    }), { numRuns: 25 });
  });
});
