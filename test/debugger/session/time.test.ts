import { describe, expect, it } from 'vitest';
import { READ, requestOf, fromNumber, Response } from '../../../emulator/index.ts';
import type { Command } from '../../../debugger/session/types.ts';
import type { Session } from '../../../debugger/session/session.ts';
import { at, lineOf, MACHINE, PATH, scenario, session } from './support.ts';

const forward: Command = { kind: 'continue', direction: 'forward' };
const backward: Command = { kind: 'continue', direction: 'backward' };
const over: Command = { kind: 'step', how: 'over', direction: 'forward', granularity: 'statement' };
const instruction = (direction: 'forward' | 'backward'): Command => ({ kind: 'step', how: 'in', direction, granularity: 'instruction' });

function to(s: Session, text: string, part: string): void {
  expect(s.run({ kind: 'to line', file: PATH, line: lineOf(text, part) }).reason).toBe('goto');
}

/** The states of all moments from here to the end. */
function future(s: Session): string[] {
  const seen = [s.system.machine.hash];
  while (s.run(instruction('forward')).reason !== 'end') seen.push(s.system.machine.hash);
  return seen;
}

describe('edits in the past', () => {
  const text = scenario('dma eth0 read 0x10000000 4', 'dma eth0 read 0x10001000 4', 'echo "end"');
  const write = (s: Session, address: number, value: number) => () => { s.system.machine.memory.store32(0, address, value); };

  it('begin another future, at a line', () => {
    const s = session(text);
    s.run(forward);
    to2(s, 4, 0);
    expect(s.isPast).toBe(true);
    const { hash } = s.system.machine;
    expect(s.edit(write(s, 0x8200_0000, 7))).toMatchObject({ reason: 'edit', moment: { unit: 4, step: 0 } });
    expect([s.isPast, s.timeline.count]).toEqual([false, 4]);
    expect(s.system.machine.hash).not.toBe(hash);
    const there = future(s);
    s.run({ kind: 'to', moment: { unit: 4, step: 0 }, isJump: true });
    expect(future(s)).toEqual(there);
    expect(s.system.machine.memory.read(0x8200_0000, 1)?.[0]).toBe(7);
    s.run(backward);
    expect(s.system.machine.memory.read(0x8200_0000, 1)?.[0]).toBe(0);
  });

  it('begin another future, in the middle of a walk: the rest of it sees the edit', () => {
    const s = session(text);
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'walk.s1.l2' }]);
    s.run(forward);
    const table = s.trace!.steps[s.moment.step]!;
    if (table.kind !== 'descriptor') throw new Error('no level 3');
    const { moment } = s;
    // The leaf that is read next becomes invalid.
    const stop = s.edit(write(s, table.address.lo, 0));
    expect([at(stop), s.step?.kind]).toEqual([at(moment), 'descriptor']);
    s.run(over);
    expect(s.stop.text).toContain('invalid');
    s.run({ kind: 'to', moment, isJump: true });
    const there = future(s);
    s.run({ kind: 'to', moment, isJump: true });
    expect(future(s)).toEqual(there);
    expect(s.timeline.trace(moment.unit)?.steps.some((step) => step.kind === 'event')).toBe(true);
  });

  it('pile up, forget what came after them, and are made again with units that are made again', () => {
    const s = session(text, { limits: { cachedSteps: 0 } });
    s.run(forward);
    to2(s, 3, 2);
    s.edit(write(s, 0x8200_0000, 1));
    s.edit(write(s, 0x8200_0004, 2));
    to2(s, 3, 0);
    s.edit(write(s, 0x8200_0008, 3));
    s.edit(write(s, 0x8200_000c, 4));
    to2(s, 3, 4);
    s.edit(write(s, 0x8200_0010, 5));
    s.run(forward);
    const words = (): number[] => [0, 4, 8, 12, 16].map((o) => s.system.machine.memory.read(0x8200_0000 + o, 1)?.[0] ?? -1);
    expect(words()).toEqual([0, 0, 3, 4, 5]);
    const { hash } = s.system.machine;
    while (s.run(instruction('backward')).reason !== 'start') expect(s.stop.reason).toBe('step');
    expect(words()).toEqual([0, 0, 0, 0, 0]);
    s.run(forward);
    expect(s.system.machine.hash).toBe(hash);
  });

  it('may be made before anything ran, and at the end', () => {
    const s = session(text);
    s.edit(write(s, 0x8200_0000, 9));
    s.run(forward);
    s.edit(write(s, 0x8200_0004, 8));
    expect(s.run(forward).reason).toBe('end');
    s.run(instruction('backward'));
    expect(s.system.machine.memory.read(0x8200_0004, 1)?.[0]).toBe(0);
    s.run(backward);
    expect([at(s.moment), s.system.machine.memory.read(0x8200_0000, 1)?.[0]]).toEqual(['0.0', 9]);
  });

  function to2(s: Session, unit: number, step: number): void {
    s.run({ kind: 'to', moment: { unit, step }, isJump: true });
    expect(s.moment).toEqual({ unit, step });
  }
});

describe('what changed, and who did it', () => {
  const text = scenario('dma eth0 write 0x10000040 "hello"', 'poke 0x81000040 0x1');

  it('tells the changes of a step and of a line', () => {
    const s = session(text);
    to(s, text, 'dma eth0');
    expect(s.changes().some((c) => c.kind === 'memory')).toBe(true);
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'access.write' }]);
    s.run(forward);
    expect(s.changes()).toEqual([{ kind: 'memory', address: 0x8100_0040, before: { hi: 0, lo: 0 }, after: { hi: 0x6f, lo: 0x6c6c6568 } }]);
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'CMD_SYNC' }]);
    s.run(backward);
    s.run(over);
    expect(s.changes().map((c) => c.kind)).toContain('register');
    s.run({ kind: 'to', moment: { unit: 0, step: 0 }, isJump: true });
    expect(s.changes()).toEqual([]);
  });

  it('names entries of caches', () => {
    const s = session(text);
    s.setBreakpoints({ kind: 'data' }, [{ kind: 'data', target: { kind: 'state', name: 'smmu0.tlb' }, access: 'change' }]);
    s.run(forward);
    expect(s.changes()).toContainEqual({ kind: 'other', name: 'smmu0.tlb entry 1', before: 'free', after: 'in use' });
  });

  it('finds the last writer, and goes back to it', () => {
    const s = session(text);
    s.run(forward);
    const target = { kind: 'memory' as const, address: 0x8100_0040, size: 8 };
    const poke = s.writer(target);
    expect(poke).toMatchObject({ line: lineOf(text, 'poke') + 1, text: expect.stringContaining('stores at 0x81000040') as string });
    expect(s.run({ kind: 'to writer', target })).toMatchObject({ reason: 'writer', moment: poke!.moment });
    s.run(instruction('backward'));
    const dma = s.run({ kind: 'to writer', target });
    expect(dma.text).toContain('writes 5 bytes at 0x81000040');
    s.run(instruction('backward'));
    expect(s.writer(target)).toBeUndefined();
    const before = at(s.moment);
    expect(s.run({ kind: 'to writer', target })).toMatchObject({ reason: 'writer', text: expect.stringContaining('Nothing') as string });
    expect(at(s.moment)).toBe(before);
  });

  it('finds the last writer of a register, of bits of it, and of a cache', () => {
    const s = session(text);
    s.run(forward);
    expect(s.writer({ kind: 'register', smmu: 0, offset: 0x20, size: 4, mask: 1 })?.text).toMatch(/CR0$/);
    expect(s.writer({ kind: 'register', smmu: 0, offset: 0x20, size: 4, mask: 0x100 })).toBeUndefined();
    expect(s.writer({ kind: 'state', name: 'smmu0.tlb' })?.line).toBe(lineOf(text, 'dma') + 1);
  });
});

describe('conditions that look into the past', () => {
  it('see the machine at their own moment all the same', () => {
    const text = scenario('repeat 300 as i', '  poke 0x81000000 (i + 1)', 'echo "end"');
    const seen: number[] = [];
    const s: Session = session(text, {
      limits: { cachedSteps: 0 },
      evaluator: (view) => ({
        condition: () => {
          // The first block is long out of the cache: its steps are made again for this.
          s.timeline.trace(0);
          seen.push(view.system.machine.memory.read(0x8100_0000, 2)?.[0] ?? -1);
          return false;
        },
        text: () => '',
      }),
    });
    s.setBreakpoints({ kind: 'line', file: PATH }, [{ kind: 'line', file: PATH, line: lineOf(text, '  poke'), condition: 'x' }]);
    s.run(forward);
    expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => i & 0xff));
    seen.length = 0;
    s.run(backward);
    expect(seen.slice(0, 300)).toEqual(Array.from({ length: 300 }, (_, i) => (299 - i) & 0xff));
  });
});

describe('lines and frames', () => {
  const text = scenario('repeat 4', '  dma eth0 read 0x10000000 4', 'echo "end"');

  it('knows when a line was about to run, the latest first', () => {
    const s = session(text);
    s.run(forward);
    expect(s.momentsOfLine(PATH, lineOf(text, '  dma'), 3).map(at)).toEqual(['6.0', '5.0', '4.0']);
    expect(s.momentsOfLine(PATH, lineOf(text, 'repeat'), 3)).toEqual([]);
  });

  it('goes back to where a frame began', () => {
    const s = session(text);
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'walk.s1.l3' }]);
    s.run(forward);
    const stage1 = s.frames().find((f) => f.kind === 'stage 1')!;
    const stop = s.restartFrame(stage1);
    expect(stop.reason).toBe('restart');
    expect(s.moment).toEqual({ unit: stage1.first.unit, step: stage1.first.step - 1 });
    expect(at(s.restartFrame(s.frames().at(-1)!))).toBe('3.0');
  });
});

describe('long runs', () => {
  const text = scenario('repeat 100000', '  dma eth0 read 0x10000000 4');

  it('can be left at any time, and stand where they are', () => {
    const s = session(text);
    const motion = s.perform(forward);
    for (let i = 0; i < 500; i++) expect(motion.next().done).toBe(false);
    motion.return(s.stop);
    const stop = s.interrupted();
    expect(stop.reason).toBe('pause');
    expect(stop.moment.unit).toBe(500);
    const { hash } = s.system.machine;
    s.run(over);
    s.run({ ...over, direction: 'backward' } as Command);
    expect([at(s.moment), s.system.machine.hash]).toEqual(['500.0', hash]);
  });

  it('keep a bounded past: what the history forgot cannot be gone back to', () => {
    const s = session(scenario('repeat 100000 as i', '  poke 0x81000000 (i + 1)'), { limits: { cachedSteps: 200 } });
    const motion = s.perform(forward);
    for (let i = 0; i < 6000; i++) motion.next();
    motion.return(s.stop);
    s.interrupted();
    const { history } = s.system.machine;
    expect(s.timeline.oldest).toBe(0);
    // As if the log had been bounded: everything before the middle is gone.
    Object.defineProperty(history, 'oldest', { get: () => s.timeline.range(3000).from });
    expect(s.timeline.oldest).toBeGreaterThanOrEqual(3000);
    const stop = s.run(backward);
    expect(stop.reason).toBe('start');
    expect(stop.moment).toEqual({ unit: s.timeline.oldest, step: 0 });
    expect(s.frames().at(-1)?.name).toContain('poke');
  });

  it('keep so many units at most, however little they change', () => {
    const s = session(scenario('repeat 100000', '  expect 1 == 1'), { limits: { units: 256 } });
    const motion = s.perform(forward);
    for (let i = 0; i < 2000; i++) motion.next();
    motion.return(s.stop);
    expect(s.interrupted().moment.unit).toBe(2000);
    expect(s.timeline.oldest).toBeGreaterThan(2000 - 320);
    expect(s.run(backward)).toMatchObject({ reason: 'start', moment: { unit: s.timeline.oldest, step: 0 } });
  });

  it('cut units with more steps than can be kept', () => {
    const s = session(scenario('dma eth0 read 0x10000000 4'), { limits: { stepsPerUnit: 3 } });
    s.run(forward);
    s.run(instruction('backward'));
    expect(at(s.moment)).toBe('3.3');
    s.run(instruction('forward'));
    expect(at(s.moment)).toBe('4.0');
  });
});

describe('restart', () => {
  it('resets the machine, time, and counts of hits; breakpoints stay', () => {
    const text = scenario('dma eth0 write 0x10000040 "hello"');
    const s = session(text);
    s.setBreakpoints({ kind: 'line', file: PATH }, [{ kind: 'line', file: PATH, line: lineOf(text, 'dma'), hitCondition: '1' }]);
    s.run(forward);
    const first = s.system;
    const { hash } = first.machine;
    s.edit(() => { first.machine.memory.store32(0, 0x8100_0000, 1); });
    expect(s.restart()).toMatchObject({ reason: 'entry', moment: { unit: 0, step: 0 } });
    expect([s.system === first, s.isPast, s.timeline.count]).toEqual([false, false, 0]);
    expect(s.run(forward).reason).toBe('breakpoint');
    expect(s.system.machine.hash).toBe(hash);
  });
});

describe('output', () => {
  it('comes once, when time first passes, and anew in another future', () => {
    const said: string[] = [];
    const s = session(`${MACHINE}let x = 1\necho "one"\necho "two"\nexpect x == 2\n`, { output: (text, category) => said.push(`${category}: ${text}`) });
    s.run(over);
    expect(said).toEqual([]);
    s.run(over);
    expect(said).toEqual(['log: one']);
    s.run({ ...over, direction: 'backward' } as Command);
    s.run(forward);
    expect(said.map((t) => t.replace(/:.*/, ''))).toEqual(['log', 'log', 'problem']);
    s.run({ kind: 'to', moment: { unit: 2, step: 0 }, isJump: true });
    s.edit(() => undefined);
    s.run(forward);
    expect(said.filter((t) => t === 'log: two')).toHaveLength(2);
    expect(said.filter((t) => t === 'log: one')).toHaveLength(1);
  });
});

describe('an echo that fails', () => {
  it('says so once', () => {
    const said: string[] = [];
    const s = session(`${MACHINE}echo "{nothing}"\necho "end"\n`, { output: (text, category) => said.push(`${category}: ${text}`) });
    s.run(forward);
    expect(said).toEqual(['problem: there is no name `nothing`', 'log: end']);
  });
});

describe('questions in the past', () => {
  it('change nothing of the future', () => {
    const text = scenario('dma eth0 read 0x10000000 4', 'dma eth0 read 0x10001000 4');
    const s = session(text);
    const all = future(s);
    s.run({ kind: 'to', moment: { unit: 3, step: 4 }, isJump: true });
    const { machine } = s.system;
    const { hash } = machine;
    const answer = machine.explain(machine.smmus[0]!, requestOf({ sid: 8, address: fromNumber(0x1000_2000), access: READ }));
    expect(answer.response).toBeInstanceOf(Response);
    expect(machine.hash).toBe(hash);
    s.run({ kind: 'to', moment: { unit: 0, step: 0 }, isJump: true });
    expect(future(s)).toEqual(all);
  });
});
