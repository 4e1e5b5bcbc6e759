import { describe, expect, it } from 'vitest';
import {
  ATS_REQUEST, COMPLETER_ABORT, encode, INSTRUCTION, OK, PRESETS, PRI_RECORD, READ, requestOf, Response, TRANSLATED, u64, UNSUPPORTED, WRITE,
  type FieldInput, type U64,
} from '../../../emulator/index.ts';
import { DATA, PAGE, PAGE2, PRIQ, Rig, S1, S2 } from '../rig.ts';

const VA = 0x12_3456_7000;
const IPA = 0x10_0000_0000;

function send(rig: Rig, kind: number, address: number | U64, access: number | { access: number; sid: number }): Response {
  const response = new Response();
  const who = typeof access === 'number' ? { access, sid: 1 } : access;
  const request = requestOf({ ...who, address: typeof address === 'number' ? u64(Math.floor(address / 2 ** 32), address) : address });
  request.kind = kind;
  rig.smmu.translate(request, response);
  return response;
}

const ask = (rig: Rig, address: number, access: number): [number, number, number] => {
  const r = send(rig, ATS_REQUEST, address, access);
  return [r.status, r.permissions, r.permissions === 0 ? 0 : (r.hi >>> 0) * 2 ** 32 + (r.lo >>> 0)];
};

function rigWith(ste: FieldInput = {}, cd: FieldInput = {}): Rig {
  const rig = new Rig();
  rig.stage1(1, cd, { EATS: 1, ...ste });
  rig.map(S1, VA, DATA);
  return rig;
}

describe('ATS translation requests', () => {
  it('grant what is asked for and allowed', () => {
    const rig = rigWith();
    expect(ask(rig, VA, READ | WRITE)).toEqual([OK, READ | WRITE, DATA]);
    expect(ask(rig, VA, READ)).toEqual([OK, READ, DATA]);
    rig.map(S1, VA + 0x1000, DATA, { low: PAGE | 0x80 });
    expect(ask(rig, VA + 0x1000, READ | WRITE)).toEqual([OK, READ, DATA]);
    expect(ask(rig, VA + 0x1000, READ | INSTRUCTION)).toEqual([OK, READ | INSTRUCTION, DATA]);
    rig.map(S1, VA + 0x2000, DATA, { low: PAGE & ~0x40 });
    expect(ask(rig, VA + 0x2000, READ | WRITE | INSTRUCTION)).toEqual([OK, 0, 0]);
    expect(rig.events()).toEqual([]);
  });

  it('a clean page becomes dirty only when writing is asked for', () => {
    const rig = rigWith({}, { HA: 1, HD: 1 });
    const at = rig.map(S1, VA, DATA, { low: PAGE | 0x80, high: 1 << 19 });
    expect(ask(rig, VA, READ)).toEqual([OK, READ, DATA]);
    expect(rig.load(at).lo & 0x80).toBe(0x80);
    expect(ask(rig, VA, READ | WRITE)).toEqual([OK, READ | WRITE, DATA]);
    expect(rig.load(at).lo & 0x80).toBe(0);
  });

  it('nothing mapped is a success without permissions', () => {
    const rig = rigWith();
    expect(ask(rig, VA + 0x1000, READ)).toEqual([OK, 0, 0]);
    expect(rig.events()).toEqual([]);
  });

  it.each([
    ['EATS 0', { EATS: 0 }, UNSUPPORTED, 1], ['EATS 3 without DPT', { EATS: 3 }, UNSUPPORTED, 1], ['bypass', { Config: 4 }, UNSUPPORTED, 1], ['abort', { Config: 0 }, UNSUPPORTED, 0],
    ['V 0', { V: 0 }, COMPLETER_ABORT, 0], ['no CD', { S1ContextPtr: 0x80_0000_0000 }, COMPLETER_ABORT, 0],
  ] as [string, FieldInput, number, number][])('%s', (_, ste, status, events) => {
    const rig = rigWith(ste);
    expect(ask(rig, VA, READ | WRITE)[0]).toBe(status);
    const records = rig.events();
    expect(records).toHaveLength(events);
    if (events > 0) expect(records[0]).toMatchObject({ name: 'F_BAD_ATS_TREQ', R: 1, W: 1, X: 0, P: 0, InputAddr: VA });
  });

  it('errors of configuration are recorded with REC_CFG_ATS', () => {
    const rig = rigWith({ V: 0 });
    rig.reg(0x20, 0xc);
    rig.reg(0x2c, 0xa);
    rig.reg(0x20, 0xd);
    expect(ask(rig, VA, READ)[0]).toBe(COMPLETER_ABORT);
    expect(send(rig, ATS_REQUEST, VA, { access: READ, sid: 999 }).status).toBe(COMPLETER_ABORT);
    expect(rig.events()).toMatchObject([{ name: 'C_BAD_STE' }, { name: 'C_BAD_STREAMID' }]);
  });

  it('off, and without ATS at all', () => {
    const rig = rigWith();
    rig.reg(0x20, 0xc);
    expect(ask(rig, VA, READ)[0]).toBe(UNSUPPORTED);
    expect(rig.events()).toMatchObject([{ name: 'F_BAD_ATS_TREQ' }]);
    const qemu = new Rig({ model: 'qemu-virt' });
    expect(send(qemu, ATS_REQUEST, VA, READ).status).toBe(UNSUPPORTED);
  });

  it('both stages, and split stage', () => {
    const rig = new Rig();
    rig.nested(1, {}, { EATS: 1 });
    rig.identity();
    rig.map(S1, VA, IPA);
    rig.map(S2, IPA, DATA, { low: PAGE2 & ~0x80 });
    expect(ask(rig, VA, READ | WRITE)).toEqual([OK, READ, DATA]);
    rig.nested(1, {}, { EATS: 2 });
    rig.cmd('CFGI_STE', { StreamID: 1 });
    expect(ask(rig, VA, READ)[0]).toBe(UNSUPPORTED);
    rig.reg(0x20, 0x1d);
    expect(ask(rig, VA, READ | WRITE)).toEqual([OK, READ | WRITE, IPA]);
    rig.cmd('TLBI_NSNH_ALL');
    expect(ask(rig, VA, READ | WRITE)).toEqual([OK, READ | WRITE, IPA]);
  });
});

describe('translated traffic', () => {
  const pass = (rig: Rig, address: number | U64, access = READ): number | string => {
    const r = send(rig, TRANSLATED, address, access);
    return r.status === OK ? (r.hi >>> 0) * 2 ** 32 + (r.lo >>> 0) : 'abort';
  };

  it('passes unchecked without ATSCHK', () => {
    const rig = rigWith({ V: 0 });
    expect(pass(rig, DATA)).toBe(DATA);
    expect(pass(rig, u64(0x10_0000, 0))).toBe('abort');
  });

  it.each([
    ['EATS 1', { EATS: 1 }, DATA, []], ['EATS 0', { EATS: 0 }, 'abort', ['F_TRANSL_FORBIDDEN']], ['bypass', { Config: 4 }, 'abort', ['F_TRANSL_FORBIDDEN']],
    ['abort', { Config: 0 }, 'abort', []], ['V 0', { V: 0 }, 'abort', []],
  ] as [string, FieldInput, number | string, string[]][])('with ATSCHK: %s', (_, ste, result, events) => {
    const rig = rigWith(ste);
    rig.reg(0x20, 0x1d);
    expect(pass(rig, DATA)).toBe(result);
    expect(rig.events().map((e) => e['name'])).toEqual(events);
  });

  it('split stage: stage 2 applies, and its faults are ordinary', () => {
    const rig = new Rig();
    rig.nested(1, {}, { EATS: 2 });
    rig.identity();
    rig.map(S2, IPA, DATA, { low: PAGE2 & ~0x80 });
    rig.reg(0x20, 0x1d);
    expect(pass(rig, IPA + 8)).toBe(DATA + 8);
    expect(pass(rig, IPA, WRITE)).toBe('abort');
    expect(pass(rig, IPA + 2 ** 40)).toBe('abort');
    expect(rig.events()).toMatchObject([{ name: 'F_PERMISSION', S2: 1, IPA }, { name: 'F_TRANSLATION', S2: 1 }]);
  });

  it('is forbidden while the SMMU is off', () => {
    const rig = rigWith();
    rig.reg(0x20, 0xc);
    expect(pass(rig, DATA + 4, WRITE)).toBe('abort');
    expect(rig.events()).toMatchObject([{ name: 'F_TRANSL_FORBIDDEN', StreamID: 1, RnW: 0, InputAddr: DATA + 4 }]);
  });
});

describe('devices with an ATC', () => {
  const access = (rig: Rig, address: number, kind = READ, ssid?: number): [string, number | string] => {
    const response = new Response();
    const path = rig.smmu.deviceAccess(requestOf({ sid: 1, ssid, address: u64(Math.floor(address / 2 ** 32), address), access: kind }), response);
    return [path, response.status === OK ? (response.hi >>> 0) * 2 ** 32 + (response.lo >>> 0) : 'abort'];
  };

  it('keep translations until they are invalidated', () => {
    const rig = rigWith();
    expect([access(rig, VA + 4), access(rig, VA + 8)]).toEqual([['requested', DATA + 4], ['cached', DATA + 8]]);
    rig.map(S1, VA, 0x1_0000_0000);
    rig.cmd('TLBI_NSNH_ALL');
    expect(access(rig, VA)).toEqual(['cached', DATA]);
    rig.cmd('ATC_INV', { StreamID: 2, Size: 52 });
    rig.cmd('ATC_INV', { StreamID: 1, SSV: 1, SubstreamID: 3, Size: 52 });
    rig.cmd('ATC_INV', { StreamID: 1, Address: VA + 0x1000 });
    expect(access(rig, VA)).toEqual(['cached', DATA]);
    rig.cmd('ATC_INV', { StreamID: 1, Address: VA });
    expect(access(rig, VA)).toEqual(['requested', 0x1_0000_0000]);
  });

  it('ranges are aligned to their size; Global spans SubstreamIDs', () => {
    const rig = rigWith({ S1CDMax: 1, S1DSS: 2 });
    rig.cd(0x4400_1040, { ASID: 4 });
    for (const ssid of [undefined, 1]) access(rig, VA, READ, ssid);
    rig.cmd('ATC_INV', { StreamID: 1, Address: VA - 0x7000, Size: 3 });
    expect([access(rig, VA)[0], access(rig, VA, READ, 1)[0]]).toEqual(['requested', 'cached']);
    rig.cmd('ATC_INV', { StreamID: 1, Size: 52, Global: 1 });
    expect([access(rig, VA)[0], access(rig, VA, READ, 1)[0]]).toEqual(['requested', 'requested']);
  });

  it('ask again for what they may not yet do', () => {
    const rig = rigWith();
    rig.map(S1, VA, DATA, { low: PAGE | 0x80 });
    expect([access(rig, VA), access(rig, VA, WRITE)]).toEqual([['requested', DATA], ['no permission', DATA]]);
    rig.ste(1, { V: 0 });
    rig.cmd('CFGI_STE', { StreamID: 1 });
    expect(access(rig, VA)[0]).toBe('refused');
  });

  it('blocks are held whole', () => {
    const rig = rigWith();
    rig.map(S1, 0x4000_0000, 0x4000_0000 * 4, { level: 1, low: PAGE & ~2 });
    expect([access(rig, 0x4000_0000), access(rig, 0x7fff_fff8)]).toEqual([['requested', 2 ** 32], ['cached', 2 ** 32 + 0x3fff_fff8]]);
  });

  it('one that does not answer makes CMD_SYNC fail', () => {
    const rig = rigWith();
    access(rig, VA);
    rig.smmu.parts.atc.setResponsive(1, false);
    rig.cmd('ATC_INV', { StreamID: 1, Size: 52 });
    expect(rig.cmdqError).toBe(0);
    rig.cmd('SYNC');
    expect([rig.cmdqError, rig.get(0x60)]).toEqual([3, 1]);
    rig.reg(0x64, 1);
    expect(rig.cmdqError).toBe(0);
    rig.smmu.parts.atc.setResponsive(1, true);
    rig.cmd('ATC_INV', { StreamID: 1, Size: 52 });
    rig.cmd('SYNC');
    expect([rig.cmdqError, access(rig, VA)[0]]).toEqual([0, 'requested']);
  });

  it('ATC_INV does nothing while the SMMU is off', () => {
    const rig = rigWith();
    access(rig, VA);
    rig.reg(0x20, 0xc);
    rig.cmd('ATC_INV', { StreamID: 1, Size: 52 });
    rig.reg(0x20, 0xd);
    expect([rig.cmdqError, access(rig, VA)[0]]).toEqual([0, 'cached']);
  });
});

describe('PRI queue', () => {
  const page = (fields: FieldInput = {}): Int32Array =>
    Int32Array.from(encode(PRI_RECORD, { StreamID: 1, Read: 1, Last: 1, PRGIndex: 3, PageAddr: VA, ...fields }));

  function priRig(): Rig {
    const rig = rigWith({ PPAR: 1 });
    rig.reg(0x20, 0xf);
    rig.reg(0x50, 2);
    return rig;
  }

  it('takes requests, and interrupts when it stops being empty', () => {
    const rig = priRig();
    expect([rig.smmu.pageRequest(page()), rig.smmu.pageRequest(page({ PRGIndex: 4 }))]).toEqual(['written', 'written']);
    expect([rig.get(0x100c8), rig.smmu.parts.interrupts.counts.pri]).toEqual([2, 1]);
    expect(rig.load(PRIQ + 24)).toEqual(u64(Math.floor(VA / 2 ** 32), VA + 4));
  });

  it('or at the end of a group with LO', () => {
    const rig = priRig();
    rig.reg(0x50, 0);
    rig.reg(0xdc, 0x8000_0000);
    rig.reg(0x50, 2);
    rig.smmu.pageRequest(page({ Last: 0 }));
    expect(rig.smmu.parts.interrupts.counts.pri).toBe(0);
    rig.smmu.pageRequest(page());
    rig.smmu.pageRequest(page());
    expect(rig.smmu.parts.interrupts.counts.pri).toBe(2);
  });

  it('an overflow stops it until it is acknowledged', () => {
    const rig = priRig();
    for (let i = 0; i < 8; i++) rig.smmu.pageRequest(page());
    expect(rig.smmu.pageRequest(page({ Last: 0 }))).toBe('dropped');
    expect(rig.get(0x100c8)).toBe(0x8000_0008);
    rig.reg(0x100cc, 8);
    expect(rig.smmu.pageRequest(page())).toBe('success');
    expect(rig.get(0x100c8)).toBe(0x8000_0008);
    rig.reg(0x100cc, 0x8000_0008);
    expect(rig.smmu.pageRequest(page())).toBe('written');
    expect(rig.get(0x100c8)).toBe(0x8000_0009);
  });

  it('automatic answers with a PASID need an STE, unless PPS; stop markers get none', () => {
    const fill = (rig: Rig): void => { for (let i = 0; i < 9; i++) rig.smmu.pageRequest(page()); };
    const rig = new Rig({ model: { ...PRESETS['v3.3-full'], IDR3: 0x7714 } });
    rig.stage1(1, {}, { EATS: 1, PPAR: 1 });
    rig.reg(0x20, 0xf);
    fill(rig);
    expect(rig.smmu.pageRequest(page({ SSV: 1, SubstreamID: 4 }))).toBe('success');
    expect(rig.smmu.pageRequest(page({ SSV: 1, SubstreamID: 4, StreamID: 9 }))).toBe('failure');
    expect(rig.smmu.pageRequest(page({ SSV: 1, SubstreamID: 4, Read: 0 }))).toBe('dropped');
    const pps = priRig();
    fill(pps);
    expect(pps.smmu.pageRequest(page({ SSV: 1, StreamID: 9 }))).toBe('success');
  });

  it.each([['off', 0xd], ['SMMU off', 0xe]])('fails while %s', (_, cr0) => {
    const rig = priRig();
    rig.reg(0x20, cr0);
    expect(rig.smmu.pageRequest(page())).toBe('failure');
  });

  it('no memory is a global error', () => {
    const rig = rigWith();
    rig.reg(0xc0, 0x80_0000_0003, 8);
    rig.reg(0x20, 0xf);
    expect([rig.smmu.pageRequest(page()), rig.get(0x60), rig.smmu.pageRequest(page())]).toEqual(['failure', 8, 'failure']);
  });

  it('CMD_PRI_RESP reaches the device', () => {
    const rig = priRig();
    const answers: number[][] = [];
    rig.smmu.onPageResponse = (words) => answers.push([...words]);
    rig.cmd('PRI_RESP', { StreamID: 0x100, SSV: 1, SubstreamID: 5, PRGIndex: 3, Resp: 2 });
    expect(answers).toEqual([[0x5841, 0x100, 0x2003, 0]]);
  });
});
