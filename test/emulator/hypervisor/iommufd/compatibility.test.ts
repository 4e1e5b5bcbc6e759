import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPATIBILITY, incompatibilities, type Relation } from '../../../../emulator/hypervisor/iommufd/compatibility.ts';
import { CAPABILITIES, hardwareInfo, promisedInfo } from '../../../../emulator/hypervisor/iommufd/hardwareInfo.ts';
import { tailoredIds } from '../../../../emulator/hypervisor/iommufd/tailor.ts';
import { encode, fieldNamed, PRESETS, registerNamed, setField, validateIds, type IdRegisters } from '../../../../emulator/index.ts';

const HOST = PRESETS['mmu-700'];

/** The registers with one field changed. */
function changed(ids: IdRegisters, rule: { register: string; field: string }, value: number): IdRegisters {
  const words = Uint32Array.from([ids[rule.register as 'IDR0'], 0]);
  setField(words, fieldNamed(registerNamed(rule.register)!.layout, rule.field)!, { hi: 0, lo: value });
  return { ...ids, [rule.register]: words[0]! };
}

/** Values that break a relation against a host value, and one that keeps it. */
const BREAKING: Partial<Record<Relation, (host: number) => { host: number; bad: number; good: number }>> = {
  'must be 0': (h) => ({ host: h, bad: 1, good: 0 }),
  'must be 1': (h) => ({ host: h, bad: 0, good: 1 }),
  'at most the host': () => ({ host: 0, bad: 1, good: 0 }),
  'equal to the host': () => ({ host: 1, bad: 0, good: 1 }),
  'within the host': () => ({ host: 2, bad: 1, good: 2 }),
  'as the host walks': () => ({ host: 2, bad: 3, good: 2 }),
};

describe('guest and host ID registers', () => {
  const options = { checks: 'architecture', isFaultCapable: true, hasAtsDevice: true } as const;
  const virtual = tailoredIds(HOST, options);

  it.each(COMPATIBILITY.filter((r) => r.relation !== 'free'))('$register.$field $relation', (rule) => {
    const values = BREAKING[rule.relation]!(1);
    const host = changed(HOST, rule, values.host);
    const fits = incompatibilities(changed(virtual, rule, values.good), host, options).filter((f) => f.rule === rule);
    const breaks = incompatibilities(changed(virtual, rule, values.bad), host, options).filter((f) => f.rule === rule);
    expect(fits).toEqual([]);
    expect(breaks).toMatchObject([{ severity: rule.severity ?? 'fails', virtual: values.bad, host: values.host }]);
    expect(breaks[0]!.sentence).toContain(rule.field);
  });

  it.each([
    { field: 'SIDSIZE', register: 'IDR1', value: 30 }, { field: 'ST_LEVEL', register: 'IDR0', value: 0 }, { field: 'GRAN16K', register: 'IDR5', value: 0 },
  ])('QEMU refuses $field = $value, which would work', ({ field, register, value }) => {
    const asked = changed(virtual, { register, field }, value);
    expect(incompatibilities(asked, HOST, options)).toEqual([]);
    expect(incompatibilities(asked, HOST, { ...options, checks: 'qemu' })).toMatchObject([{ severity: 'refused by the VMM' }]);
  });

  it('hides stalls without somebody who answers, and ATS without a device that has it', () => {
    const found = incompatibilities(virtual, HOST, { checks: 'architecture' });
    expect(found.map((f) => f.rule.field)).toEqual(['STALL_MODEL', 'ATS']);
  });

  it('finds the emulated SMMU of QEMU unfit for acceleration, and says where', () => {
    const found = incompatibilities(PRESETS['qemu-virt'], HOST, { checks: 'qemu' });
    expect(found.map((f) => f.rule.field)).toEqual(['S2P', 'VMID16', 'TERM_MODEL']);
  });

  it('tailors registers that fit, for any host that can nest', () => {
    const host = fc.record({
      IDR0: fc.record({
        ASID16: fc.constantFrom(0, 1), CD2L: fc.constantFrom(0, 1), TTENDIAN: fc.constantFrom(0, 2, 3), TTF: fc.constantFrom(2, 3), HTTU: fc.constantFrom(0, 2), BTM: fc.constantFrom(0, 1), SEV: fc.constantFrom(0, 1),
        STALL_MODEL: fc.constantFrom(0, 1, 2), TERM_MODEL: fc.constantFrom(0, 1), ATS: fc.constantFrom(0, 1), ST_LEVEL: fc.constant(1), S1P: fc.constant(1), S2P: fc.constant(1), VMID16: fc.constant(1),
      }),
      IDR1: fc.record({ SIDSIZE: fc.integer({ min: 7, max: 32 }), SSIDSIZE: fc.integer({ min: 0, max: 20 }), CMDQS: fc.constant(10), EVENTQS: fc.constant(10) }),
      IDR3: fc.record({ RIL: fc.constantFrom(0, 1), BBML: fc.constantFrom(0, 1, 2), HAD: fc.constant(1), XNX: fc.constant(1) }),
      IDR5: fc.record({ OAS: fc.integer({ min: 0, max: 6 }), GRAN4K: fc.constant(1), GRAN16K: fc.constantFrom(0, 1), GRAN64K: fc.constantFrom(0, 1), VAX: fc.constantFrom(0, 1) }),
    }).map((all) => ({
      ...Object.fromEntries(Object.entries(all).map(([name, values]) => [name, encode(registerNamed(name)!.layout, values)[0]!])), AIDR: 2,
    }) as unknown as IdRegisters);
    const given = fc.record({ isFaultCapable: fc.boolean(), hasAtsDevice: fc.boolean(), ssidSize: fc.integer({ min: 0, max: 20 }), sidSize: fc.integer({ min: 7, max: 32 }) });
    fc.assert(fc.property(host, given, (ids, choice) => {
      const made = tailoredIds(ids, choice);
      expect(incompatibilities(made, ids, { checks: 'architecture', ...choice })).toEqual([]);
      expect(incompatibilities(made, ids, { checks: 'qemu', ...choice })).toEqual([]);
      expect(validateIds(made)).toEqual([]);
    }), { numRuns: 300 });
  });
});

describe('hardware information', () => {
  it('gives raw registers, and what of them is promised', () => {
    const info = hardwareInfo(HOST, { isSendTwice: true }, { hasAts: true, hasPasidExecute: true });
    expect(info).toMatchObject({ type: 2, flags: 1, idr: [HOST.IDR0, HOST.IDR1, 0, HOST.IDR3, 0, HOST.IDR5], iidr: HOST.IIDR, aidr: 2, capabilities: CAPABILITIES.pasidExecute });
    expect(promisedInfo({ ...info, idr: [0xffff_ffff, 0xffff_ffff, 0, 0xffff_ffff, 0, 0xffff_ffff] })).toEqual({ IDR0: 0x1f68_101e, IDR1: 0x7ff, IDR3: 0x1c00, IDR5: 0xcf0 });
  });

  it('says that a device has no ATS', () => {
    expect(hardwareInfo(HOST).capabilities).toBe(CAPABILITIES.atsUnsupported);
    expect(hardwareInfo(HOST, { hasDirtyTracking: true }, { hasAts: true, hasPasidPrivileged: true })).toMatchObject({ flags: 0, capabilities: 5 });
  });
});
