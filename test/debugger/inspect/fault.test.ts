import { describe, expect, it } from 'vitest';
import { ATS_REQUEST, compareStes, encode, fromNumber, INSTRUCTION, PRIVILEGED, READ, requestOf, Response, STE, TRANSLATED, WRITE, type Step } from '../../../emulator/index.ts';
import type { Writer } from '../../../debugger/inspect/context.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import type { SystemDevice } from '../../../debugger/system/system.ts';
import { CDT, DATA, Rig, S1, S2, STRTAB } from '../../emulator/rig.ts';
import { play, prepare } from '../run/support.ts';
import { rigSystem } from './support.ts';

const AT = { file: 'board.dts', start: 100, end: 120 };
const LINE = { file: 'a.smmu', start: 5, end: 9 };

interface Scene {
  readonly rig: Rig;
  readonly sid?: number;
  readonly address?: number;
  readonly access?: number;
  readonly ssid?: number;
  readonly kind?: number;
  readonly devices?: readonly Partial<SystemDevice>[];
  /** Addresses that somebody wrote. */
  readonly written?: readonly number[];
}

/** The causes of the last fault of a scene that were found, and the explanation itself. */
function explain(scene: Scene) {
  const { rig, sid = 8, address = 0x1000, access = 1 } = scene;
  const steps = rig.watch();
  const request = requestOf({ sid, ssid: scene.ssid, address: fromNumber(address), access });
  request.kind = scene.kind ?? 0;
  rig.smmu.translate(request, new Response());
  const event = steps.findLast((s) => s.kind === 'event');
  const who = (at: number): Writer | undefined => (scene.written?.includes(at) === true ? { text: 'unmap', at: LINE, line: 3 } : undefined);
  const system = rigSystem(rig, { devices: scene.devices ?? [{ name: 'eth0', at: AT }], domains: [{ name: 'domd', kind: 'guest', at: AT }], owners: { eth0: 'domd' } });
  const inspector = new Inspector(system, { who });
  const result = event === undefined
    ? inspector.explainFault({ smmu: 0, stream: { smmu: 0, sid, ssid: undefined }, address: fromNumber(address), access })
    : inspector.explainFault({ smmu: 0, record: event.words });
  return { result, found: result.causes.filter((c) => c.isFound) };
}

function stage1(): Rig {
  const rig = new Rig();
  rig.stage1(8);
  rig.map(S1, 0x1000, DATA);
  return rig;
}

const SCENES: readonly (readonly [name: string, make: () => Scene, event: string, cause: RegExp | undefined])[] = [
  ['nothing was ever mapped', () => ({ rig: stage1(), address: 0x5000 }), 'F_TRANSLATION', /^The stage-1 level-3 descriptor of 0x5000 at 0x70002028 was never written/],
  ['somebody cleared the descriptor', () => ({ rig: stage1(), address: 0x5000, written: [0x7000_2028] }), 'F_TRANSLATION', /was written last on line 3\.$/],
  ['the descriptor does not permit it', () => {
    const rig = stage1();
    rig.map(S1, 0x1000, DATA, { low: 0xfc3 });
    return { rig, access: 2, written: [0x7000_2008] };
  }, 'F_PERMISSION', /descriptor of 0x1000 at 0x70002008 \(0x80000fc3\) was written last on line 3/],
  ['an instruction fetch where only data may be read', () => {
    const rig = stage1();
    rig.map(S1, 0x1000, DATA, { high: 0x40_0000 });
    return { rig, access: READ | INSTRUCTION, written: [0x7000_2008] };
  }, 'F_PERMISSION', /descriptor of 0x1000 at 0x70002008 \(0x40000080000f43\) was written last on line 3/],
  ['a privileged write where only reads are allowed', () => {
    const rig = stage1();
    rig.map(S1, 0x1000, DATA, { low: 0xfc3 });
    return { rig, access: WRITE | PRIVILEGED, written: [0x7000_2008] };
  }, 'F_PERMISSION', /was written last on line 3/],
  ['nobody described the stream', () => ({ rig: stage1(), sid: 10 }), 'C_BAD_STE', /^No device is described with StreamID 0xa; the nearest is eth0 with 0x8\.$/],
  ['another SMMU has the stream', () => ({ rig: stage1(), sid: 10, devices: [{ name: 'gpu', smmu: 1, sids: [10], at: AT }] }), 'C_BAD_STE', /^StreamID 0xa is described for gpu, which sits behind another SMMU\.$/],
  ['the stream table is too small', () => ({ rig: stage1(), sid: 0x999, devices: [{ name: 'eth0', sids: [0x999], at: AT }] }), 'C_BAD_STREAMID', /^The stream table has 8 StreamID bits .* from 0x100 on are outside\.$/],
  ['the STE is empty', () => ({ rig: stage1(), sid: 3, devices: [{ name: 'eth0', sids: [3] }] }), 'C_BAD_STE', /^The STE at 0x410000c0 is empty\.$/],
  ['the STE is wrong', () => {
    const rig = stage1();
    rig.ste(8, { V: 1, Config: 6 });
    return { rig, written: [STRTAB + 0x200] };
  }, 'C_BAD_STE', /^The STE at 0x41000200 was written last on line 3\.$/],
  ['the CD is wrong', () => {
    const rig = stage1();
    rig.cd(CDT + 0x8000, { V: 0 });
    return { rig, written: [CDT + 0x8000] };
  }, 'C_BAD_CD', /^The CD at 0x44008000 was written last on line 3/],
  ['the cached STE is stale', () => {
    const rig = new Rig();
    rig.ste(8, { V: 0 });
    rig.at(8, 0);
    rig.stage1(8);
    return { rig, written: [STRTAB + 0x200] };
  }, 'C_BAD_STE', /^The STE in memory differs from the cached one: CMD_CFGI_STE and CMD_SYNC are missing\. It was written last on line 3\.$/],
  ['the cached permission is stale', () => {
    const rig = stage1();
    rig.map(S1, 0x1000, DATA, { low: 0xfc3 });
    rig.at(8, 0x1000);
    rig.map(S1, 0x1000, DATA + 0x1000);
    return { rig, access: 2, written: [0x7000_2008] };
  }, 'F_PERMISSION', /^The cached translation of 0x1000 is stale: the address was mapped to 0x80001000 on line 3 without a TLB invalidation\.$/],
  ['stage 2 does not map the output', () => {
    const rig = new Rig();
    rig.stage2(8);
    rig.map(S2, 0, DATA, { low: 0x7ff });
    return { rig };
  }, 'F_TRANSLATION', /^The stage-2 level-3 descriptor of 0x1000 at 0x70002008 was never written: nothing was mapped there\. It belongs to the stage 2 of domd\.$/],
  ['substreams are off', () => ({ rig: stage1(), ssid: 3 }), 'C_BAD_SUBSTREAMID', /^Substreams are off \(STE\.S1CDMax is 0\), and the device sent a SubstreamID\.$/],
  ['the SubstreamID is too large', () => {
    const rig = new Rig();
    rig.stage1(8, {}, { S1CDMax: 2, S1DSS: 2 });
    return { rig, ssid: 9, written: [STRTAB + 0x200] };
  }, 'C_BAD_SUBSTREAMID', /^STE\.S1CDMax is 2: SubstreamIDs from 0x4 on are refused\. The STE was written last on line 3\.$/],
  ['SubstreamID 0 with S1DSS 2', () => {
    const rig = new Rig();
    rig.stage1(8, {}, { S1CDMax: 2, S1DSS: 2 });
    return { rig, ssid: 0 };
  }, 'F_STREAM_DISABLED', /^STE\.S1DSS is 2: CD 0 belongs to traffic without SubstreamID/],
  ['no SubstreamID with S1DSS 0', () => {
    const rig = new Rig();
    rig.stage1(8, {}, { S1CDMax: 2 });
    return { rig };
  }, 'F_STREAM_DISABLED', /^STE\.S1DSS is 0 with substreams on \(S1CDMax is 2\)/],
  ['ATS without EATS', () => {
    const rig = stage1();
    rig.reg(0x2c, 10);
    return { rig, kind: ATS_REQUEST };
  }, 'F_BAD_ATS_TREQ', /^STE\.EATS is 0: the device may not use ATS\.$/],
  ['translated traffic without EATS', () => {
    const rig = stage1();
    rig.reg(0x20, 0);
    rig.reg(0x20, 0x1d);
    return { rig, kind: TRANSLATED };
  }, 'F_TRANSL_FORBIDDEN', /^STE\.EATS is 0: translated transactions of the device are refused\.$/],
  ['ATS of a stream that bypasses', () => {
    const rig = new Rig();
    rig.reg(0x2c, 10);
    rig.ste(8, { Config: 4, EATS: 1 });
    return { rig, kind: ATS_REQUEST };
  }, 'F_BAD_ATS_TREQ', /^The stream bypasses translation, where ATS requests are refused\.$/],
  ['a SubstreamID without stage 1', () => {
    const rig = new Rig();
    rig.stage2(8);
    return { rig, ssid: 3 };
  }, 'C_BAD_SUBSTREAMID', /^The stream has no stage 1, so it takes no SubstreamID\.$/],
  ['a SubstreamID whose level-1 CD is not valid', () => {
    const rig = new Rig();
    rig.stage1(8, {}, { S1CDMax: 10, S1Fmt: 1, S1DSS: 2 });
    return { rig, ssid: 300 };
  }, 'C_BAD_SUBSTREAMID', /^The level-1 CD of this SubstreamID is not valid\.$/],
  ['no device is described with any stream here', () => ({ rig: stage1(), sid: 10, devices: [{ name: 'loose', smmu: undefined, sids: [] }] }), 'C_BAD_STE', /^No device is described with StreamID 0xa\.$/],
  ['the nearest of several devices', () => ({ rig: stage1(), sid: 10, devices: [{ name: 'far', sids: [0x40] }, { name: 'near', sids: [9, 0x80] }] }), 'C_BAD_STE', /the nearest is near with 0x9\.$/],
  ['the cached CD is stale, and nobody knows who wrote', () => {
    const rig = stage1();
    rig.cd(CDT + 0x8000, { V: 0 });
    rig.at(8, 0x1000);
    rig.cd(CDT + 0x8000);
    return { rig };
  }, 'C_BAD_CD', /^The CD in memory differs from the cached one: CMD_CFGI_CD and CMD_SYNC are missing\.$/],
  ['the STE aborts silently', () => {
    const rig = new Rig();
    rig.ste(8, { Config: 0 });
    return { rig, written: [STRTAB + 0x200] };
  }, 'abort', /^The STE says abort \(Config 0\): no driver has attached the device, or one has detached it\. It was written last on line 3\.$/],
  ['the SMMU is off', () => {
    const rig = new Rig();
    rig.ste(8, { Config: 0 });
    rig.reg(0x44, 0x8010_0000);
    rig.reg(0x20, 0);
    return { rig };
  }, 'abort', undefined],
  ['no level-2 array covers the stream', () => {
    const rig = new Rig();
    rig.reg(0x20, 0xc);
    rig.reg(0x88, 0x1_0210);
    rig.reg(0x20, 0xd);
    return { rig };
  }, 'C_BAD_STREAMID', /^No level-2 array covers StreamID 0x8: no driver has set this stream up\.$/],
];

describe('causes', () => {
  it.each(SCENES)('%s', (_, make, event, cause) => {
    const { result, found } = explain(make());
    expect(result.name).toBe(event);
    expect(result.title).toContain(`${event}, stream 0x`);
    if (cause === undefined) expect(found).toEqual([]);
    else expect(found[0]?.text).toMatch(cause);
  });

  it('lead to the line and to the board', () => {
    expect(explain({ rig: stage1(), address: 0x5000, written: [0x7000_2028] }).found[0]?.at).toEqual(LINE);
    expect(explain({ rig: stage1(), sid: 10 }).found[0]?.at).toEqual(AT);
  });

  it('say what is there where nobody knows who wrote', () => {
    const { rig } = { rig: stage1() };
    const inspector = new Inspector(rigSystem(rig));
    const { causes } = inspector.explainFault({ smmu: 0, stream: { smmu: 0, sid: 8, ssid: undefined }, address: fromNumber(0x5000), record: Uint32Array.of(0x10, 8, 0, 8, 0x5000, 0, 0, 0) });
    expect(causes[0]?.text).toBe('The stage-1 level-3 descriptor of 0x5000 at 0x70002028 is not valid: nothing is mapped there.');
  });

  it('name who wrote it where no line did', () => {
    const inspector = new Inspector(rigSystem(stage1()), { who: () => ({ text: 'poke', at: undefined, line: undefined }) });
    const { causes } = inspector.explainFault({ smmu: 0, record: Uint32Array.of(0x10, 8, 0, 8, 0x5000, 0, 0, 0) });
    expect(causes[0]?.text).toBe('The stage-1 level-3 descriptor of 0x5000 at 0x70002028 (0x0) was written last (poke).');
  });

  it('tell of a guest that the hardware does not follow', () => {
    const guest = encode(STE, { V: 1, Config: 5, S1ContextPtr: CDT });
    const explained = (host: Uint32Array, asked = guest): string[] => {
      const system = { ...rigSystem(stage1(), { devices: [{ name: 'eth0', at: AT }] }), compare: () => compareStes(asked, host) };
      return new Inspector(system).explainFault({ smmu: 0, record: Uint32Array.of(0x10, 8, 0, 8, 0x5000, 0, 0, 0) }).causes.filter((c) => c.isFound).map((c) => c.text);
    };
    expect(explained(encode(STE, { V: 1, Config: 6 }))[0]).toBe('The guest asks for stage 1 only, the hardware does stage 2 only.');
    expect(explained(encode(STE, { V: 1, Config: 7, S1ContextPtr: CDT }))[0]).toMatch(/^The stage-1 level-3 descriptor/);
    expect(explained(encode(STE, { V: 1, Config: 6 }), new Uint32Array(16))[0]).toMatch(/^The stage-1 level-3 descriptor/);
  });

  it('name the nearest mapping, and nothing where none is near', () => {
    const texts = explain({ rig: stage1(), address: 0x5000 }).found.map((c) => c.text);
    expect(texts).toContainEqual(expect.stringMatching(/^The nearest mapping of stream 0x8 \(eth0\) is 0x1000, 4K -> 0x80000000/));
    const rig = stage1();
    rig.map(S1, 0x9000, DATA);
    const near = (address: number): string | undefined => explain({ rig, address }).found.map((c) => c.text).at(-1);
    expect(near(0x2000)).toMatch(/is 0x1000, 4K/);
    expect(near(0x8000)).toMatch(/is 0x9000, 4K/);
    expect(explain({ rig: stage1(), address: 0x8000_0000 }).found.map((c) => c.text)).toEqual([expect.stringContaining('never written')]);
  });
});

describe('explanations', () => {
  it('hold the record field by field, a sentence, and what is usual', () => {
    const { result } = explain({ rig: stage1(), address: 0x5000 });
    expect(result.fields.find((f) => f.name === 'InputAddr [191:128]')).toEqual({ name: 'InputAddr [191:128]', value: '0x5000', text: 'Address as the device gave it.' });
    expect(result.sentence).toMatch(/^Stage 1: The level 3 descriptor is not valid/);
    expect(result.meaning).toContain('The transaction: unprivileged data read of 0x5000.');
    expect(result.causes.some((c) => !c.isFound)).toBe(true);
    expect(result.checks.length).toBeGreaterThan(0);
  });

  it.each([[new Uint32Array(8).fill(0xffff_ffff)], [new Uint32Array(8)], [Uint32Array.of(0xe5, 1, 2, 3, 4, 5, 6, 7)], [Uint32Array.of(0x10)]])('take any record', (record) => {
    const inspector = new Inspector(rigSystem(stage1()));
    expect(inspector.explainFault({ smmu: 0, record }).title).not.toBe('');
    expect(inspector.explainFault({ smmu: 5, record }).causes.every((c) => !c.isFound)).toBe(true);
  });

  it('tell why an access passed that should not have', () => {
    const run = prepare(`smmu smmu0 base=0x9050000
device eth0 smmu=smmu0 sid=8
memory ram 0x80000000 256M
in host
  probe
  attach eth0
  map eth0 0x10000000 -> 0x81000000 4K rw
dma eth0 read 0x10000000 4
in host
  unmap eth0 0x10000000 4K no-invalidate
dma eth0 read 0x10000000 4
`);
    const steps: Step[] = [];
    run.system.observe({ step: (s) => steps.push(s) });
    play(run);
    const inspector = new Inspector(run.system, { who: () => ({ text: 'unmap eth0', at: LINE, line: 10 }) });
    const pass = { stream: { smmu: 0, sid: 8, ssid: undefined }, address: fromNumber(0x1000_0000), steps: steps.slice(-8) };
    expect(inspector.explainPass(pass)).toEqual({ text: 'The cached translation of 0x10000000 is stale: the address was unmapped on line 10 without a TLB invalidation.', isFound: true, at: LINE });
    expect(inspector.explainPass({ ...pass, steps: [] })).toBeUndefined();
    expect(inspector.explainPass({ ...pass, address: fromNumber(0x2000_0000) })).toBeUndefined();
  });
});
