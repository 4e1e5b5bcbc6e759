import { describe, expect, it } from 'vitest';
import { INSTRUCTION, PRIVILEGED, READ, WRITE, type FieldInput } from '../../../emulator/index.ts';
import { DATA, PAGE2, Rig, S1, S2 } from '../rig.ts';

const VA = 0x12_3456_7000;
const UXN = 1 << 22;
const PXN = 1 << 21;
const KINDS = { ur: READ, uw: WRITE, ux: READ | INSTRUCTION, pr: READ | PRIVILEGED, pw: WRITE | PRIVILEGED, px: READ | INSTRUCTION | PRIVILEGED };

/** Which accesses pass, as the letters of KINDS. */
function allowed(rig: Rig, sid = 1): string {
  return Object.entries(KINDS).filter(([, access]) => rig.at(sid, VA, access) !== 'F_PERMISSION').map(([name]) => name).join(' ');
}

// AP[2:1], execute-never bits, CD fields, table bits, and what passes.
const CASES: [name: string, ap: number, xn: number, cd: FieldInput, table: number, pass: string][] = [
  ['AP 00', 0, 0, {}, 0, 'ux pr pw px'],
  ['AP 01', 1, 0, {}, 0, 'ur uw ux pr pw'],
  ['AP 10', 2, 0, {}, 0, 'ux pr px'],
  ['AP 11', 3, 0, {}, 0, 'ur ux pr px'],
  ['UXN', 3, UXN, {}, 0, 'ur pr px'],
  ['PXN', 3, PXN, {}, 0, 'ur ux pr'],
  ['WXN, writable', 1, 0, { WXN: 1 }, 0, 'ur uw pr pw'],
  ['WXN, privileged writable', 0, 0, { WXN: 1 }, 0, 'ux pr pw'],
  ['WXN, read-only', 3, 0, { WXN: 1 }, 0, 'ur ux pr px'],
  ['PAN on an unprivileged page', 1, 0, { PAN: 1 }, 0, 'ur uw ux'],
  ['PAN on a privileged page', 0, 0, { PAN: 1 }, 0, 'ux pr pw px'],
  ['PAN, read-only: execution stays', 3, 0, { PAN: 1 }, 0, 'ur ux px'],
  ['APTable 01', 1, 0, {}, 1 << 29, 'ux pr pw px'],
  ['APTable 10', 1, 0, {}, 2 << 29, 'ur ux pr px'],
  ['APTable 11', 1, 0, {}, 3 << 29, 'ux pr px'],
  ['APTable with HAD0', 1, 0, { HAD0: 1 }, 3 << 29, 'ur uw ux pr pw'],
  ['UXNTable', 3, 0, {}, 1 << 28, 'ur pr px'],
  ['PXNTable', 3, 0, {}, 1 << 27, 'ur ux pr'],
  ['PXNTable and UXNTable with HAD0', 3, 0, { HAD0: 1 }, 3 << 27, 'ur ux pr px'],
];

describe.each(['none', 'architecture'] as const)('stage-1 permissions, caches %s', (policy) => {
  it.each(CASES)('%s', (...[, ap, xn, cd, table, pass]) => {
    const rig = new Rig({ policy });
    rig.stage1(1, cd);
    rig.map(S1, VA, DATA, { low: 0xf03 | (ap << 6), high: xn });
    const level0 = S1 + Math.floor(VA / 2 ** 39) * 8;
    const old = rig.load(level0);
    rig.store(level0, { hi: (old.hi | table) >>> 0, lo: old.lo });
    expect(allowed(rig)).toBe(pass);
    expect(allowed(rig)).toBe(pass);
  });

  it('EL2 knows one privilege, and XN', () => {
    const rig = new Rig({ policy });
    rig.stage1(1, {}, { STRW: 2 });
    rig.map(S1, VA, DATA, { low: 0xf03 | (2 << 6) });
    expect(allowed(rig)).toBe('ur ux pr px');
    rig.map(S1, VA, DATA, { low: 0xf03, high: UXN });
    rig.cmd('TLBI_EL2_ALL');
    expect(allowed(rig)).toBe('ur uw pr pw');
    rig.map(S1, VA, DATA, { low: 0xf03, high: PXN });
    rig.cmd('TLBI_EL2_ALL');
    expect(allowed(rig)).toBe('ur uw ux pr pw px');
  });
});

const STAGE2: [s2ap: number, xn: number, pass: string][] = [
  [0, 0, 'ux px'], [1, 0, 'ur ux pr px'], [2, 0, 'uw ux pw px'], [3, 0, 'ur uw ux pr pw px'],
  [3, 1, 'ur uw ux pr pw'], [3, 2, 'ur uw pr pw'], [3, 3, 'ur uw pr pw px'],
];

describe.each(['none', 'architecture'] as const)('stage-2 permissions, caches %s', (policy) => {
  it.each(STAGE2)('S2AP %i, XN %i', (s2ap, xn, pass) => {
    const rig = new Rig({ policy });
    rig.stage2(1);
    rig.map(S2, VA, DATA, { low: (PAGE2 & ~0xc0) | (s2ap << 6), high: xn << 21 });
    expect(allowed(rig)).toBe(pass);
    expect(allowed(rig)).toBe(pass);
  });

  it.each([[0, 'ur uw ux pr pw px'], [1, 'ur uw ux pr pw px'], [2, 'ur uw pr pw'], [3, 'ur uw pr pw']])('without XNX the upper bit alone forbids execution: XN %i', (xn, pass) => {
    const rig = new Rig({ policy, model: { IDR0: 0x0800_000b, IDR1: 0x0273_0010, IDR3: 0, IDR5: 0x0010_0075, AIDR: 0 } });
    rig.stage2(1);
    rig.map(S2, VA, DATA, { low: PAGE2, high: xn << 21 });
    expect(allowed(rig)).toBe(pass);
    expect(allowed(rig)).toBe(pass);
  });

  it('an atomic needs both permissions', () => {
    const rig = new Rig({ policy });
    rig.stage1(1);
    rig.map(S1, VA, DATA, { low: 0xfc3 });
    expect(rig.at(1, VA, READ)).toBe(DATA);
    expect(rig.at(1, VA, READ | WRITE)).toBe('F_PERMISSION');
    expect(rig.events()).toMatchObject([{ RnW: 0 }]);
  });

  it('stage 1 is judged before stage 2', () => {
    const rig = new Rig({ policy });
    rig.nested(1);
    rig.identity();
    rig.map(S1, VA, DATA, { low: 0xfc3 });
    expect(rig.at(1, VA, WRITE)).toBe('F_PERMISSION');
    expect(rig.events()).toMatchObject([{ S2: 0, CLASS: 2, IPA: 0 }]);
    rig.map(S2, DATA, DATA, { low: PAGE2 & ~0x80 });
    rig.map(S1, VA, DATA);
    rig.cmd('TLBI_NH_ALL', { VMID: 7 });
    for (let round = 0; round < 2; round++) {
      expect(rig.at(1, VA + 0x123, READ)).toBe(DATA + 0x123);
      expect(rig.at(1, VA + 0x123, WRITE)).toBe('F_PERMISSION');
      expect(rig.events()).toMatchObject([{ S2: 1, CLASS: 2, IPA: DATA, InputAddr: VA + 0x123, RnW: 0 }]);
    }
  });
});

describe('overrides of the STE', () => {
  const cases: [name: string, ste: FieldInput, pass: string][] = [
    ['none', {}, 'ux pr pw px'],
    ['PRIVCFG unprivileged', { PRIVCFG: 2 }, 'ux px'],
    ['PRIVCFG privileged', { PRIVCFG: 3 }, 'ur uw ux pr pw px'],
    ['PRIVCFG 1 is incoming', { PRIVCFG: 1 }, 'ux pr pw px'],
    ['INSTCFG data', { INSTCFG: 2 }, 'pr pw px'],
    ['INSTCFG instruction', { INSTCFG: 3 }, 'ur ux pr pw px'],
  ];
  it.each(cases)('%s', (_, ste, pass) => {
    const rig = new Rig({ policy: 'none' });
    rig.stage1(1, {}, ste);
    rig.map(S1, VA, DATA, { low: 0xf03 });
    expect(allowed(rig)).toBe(pass);
  });

  it('are recorded as they were applied', () => {
    const rig = new Rig();
    rig.stage1(1, {}, { PRIVCFG: 3, INSTCFG: 3 });
    expect(rig.at(1, VA, READ)).toBe('F_TRANSLATION');
    expect(rig.at(1, VA, WRITE | INSTRUCTION)).toBe('F_TRANSLATION');
    expect(rig.events()).toMatchObject([{ PnU: 1, InD: 1, RnW: 1 }, { PnU: 1, InD: 0, RnW: 0 }]);
  });
});
