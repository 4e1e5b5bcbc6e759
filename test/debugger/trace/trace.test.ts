import { describe, expect, it } from 'vitest';
import { encodeCommand, EVENTS, u64, type Step, type StepBody } from '../../../emulator/index.ts';
import { EXCEPTION_FILTERS, exceptionOf, filtersOf } from '../../../debugger/trace/exceptions.ts';
import { frameTree } from '../../../debugger/trace/frames.ts';
import { globalErrorName, registerName } from '../../../emulator/fields/registers.ts';
import { KNOWN_NAMES, nameTest, stepNames } from '../../../debugger/trace/stepNames.ts';
import { stepLine, stepText } from '../../../debugger/trace/stepText.ts';
import { stepValues } from '../../../debugger/trace/stepValues.ts';
import { Threads } from '../../../debugger/trace/threads.ts';
import { touches } from '../../../debugger/trace/touches.ts';
import type { TraceStep } from '../../../debugger/trace/traceStep.ts';
import { Rig } from '../../emulator/rig.ts';
import type { System } from '../../../debugger/system/system.ts';

const step = (body: StepBody, smmu = 0): Step => ({ ...body, smmu, position: 0 });
const command = (name: string, values = {}, error = 0): Step => step({ kind: 'command', index: 0, address: u64(0, 0x4000), words: encodeCommand(name, values) ?? new Uint32Array(4), error, removed: 2 });
const hypervisor = (actor: string, action: 'operation' | 'result' | 'command' | 'crash' | 'violation' | 'log', text: string): Step => step({ kind: 'hypervisor', actor, action, text, depth: 0 }, -1);
const event = step({ kind: 'event', words: Uint32Array.of(0x10, 8, 0, 0, 0x1000, 0, 0, 0), fate: 'written' });
const result = step({ kind: 'result', status: 'abort', address: undefined, attributes: '', sentence: 'Nothing is mapped there.' });
const outcome: TraceStep = { kind: 'outcome', outcome: { status: 'failed', text: 'no', expected: 'a', actual: 'b' }, smmu: -1, position: 0 };
const store = step({ kind: 'store', actor: 'host', address: u64(0, 0x5000), before: u64(0, 0), after: u64(0, 1) }, -1);
const access = step({ kind: 'access', isWrite: true, address: u64(0, 0x6000), bytes: 20, data: Uint8Array.from({ length: 20 }, (_, i) => i), isAborted: false });
const register = step({ kind: 'register', offset: 0x100ac, size: 4, value: u64(0, 3), isTaken: false });

describe('sentences', () => {
  it.each([
    [command('CFGI_STE', { StreamID: 8, Leaf: 1 }), /^CMD_CFGI_STE: .*StreamID=0x8.*; removes 2 cached entries$/],
    [command('SYNC', {}, 1), /^CMD_SYNC stops the command queue: CERROR_ILL/],
    [event, /^event F_TRANSLATION, recorded: .*StreamID=0x8/],
    [result, /^aborted: Nothing is mapped there\.$/],
    [outcome, /^no$/],
    [store, /^host stores at 0x5000: 0x0{16} becomes 0x0{15}1$/],
    [access, /^writes 20 bytes at 0x6000: 00 01 .* 0f \.\.\.$/],
    [register, /^write 0x3 to EVENTQ_CONS: ignored/],
    [step({ kind: 'global error', error: 1 }), /^global error CMDQ_ERR$/],
    [step({ kind: 'interrupt', source: 'CMD_SYNC', msi: u64(0, 0x45), data: 5 }), /^interrupt of the CMD_SYNC: MSI: 0x5 to 0x45$/],
    [step({ kind: 'stall', sid: 5, stag: 1, action: 'parked' }), /^stalled transaction of StreamID 0x5 parked: STAG 1$/],
    [step({ kind: 'access', isWrite: false, address: u64(0, 0), bytes: 4, data: new Uint8Array(0), isAborted: true }), /no memory answers$/],
    [hypervisor('xen', 'log', 'hello'), /^xen: hello$/],
  ])('%#', (one, pattern) => expect(stepLine(one)).toMatch(pattern));

  it('say what is bad', () => {
    expect([event, result, outcome, register, store].map((s) => stepText(s).tone)).toEqual(['bad', 'bad', 'bad', 'bad', 'plain']);
  });
});

describe('names', () => {
  const fits = (name: string, one: TraceStep): boolean | string => {
    const test = nameTest(name, 'xen');
    return typeof test === 'string' ? test : test(one);
  };

  it('of registers: halves of wide ones, those of page 1, none', () => {
    expect([0x20, 0x90, 0x94, 0x100a8, 0xa8, 0x3f0].map(registerName)).toEqual(['CR0', 'CMDQ_BASE', 'the upper half of CMDQ_BASE', 'EVENTQ_PROD', 'EVENTQ_PROD', 'offset 0x3f0']);
    expect([1, 4, 1 << 31].map(globalErrorName)).toEqual(['CMDQ_ERR', 'EVENTQ_ABT_ERR', 'bit 31']);
  });

  it('of steps lead back to them', () => {
    const steps = [command('SYNC'), event, result, store, access, register, hypervisor('xen.smmu0', 'command', 'CMD_TLBI_NH_ALL'), outcome];
    for (const one of steps) for (const name of stepNames(one)) expect([name, fits(name, one)]).toEqual([name, true]);
  });

  it.each([
    ['xen.cfgi_ste', hypervisor('domd.vsmmu0', 'command', 'CMD_CFGI_STE'), true],
    ['domd.*', hypervisor('domd.vsmmu0', 'command', 'CMD_CFGI_STE'), true],
    ['kvm.cfgi_ste', hypervisor('domd.vsmmu0', 'command', 'CMD_CFGI_STE'), false],
    ['sync', command('SYNC'), true],
    ['CMD_TLBI_*', command('TLBI_NH_VA'), true],
    ['CMD_TLBI_*', command('SYNC'), false],
    ['F_*', event, true],
    ['write.EVENTQ_CONS', register, true],
  ])('%s', (name, one, expected) => expect(fits(name, one)).toBe(expected));

  it.each(['', 'a b', '(', 'CMD_NOTHING', 'walk.s3.l1', 'walk.s1.l9', 'write.CR9', 'nothing'])('%j is no name', (name) => {
    expect(typeof nameTest(name)).toBe('string');
  });

  it('that are misspelt get the right one', () => {
    expect(nameTest('F_TRANSLATOIN')).toContain('did you mean F_TRANSLATION?');
    expect(nameTest('write.CR00')).toContain('did you mean write.CR0?');
  });

  it('that are known are all accepted, and all that steps have are known', () => {
    for (const name of KNOWN_NAMES) expect([name, typeof nameTest(name)]).toEqual([name, 'function']);
    const rig = new Rig();
    rig.stage1(1);
    const steps = rig.watch();
    rig.dma(1, 0x1000);
    rig.cmd('SYNC', { CS: 1 });
    rig.rawCmd([0, 0, 0, 0]);
    for (const one of steps) for (const name of stepNames(one)) expect(KNOWN_NAMES).toContain(name);
  });

  it('with many wildcards cost little', () => {
    const pattern = `${'*a'.repeat(200)}*b`;
    const test = nameTest(pattern);
    expect(typeof test === 'function' && test(hypervisor('a'.repeat(2000), 'log', 'x'))).toBe(false);
  });
});

describe('exceptions', () => {
  it('have filters that are all known, each id once', () => {
    const ids = EXCEPTION_FILTERS.map((f) => f.id);
    expect(new Set(ids).size).toBe(ids.length);
    const steps = [event, outcome, hypervisor('xen', 'crash', 'x'), hypervisor('monitor', 'violation', 'x'), step({ kind: 'global error', error: 4 })];
    for (const one of steps) for (const id of filtersOf(one)) expect(ids).toContain(id);
    expect([result, store, command('SYNC')].flatMap(filtersOf)).toEqual([]);
    for (const { name } of EVENTS) expect(ids).toContain(name);
  });

  it('tell why, from the result that follows', () => {
    expect(exceptionOf(event, [result])).toMatchObject({ filter: 'F_TRANSLATION', text: 'Nothing is mapped there.', record: Uint32Array.of(0x10, 8, 0, 0, 0x1000, 0, 0, 0) });
    expect(exceptionOf(event, [step({ kind: 'transaction', sid: 1, ssid: undefined, address: u64(0, 0), access: 1 }), result])?.text).toBe('No translation for the address.');
    expect(exceptionOf(outcome, [])).toMatchObject({ name: 'expectation failed', outcome: { expected: 'a' } });
    expect(exceptionOf(store, [])).toBeUndefined();
  });
});

describe('values of steps', () => {
  it('are fields by their own names and by short ones', () => {
    const values = stepValues(event, undefined);
    expect(values.get('StreamID')).toEqual(values.get('sid'));
    expect(values.get('address')).toMatchObject({ value: { hi: 0, lo: 0x1000 } });
    const around = { kind: 'transaction' as const, sid: 9, ssid: 2, address: u64(1, 2), access: 1 };
    expect(stepValues(store, around).get('ssid')).toMatchObject({ value: { hi: 0, lo: 2 } });
    expect(stepValues(register, undefined).get('register')).toMatchObject({ text: 'EVENTQ_CONS' });
  });
});

describe('touches', () => {
  it('are the accesses that steps name', () => {
    expect([store, access, register, command('SYNC'), event].map((s) => touches(s).map((t) => `${t.isWrite ? 'w' : 'r'} ${t.kind} 0x${t.address.toString(16)} ${t.size}`).join())).toEqual([
      'w memory 0x5000 8', 'w memory 0x6000 20', 'w register 0xac 4', 'r memory 0x4000 16', '',
    ]);
  });
});

describe('threads', () => {
  const system = {
    devices: [{ name: 'eth0', aliases: ['e'], smmu: 0, sids: [8, 9], requesters: [], at: undefined, node: undefined }], smmus: [{ name: 'smmu', index: 0, base: 0, at: undefined }],
    domains: [{ name: 'domd', kind: 'guest', at: undefined }], hypervisor: { name: 'xen' },
  } as unknown as System;

  function threadsOf(steps: readonly TraceStep[], actor?: string): string[] {
    const threads = new Threads(system);
    return [...threads.ofSteps(steps, frameTree(steps), actor)].map((id) => threads.all[id - 1]?.name ?? '?');
  }

  it('are those of masters, queues, processors, hypervisors and the scenario', () => {
    const transaction = step({ kind: 'transaction', sid: 9, ssid: 3, address: u64(0, 0), access: 1 });
    expect(threadsOf([transaction, result, access, store], 'domd')).toEqual([...new Array<string>(3).fill('eth0 StreamID 0x9 SubstreamID 0x3'), 'host']);
    expect(threadsOf([command('SYNC'), register], 'domd')).toEqual(['smmu command queue', 'domd']);
    expect(threadsOf([register])).toEqual(['scenario']);
    expect(threadsOf([step({ kind: 'transaction', sid: 77, ssid: undefined, address: u64(0, 0), access: 1 })])).toEqual(['smmu StreamID 0x4d']);
  });

  it('give the data of a stalled transaction to its master', () => {
    const transaction = step({ kind: 'transaction', sid: 8, ssid: undefined, address: u64(0, 0), access: 1 });
    const retried = step({ kind: 'stall', sid: 8, stag: 0, action: 'retried' });
    expect(threadsOf([retried, transaction, result, command('RESUME', { StreamID: 8 }), register, access]).at(-1)).toBe('eth0 StreamID 0x8');
    expect(threadsOf([access])).toEqual(['scenario']);
  });

  it('follow whoever stored commands to the register write', () => {
    const stores = (actor: string): Step => step({ kind: 'store', actor, address: u64(0, 0), before: u64(0, 0), after: u64(0, 1) }, -1);
    const steps = [hypervisor('domd', 'operation', 'maps'), hypervisor('domd.vsmmu0', 'command', 'CMD_SYNC'), stores('xen'), command('SYNC'), register, hypervisor('domd', 'result', 'done'), register];
    expect(threadsOf(steps, 'domd')).toEqual(['domd', 'domd.vsmmu0', 'xen', 'smmu command queue', 'xen', 'domd', 'domd']);
  });

  it('know devices by any of their names, and drivers of the hypervisor as itself', () => {
    const threads = new Threads(system);
    expect([threads.ofActor('e'), threads.ofActor('eth0'), threads.ofActor('xen.smmu0'), threads.ofActor('xen')].map((id) => threads.all[id - 1]?.name)).toEqual(['eth0 StreamID 0x8', 'eth0 StreamID 0x8', 'xen', 'xen']);
    const { length } = threads.all;
    expect(threads.all[threads.ofActor('somebody') - 1]).toMatchObject({ name: 'somebody', id: length + 1 });
  });
});
