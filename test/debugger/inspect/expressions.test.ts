import { describe, expect, it } from 'vitest';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import { numberValue } from '../../../debugger/expression/value.ts';
import { play, prepare } from '../run/support.ts';
import { shown } from './support.ts';

const SCENARIO = `smmu smmu0 base=0x9050000
smmu smmu-b base=0x9070000
device eth0 smmu=smmu0 sid=8,10
device gpu-1 smmu=smmu-b sid=3
device loose
memory ram 0x80000000 256M owner=host
in host
  probe
  attach eth0
  map eth0 0x10000000 -> 0x81000000 16K rw
dma eth0 write 0x10000040 "hello"
in host
  unmap eth0 0x10000000 4K no-invalidate
dma eth0 read 0x20000000 4
`;

const run = prepare(SCENARIO);
play(run);
const WRITER = { text: 'poke', at: { file: 'a.smmu', start: 1, end: 2 }, line: 7, step: 3 };
const inspector = new Inspector(run.system, {
  last: run.runner.state.last, variables: new Map([['x', numberValue(0x10)], ['eth1', numberValue(8)]]), who: (address) => (address === 0x81000040 ? WRITER : undefined),
});

describe('values', () => {
  it.each([
    ['ste(8).Config', '5 (stage 1)'],
    ['ste(8).Config == "stage 1"', 'true'],
    ['ste("smmu0", 8).V', '1'],
    ['ste(smmu0, 8).V', '1'],
    ['ste(eth0).V', '1'],
    ['ste("eth0").Config == ste(8).Config', 'true'],
    ['ste(eth1).V', '1'],
    ['cd(8, 0).ASID', '1'],
    ['mem64(cd(8).TTB0) & 3', '3'],
    ['mem8(0x81000040) == 0x68 && mem32(0x81000041) == 0x6f6c6c65', 'true'],
    ['walk(8, 0x10001234).pa', '0x81001234'],
    ['walk(8, 0x10001234).levels.length', '1'],
    ['walk(8, 0x10001234).levels[0].AF', '1'],
    ['walk(8, 0x30000000).event', '0x10 (F_TRANSLATION)'],
    ['walk(8, 0x30000000).status', 'abort'],
    ['walk(smmu0, 8, 0x10001000, "write privileged").status', 'ok'],
    ['walk(9999, 0).event', '2 (C_BAD_STREAMID)'],
    ['count(tlb where stale)', '1'],
    ['(tlb where stale)[0].iova', '0x10000000'],
    ['count(tlb where vmid == 0 && sid == 8)', '1'],
    ['count(tlb("smmu-b"))', '0'],
    ['evtq[0].Type == F_TRANSLATION', 'true'],
    ['evtq[0].Type == "F_TRANSLATION"', 'true'],
    ['evtq[0].InputAddr', '0x20000000'],
    ['evtq.pending', '1'],
    ['evtq.waiting[0].StreamID', '8'],
    ['evtq("smmu-b").pending', '0'],
    ['count(cmdq where Opcode == CMD_SYNC) > 2', 'true'],
    ['cmdq.prod == cmdq.cons', 'true'],
    ['priq.enabled', 'true'], ['priq("smmu-b").enabled', 'true'],
    ['smmu0.CR0.SMMUEN', '1'],
    ['smmu0.CR0 == 0x1f', 'true'],
    ['smmu0.cr0', 'CR0 0x1f { SMMUEN=1 PRIQEN=1 EVENTQEN=1 CMDQEN=1 ATSCHK=1 }'],
    ['smmu("smmu-b").STRTAB_BASE_CFG.FMT', '1 (2-level)'],
    ['reg("smmu-b", "CR0") == reg("CR0")', 'true'],
    ['reg("SMMU_IDR0").S1P', '1'],
    ['owner(0x81000000)', 'host'], ['owner(0)', 'nobody'],
    ['who(0x81000040).line', '7'],
    ['who(0x81000040).text == "poke"', 'true'],
    ['symbol(0x9050000)', 'smmu0 registers'],
    ['eth0.sid', '8'], ['eth0.sids[1]', '0xa'], ['eth0.smmu', 'smmu0'], ['eth0.owner', 'host'],
    ['device("gpu-1").sid', '3'],
    ['last.status == "abort" && last.event == F_TRANSLATION', 'true'],
    ['x + 1', '0x11'],
    ['ranges(8).ranges[0].input', '0x10001000'], ['ranges(8).ranges[0].output', '0x81001000'], ['ranges(8, "1").complete', 'true'],
    ['F_ACCESS', '0x12 (F_ACCESS)'],
    ['evtq(1).pending', '0'],
    ['walk(8, 0x10001000, "privileged").status', 'ok'], ['walk(8, 0x10001000, "instruction").status', 'ok'], ['walk(8, 0x10001000, 3).event', '8 (C_BAD_SUBSTREAMID)'],
    ['walk(8, 0x10001000).hits[0].cache', 'walk cache'],
    ['ranges("eth0", 0).stage', 'stage 1'],
    ['count(tlb where owner(pa) == "host")', '1'], ['count(tlb where smmu0.CR0.SMMUEN == 1)', '1'], ['count(tlb where it.sid == eth0.sid)', '1'],
    ['count(evtq where StreamID == 8)', '1'], ['count(evtq where streamid == 9)', '0'], ['count(evtq where evtq[0].StreamID == StreamID)', '1'], ['(cmdq where StreamID == 8 && Leaf == 1)[0].Opcode == CMD_CFGI_STE', 'true'], ['count(eth0.sids where it > 8)', '1'],
    ['device("loose").smmu', 'none'], ['device("loose").sids.length', '0'],
    ['1 <= 1 && 2 >= 3', 'false'], ['1 <= 0 || 3 >= 3', 'true'],
    ['symbol(0xfff00000)', 'nothing known'],
  ])('%s is %s', (text, value) => {
    expect(shown(inspector, text)).toBe(value);
  });
});

describe('failures', () => {
  it.each([
    ['ste()', 'a StreamID is needed here @ste()'],
    ['ste("nobody")', 'there is no SMMU or device `nobody` @ste("nobody")'],
    ['ste(0x100000000)', 'a StreamID is a number of 32 bits @ste(0x100000000)'],
    ['ste(0x99999999)', 'C_BAD_STREAMID: the StreamID is outside the stream table, or its level-1 descriptor is not valid. @ste(0x99999999)'],
    ['cd(8, 5)', 'the stream has one CD (STE.S1CDMax is 0) @cd(8, 5)'],
    ['cd(9)', 'the STE has no stage 1, so the stream has no CD @cd(9)'],
    ['cd(3)', 'C_BAD_STREAMID: the StreamID is outside the stream table, or its level-1 descriptor is not valid. @cd(3)'],
    ['walk(8)', '`walk` needs an address @walk(8)'],
    ['walk(8, 0, "jump")', 'the access is made of the words read, write, privileged and instruction @walk(8, 0, "jump")'],
    ['mem64(0)', 'no memory answers at 0x0 @mem64(0)'],
    ['mem64("a")', 'a physical address (below 2^52) is needed here @mem64("a")'],
    ['mem64(1 << 52)', 'a physical address (below 2^52) is needed here @mem64(1 << 52)'],
    ['ste(loose)', 'loose has no StreamID @ste(loose)'],
    ['cd(8, "zero")', 'a SubstreamID is a number @cd(8, "zero")'],
    ['cd("nobody")', 'there is no SMMU or device `nobody` @cd("nobody")'],
    ['walk("nobody", 0)', 'there is no SMMU or device `nobody` @walk("nobody", 0)'],
    ['ranges("nobody")', 'there is no SMMU or device `nobody` @ranges("nobody")'],
    ['tlb where vmd == 0', 'there is no name `vmd`; did you mean `vmid`? @vmd'], ['evtq where StremID == 8', 'there is no name `StremID`; did you mean `StreamID`? @StremID'], ['tlb where "x"', 'a string is neither true nor false @"x"'], ['5 where 1', 'a number has no rows to choose from @5'],
    ['tlb where ownr(pa) == 1', 'there is no function `ownr`; did you mean `owner`? @ownr'],
    ['reg(5)', 'the SMMUs are numbered 0 to 1 @reg(5)'],
    ['reg(1)', 'there is no register of that name @reg(1)'],
    ['ranges(8, "both")', 'the STE has no stage 2 @ranges(8, "both")'],
    ['ste(gpu-1).V', 'there is no name `gpu`; `gpu-1` is written `device("gpu-1")` @gpu'],
    ['smmu-b.CR0', 'there is no name `smmu`; `smmu-b` is written `smmu("smmu-b")` @smmu'],
    ['owner(1 << 52)', 'a physical address (below 2^52) is needed here @owner(1 << 52)'],
    ['symbol("ram")', 'a physical address (below 2^52) is needed here @symbol("ram")'],
    ['who("ram")', 'a physical address (below 2^52) is needed here @who("ram")'],
    ['evtq["first"]', 'Queue has no field `first` @"first"'],
    ['eth0.sids[eth0]', 'an index is a number @eth0'],
    ['12345678901234567890123456789012345678901234567890', '`123456789012345678901234...` needs more than 64 bits @12345678901234567890123456789012345678901234567890'],
    ['reg("CR9")', 'there is no register `CR9` @reg("CR9")'],
    ['reg("smmu9", "CR0")', 'there is no SMMU `smmu9`; there are `smmu0`, `smmu-b` @reg("smmu9", "CR0")'],
    ['cmdq("smmu9").size', 'there is no SMMU `smmu9`; there are `smmu0`, `smmu-b` @cmdq("smmu9")'],
    ['count(tlb("smmu9"))', 'there is no SMMU `smmu9`; there are `smmu0`, `smmu-b` @tlb("smmu9")'],
    ['ste(0, 8)', 'there are too many arguments; an SMMU is named as a text or by its name, not by a number @ste(0, 8)'],
    ['cd(8, 0, 1)', 'there are too many arguments; an SMMU is named as a text or by its name, not by a number @cd(8, 0, 1)'],
    ['evtq(smmu0, 1)', 'there are too many arguments; an SMMU is named as a text or by its name, not by a number @evtq(smmu0, 1)'],
    ['tlb(7)', 'the SMMUs are numbered 0 to 1 @tlb(7)'],
    ['evtq[100000]', 'the event queue has 256 slots, counted from 0 @evtq[100000]'],
    ['who(0x80000000)', 'nobody has written 0x80000000 @who(0x80000000)'],
    ['smmu("x")', 'the SMMUs are smmu0, smmu-b @smmu("x")'],
    ['device("x")', 'there is no such device @device("x")'],
    ['smmu0.CR9', 'SMMU has no field `CR9`; did you mean `CR0`? @CR9'],
    ['ranges(8, "stage 2")', 'the STE has no stage 2 @ranges(8, "stage 2")'],
    ['ranges(8, "third")', 'the stage is "stage 1", "stage 2" or "combined" @ranges(8, "third")'],
    ['smu0', 'there is no name `smu0`; did you mean `smmu0`? @smu0'],
    ['stee(8)', 'there is no function `stee`; did you mean `ste`? @stee'],
    ['ste(8', '`)` is missing before the end @('],
  ])('%s', (text, message) => {
    expect(shown(inspector, text)).toBe(message);
  });

  it('knows no writers outside of a session', () => {
    expect(shown(new Inspector(run.system), 'who(0x81000040)')).toBe('`who` needs a debug session @who(0x81000040)');
  });

  it.each([
    ['ste(8', '1', '`)` is missing before the end'],
    ['nobody.V', '1', 'there is no name `nobody`'],
    ['nobody', '1', 'there is no name `nobody`'],
    ['mem64(nobody)', '1', 'there is no name `nobody`'],
    ['mem64("a")', '1', 'a physical address (below 2^52) is needed here'],
    ['mem32()', '1', 'mem32 needs an address'],
    ['mem32(0x81000000)', 'nobody', 'there is no name `nobody`'],
    ['mem8(0x81000000)', '256', 'mem8 has 8 bits'],
    ['mem32(0)', '1', 'no memory answers at 0x0'],
    ['1 + 2', '1', 'only fields of structures, registers and memory (mem8 to mem64) can be given a value'],
    ['walk(8, 0x10001000).status', '1', 'only fields of structures, registers and memory (mem8 to mem64) can be given a value'],
  ])('%s cannot be set to %s', (target, text, message) => {
    expect(inspector.assign(target, text)).toEqual({ ok: false, message });
  });

  it.each([
    ['ste(8', '`)` is missing before the end'],
    ['mem32()', 'mem32 needs an address'],
    ['mem64("a")', 'a physical address (below 2^52) is needed here'],
    ['nobody', 'there is no name `nobody`'],
    ['1 + 2', 'only fields of structures, registers and memory can be watched'],
    ['eth0.sid', 'only fields of structures, registers and memory can be watched'],
  ])('%s cannot be watched', (target, message) => {
    expect(inspector.watch(target)).toBe(message);
  });

  it.each([
    ['mem16(0x81000002)', { kind: 'memory', address: 0x8100_0002, size: 2 }],
    ['smmu0.CR0', { kind: 'register', smmu: 0, offset: 0x20, size: 4 }],
    ['smmu0.CR0.SMMUEN', { kind: 'register', smmu: 0, offset: 0x20, size: 4, mask: 1 }],
    ['smmu0.EVENTQ_PROD', { kind: 'register', smmu: 0, offset: 0xa8, size: 4 }],
  ])('%s is watched at %o', (target, place) => {
    expect(inspector.watch(target)).toEqual(place);
  });

  it('has no last DMA before the first', () => {
    expect(shown(new Inspector(run.system), 'last.pa')).toBe('no device has made a DMA yet @last');
  });
});

describe('conditions', () => {
  it.each([
    ['ste(8).V == 1', true], ['ste(8).V == 0', false], ['tlb where stale', true], ['"a"', 'a string is neither true nor false'], ['1 +', 'a value is missing at the end'],
  ])('%s', (text, value) => {
    expect(inspector.condition(text)).toBe(value);
  });
});

describe('looking', () => {
  it('changes nothing, whatever is asked', () => {
    const { machine } = run.system;
    const before = [machine.hash, machine.history.position, machine.history.newest];
    const fresh = new Inspector(run.system, { last: run.runner.state.last });
    for (const text of ['ste(8)', 'cd(8)', 'walk(8, 0x10002000)', 'tlb', 'ranges(8)', 'symbol(0x81000000)', 'evtq', 'smmu0']) shown(fresh, text);
    expect([machine.hash, machine.history.position, machine.history.newest]).toEqual(before);
  });

  it('leaves the observer in place', () => {
    const steps: unknown[] = [];
    run.system.observe({ step: (s) => steps.push(s) });
    shown(new Inspector(run.system), 'walk(8, 0x10002000)');
    expect(steps).toEqual([]);
    run.system.dma({ device: run.system.devices[0]!, stream: 0, ssid: undefined, isAts: false, address: { hi: 0, lo: 0x1000_2000 }, access: 1, data: 4 });
    expect(steps.length).toBeGreaterThan(0);
    run.system.observe(null);
  });
});

describe('help', () => {
  const labels = (text: string): string[] => inspector.complete(text, text.length).map((i) => i.label);

  it.each([
    ['smmu0.CMDQ_C', ['CMDQ_CONS']],
    ['ste(8).S1CD', ['S1CDMax']],
    ['tlb where vm', ['vmid']],
    ['reg("CMDQ_P', ['CMDQ_PROD']],
    ['1 + wal', ['walk']],
    ['et', ['eth1', 'eth0']],
    ['F_TRANSLATION', ['F_TRANSLATION']],
    ['gpu', ['gpu-1']],
    ['echo "x', []],
    ['device("gp', ['gpu-1']],
    ['ste("', ['smmu0', 'smmu-b', 'eth0', 'gpu-1', 'loose']],
    ['ste("smmu0", "e', ['eth0']],
    ['evtq("s', ['smmu0', 'smmu-b']],
    ['reg("smmu-b", "CR', ['CR0', 'CR0ACK', 'CR1', 'CR2']],
    ['mem64("', []],
    ['1.', []],
  ])('completes %s', (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  it('says what to write for a name with signs, and where', () => {
    expect(inspector.complete('1 + gp', 6)[0]).toEqual({ label: 'gpu-1', insert: 'device("gpu-1")', kind: 'device', detail: 'StreamID 0x3', start: 4, end: 6 });
  });

  it.each([
    ['ste(8).Config', 9, { start: 7, end: 13, value: '5 (stage 1)', text: 'Which stages translate.' }],
    ['ste(8).Config', 1, { start: 0, end: 3, value: expect.stringMatching(/^STE \{ V=1 Config=5/), text: 'ste([SMMU,] SID): Stream table entry of a StreamID as memory has it: `ste(8).Config`.' }],
    ['smmu0.CR0 == 1', 7, { start: 6, end: 9, value: 'CR0 0x1f { SMMUEN=1 PRIQEN=1 EVENTQEN=1 CMDQEN=1 ATSCHK=1 }', text: 'Enables.' }],
    ['F_ACCESS', 2, { start: 0, end: 8, value: '0x12 (F_ACCESS)', text: 'The access flag is clear.' }],
    ['nothing', 2, { start: 0, end: 7, value: undefined, text: 'there is no name `nothing`' }],
    ['1 + 2', 2, undefined],
  ])('tells what %s is at %i', (text, offset, expected) => {
    expect(inspector.hover(text, offset)).toEqual(expected);
  });
});
