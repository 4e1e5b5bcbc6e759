import { describe, expect, it } from 'vitest';
import { at, lineOf, PATH, scenario, session } from './support.ts';
import type { Command } from '../../../debugger/session/types.ts';

const step = (how: 'in' | 'over' | 'out', direction: 'forward' | 'backward' = 'forward', granularity: 'statement' | 'line' | 'instruction' = 'statement'): Command => ({ kind: 'step', how, direction, granularity });

describe('stepping', () => {
  const text = scenario('dma eth0 write 0x10000040 "hello"', 'expect pa 0x81000040', 'dma eth0 read 0x10000040 5');

  it('stands before the first line at first, with its words on the stack', () => {
    const s = session(text);
    expect(s.stop).toMatchObject({ reason: 'entry', moment: { unit: 0, step: 0 } });
    expect(s.frames().map((f) => f.name)).toEqual(['probe smmu0']);
    expect(s.isPast).toBe(false);
  });

  it('goes line by line, to the end and back to the start', () => {
    const s = session(text);
    const lines: string[] = [];
    for (let stop = s.stop; stop.reason !== 'end'; stop = s.run(step('over'))) lines.push(s.frames()[0]?.name ?? '');
    expect(lines).toEqual(['probe smmu0', 'attach eth0', 'map eth0 0x10000000 -> 0x81000000 16K rw', 'dma eth0 write 0x10000040 "hello"', 'expect pa 0x81000040', 'dma eth0 read 0x10000040 5']);
    const back: string[] = [];
    while (s.run(step('over', 'backward')).reason !== 'start') back.push(s.frames()[0]?.name ?? '');
    expect(back).toEqual(lines.toReversed());
    expect(s.isPast).toBe(true);
  });

  it('steps into a walk, over its phases, and out of it', () => {
    const s = session(text);
    s.run({ kind: 'to line', file: PATH, line: lineOf(text, 'dma eth0 write') });
    expect(s.run(step('in')).text).toContain('unprivileged write of 0x10000040 by StreamID 0x8');
    expect(s.frames().map((f) => f.kind)).toEqual(['transaction', 'line']);
    expect(s.run(step('over')).text).toMatch(/^CD at/);
    s.run(step('in'));
    expect(s.frames().map((f) => f.kind)).toEqual(['step', 'level', 'stage 1', 'transaction', 'line']);
    s.run(step('out'));
    expect(s.frames().map((f) => f.kind)).toEqual(['step', 'stage 1', 'transaction', 'line']);
    expect(s.run(step('over')).text).toContain('passes to 0x81000040');
    expect(s.run(step('over')).text).toContain('writes 5 bytes at 0x81000040');
    expect(s.run(step('over')).moment).toEqual({ unit: 4, step: 0 });
    s.run(step('in', 'backward'));
    expect(s.run(step('out', 'backward')).moment).toEqual({ unit: 3, step: 0 });
  });

  it('offers the walks that lie ahead without moving', () => {
    const s = session(text);
    s.run({ kind: 'to line', file: PATH, line: lineOf(text, 'dma eth0 write') });
    const { hash } = s.system.machine;
    const targets = s.stepTargets();
    expect([s.system.machine.hash, at(s.moment), s.isPast]).toEqual([hash, '3.0', false]);
    expect(targets.map((t) => t.label.trim())).toContain('stage 1 walk of 0x10000040');
    const level2 = targets.find((t) => t.label.trim() === 'level 2')!;
    s.run({ kind: 'to', moment: level2.moment, reason: 'step' });
    expect(s.stop).toMatchObject({ reason: 'step', moment: level2.moment });
    expect(s.stop.text).toContain('level 2');
  });

  it('leaves a block with step out, whatever round it is in', () => {
    const looped = scenario('repeat 3 as i', '  repeat 2', '    dma eth0 read (0x10000000 + 0x100 * i) 4', '    echo "inner"', '  echo "outer"', 'echo "after"');
    const s = session(looped);
    s.run({ kind: 'to line', file: PATH, line: lineOf(looped, 'echo "inner"') });
    expect(s.frames()[0]?.name).toBe('echo "inner" (round 1.1)');
    s.run(step('out'));
    expect(s.frames()[0]?.name).toBe('echo "outer" (round 1)');
    s.run(step('out'));
    expect(s.frames()[0]?.name).toBe('echo "after"');
    s.run(step('over', 'backward'));
    s.run(step('out', 'backward'));
    expect(s.frames()[0]?.name).toBe('dma eth0 read (0x10000000 + 0x100 * i) 4 (round 1.1)');
    s.run(step('out', 'backward'));
    expect(s.stop.reason).toBe('start');
  });
});
