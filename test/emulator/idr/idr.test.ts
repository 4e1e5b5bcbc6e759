import { describe, expect, it } from 'vitest';
import { encode, featuresOf, numbers, PRESETS, registerNamed, validateIds, type IdRegisters, type PresetName } from '../../../emulator/index.ts';

function withFields(base: IdRegisters, register: 'IDR0' | 'IDR1' | 'IDR3' | 'IDR5' | 'AIDR', fields: Record<string, number>): IdRegisters {
  const { layout } = registerNamed(register)!;
  return { ...base, [register]: encode(layout, { ...numbers(layout, [base[register]]), ...fields })[0]! };
}

describe('ID registers', () => {
  it.each(Object.keys(PRESETS) as PresetName[])('%s is consistent', (name) => {
    expect(validateIds(PRESETS[name])).toEqual([]);
  });

  it('QEMU has the values of its virt machine', () => {
    expect(PRESETS['qemu-virt']).toMatchObject({ IDR0: 0x0d44101b, IDR1: 0x02730010, IDR3: 0x1414, IDR5: 0x74, AIDR: 1, gbpaReset: 0x1000 });
    expect(featuresOf(PRESETS['qemu-virt'])).toMatchObject({ s1p: true, s2p: true, oas: 44, ias: 44, sidSize: 16, ssidSize: 0, stallModel: 1, termModel: true, ril: true, xnx: true, had: true, fwb: false, minor: 1 });
    expect(featuresOf(PRESETS['qemu-virt-s1'])).toMatchObject({ s1p: true, s2p: false });
    expect(featuresOf(PRESETS['qemu-virt-s2'])).toMatchObject({ s1p: false, s2p: true });
  });

  it('AArch32 tables widen the input of stage 2 to 40 bits', () => {
    expect(featuresOf(withFields(withFields(PRESETS['mmu-600'], 'IDR5', { OAS: 1 }), 'IDR0', { TTF: 3 })).ias).toBe(40);
  });

  const full = PRESETS['v3.3-full'];
  const old = PRESETS['v3.0-minimal'];
  const broken: [text: string, ids: IdRegisters][] = [
    ['S1P nor S2P', withFields(full, 'IDR0', { S1P: 0, S2P: 0, Hyp: 0, VMW: 0 })], ['TTF', withFields(full, 'IDR0', { TTF: 0 })], ['TTENDIAN', withFields(full, 'IDR0', { TTENDIAN: 1 })],
    ['STALL_MODEL', withFields(full, 'IDR0', { STALL_MODEL: 3 })], ['ST_LEVEL', withFields(full, 'IDR0', { ST_LEVEL: 2 })], ['Hyp needs', withFields(full, 'IDR0', { S2P: 0, VMW: 0 })],
    ['PRI needs', withFields(full, 'IDR0', { ATS: 0, ATSRECERR: 0 })], ['ATSRECERR needs', withFields(full, 'IDR0', { ATS: 0, PRI: 0 })], ['VMW needs', withFields(full, 'IDR0', { S2P: 0, Hyp: 0, VMW: 1 })],
    ['HTTU', withFields(full, 'IDR0', { HTTU: 3 })], ['SIDSIZE is above', withFields(full, 'IDR1', { SIDSIZE: 33 })], ['two-level', withFields(old, 'IDR1', { SIDSIZE: 7 })],
    ['SSIDSIZE', withFields(full, 'IDR1', { SSIDSIZE: 21 })], ['larger than', withFields(full, 'IDR1', { CMDQS: 20 })], ['ECMDQ', withFields(full, 'IDR1', { ECMDQ: 1 })],
    ['PRESET', withFields(full, 'IDR1', { QUEUES_PRESET: 1 })], ['56 bits', withFields(full, 'IDR5', { OAS: 7 })], ['DS', withFields(full, 'IDR5', { DS: 1 })], ['VAX', withFields(full, 'IDR5', { VAX: 2 })],
    ['granule', withFields(full, 'IDR5', { GRAN4K: 0, GRAN16K: 0, GRAN64K: 0 })], ['STALL_MAX', withFields(full, 'IDR5', { STALL_MAX: 0 })], ['STALL_MAX', withFields(old, 'IDR5', { STALL_MAX: 4 })],
    ['XNX', withFields(full, 'IDR3', { XNX: 0 })], ['HAD', withFields(full, 'IDR3', { HAD: 0 })], ['RIL is mandatory', withFields(full, 'IDR3', { RIL: 0 })], ['BBML', withFields(full, 'IDR3', { BBML: 0 })],
    ['Hyp is mandatory', withFields(full, 'IDR0', { Hyp: 0 })], ['E0PD and PTWNNC', withFields(full, 'IDR3', { E0PD: 0 })], ['may not appear before v3.2', withFields(full, 'AIDR', { ArchMinorRev: 1 })],
    ['may not appear before v3.1', withFields(full, 'AIDR', { ArchMinorRev: 0 })], ['above v3.3', withFields(full, 'AIDR', { ArchMinorRev: 4 })],
  ];
  it.each(broken)('notices: %s', (text, ids) => {
    expect(validateIds(ids).some((problem) => problem.includes(text)), validateIds(ids).join('; ')).toBe(true);
  });
});
