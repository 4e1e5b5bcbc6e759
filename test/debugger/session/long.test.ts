/**
 * Actions that take long pause in their middle. Left there, they have not happened; done again, they come
 * to the same. Pauses are counted, not timed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, Stop } from '../../../debugger/session/types.ts';
import type { Session } from '../../../debugger/session/session.ts';
import { MACHINE, scenario, session } from './support.ts';

const forward: Command = { kind: 'continue', direction: 'forward' };
const backward: Command = { kind: 'continue', direction: 'backward' };
const into = (direction: 'forward' | 'backward'): Command => ({ kind: 'step', how: 'in', direction, granularity: 'instruction' });

/** 2M by pages, since neither address begins a block. */
const MAPPED = scenario('in host', '  map eth0 0x20001000 -> 0x82003000 2M rw').trimEnd();

const LONG: readonly [string, string, number][] = [
  ['a DMA that writes', `${MAPPED}\ndma eth0 write 0x20001234 1M\n`, 16],
  ['a DMA that reads', `${MAPPED}\ndma eth0 read 0x20001000 2M\n`, 31],
  ['a DMA that faults in its middle', `${MAPPED}\ndma eth0 read 0x20101000 2M\n`, 15],
  ['a fill', `${MACHINE}repeat 40\n  poke 0x81000000 1\nfill 0x80000004 64K 0x55\n`, 30],
];

/** Drives a command to its end, or so many pauses far; gives the stop and how often it paused. */
function drive(s: Session, command: Command, most = Infinity): { readonly stop: Stop | undefined; readonly pauses: number } {
  const motion = s.perform(command);
  for (let pauses = 0; ; pauses++) {
    if (pauses === most) {
      motion.return?.(s.stop);
      return { stop: undefined, pauses };
    }
    const { done, value } = motion.next();
    if (done === true) return { stop: value, pauses };
  }
}

/** Comes to the last line of a scenario, which is the long one. */
function before(text: string): { readonly s: Session; readonly unit: number } {
  const whole = session(text);
  whole.run(forward);
  const unit = whole.timeline.count - 1;
  const s = session(text);
  s.run({ kind: 'to', moment: { unit, step: 0 }, isJump: true });
  return { s, unit };
}

describe.each(LONG)('%s', (_, text, least) => {
  it('pauses often', () => {
    const { s } = before(text);
    expect(drive(s, forward).pauses).toBeGreaterThanOrEqual(least);
  });

  it('has not happened where it was left in its middle, and can be done again', () => {
    const { s, unit } = before(text);
    const { hash } = s.system.machine;
    expect(drive(s, forward, least >> 1).stop).toBeUndefined();
    expect(s.interrupted()).toMatchObject({ reason: 'pause', moment: { unit, step: 0 } });
    expect([s.system.machine.hash, s.timeline.count]).toEqual([hash, unit]);
    const again = session(text);
    again.run(forward);
    drive(s, forward);
    expect(s.system.machine.hash).toBe(again.system.machine.hash);
    expect(s.timeline.trace(unit)?.unit.outcome).toEqual(again.timeline.trace(unit)?.unit.outcome);
    expect(s.timeline.stepsOf(unit)).toBe(again.timeline.stepsOf(unit));
    drive(s, backward);
    const start = session(text);
    expect(s.system.machine.hash).toBe(start.system.machine.hash);
  });

  it('pauses too where its steps are made again, and nothing is lost where that is left', () => {
    const { s, unit } = before(text);
    drive(s, forward);
    const { hash } = s.system.machine;
    // Far away: none of its steps are kept.
    const few = session(text, { limits: { cachedSteps: 0 } });
    few.run(forward);
    few.run({ kind: 'to', moment: { unit: 0, step: 0 }, isJump: true });
    few.run({ kind: 'to', moment: { unit: unit + 1, step: 0 }, isJump: true });
    few.timeline.trace(0);
    expect(drive(few, into('backward'), least >> 1).stop).toBeUndefined();
    // Right behind its last step: the same state as on the line after it.
    const steps = s.timeline.stepsOf(unit);
    expect([few.interrupted().moment, few.system.machine.hash]).toEqual([{ unit, step: steps }, hash]);
    few.timeline.trace(0);
    const { stop, pauses } = drive(few, into('backward'));
    expect(pauses).toBeGreaterThanOrEqual(least);
    expect(stop?.moment).toEqual({ unit, step: steps - 1 });
    few.run(forward);
    expect(few.system.machine.hash).toBe(hash);
  });
});

describe('commands that are left anywhere', () => {
  const text = `${MAPPED}\ndma eth0 write 0x20001000 200K\nfill 0x84000000 6K 7\ndma eth0 read 0x20001010 140K\npoke 0x84000000 1\n`;
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ kind: fc.constant('step' as const), how: fc.constantFrom('in' as const, 'over' as const, 'out' as const), direction: fc.constantFrom('forward' as const, 'backward' as const), granularity: fc.constantFrom('statement' as const, 'instruction' as const) }),
    fc.record({ kind: fc.constant('continue' as const), direction: fc.constantFrom('forward' as const, 'backward' as const) }),
    fc.record({ kind: fc.constant('to' as const), moment: fc.record({ unit: fc.integer({ min: 0, max: 9 }), step: fc.constantFrom(0, 0, 1, 100) }), isJump: fc.constant(true) }),
  );

  it('stand at a moment whose state is that of a session that was never left', { timeout: 60_000 }, () => {
    const whole = session(text);
    whole.run(forward);
    const states = new Map<string, string>();
    const at = ({ unit, step }: { readonly unit: number; readonly step: number }): string => `${unit}.${step}`;
    do states.set(at(whole.stop.moment), whole.system.machine.hash); while (whole.run(into('backward')).reason !== 'start');
    states.set(at(whole.stop.moment), whole.system.machine.hash);
    fc.assert(fc.property(fc.array(fc.tuple(command, fc.constantFrom(0, 1, 2, 3, 7, Infinity)), { minLength: 1, maxLength: 15 }), fc.constantFrom(0, 20_000), (commands, cachedSteps) => {
      const s = session(text, { limits: { cachedSteps } });
      for (const [one, most] of commands) {
        const { stop = s.interrupted() } = drive(s, one, most);
        expect([at(stop.moment), s.system.machine.hash]).toEqual([at(stop.moment), states.get(at(stop.moment))]);
        expect(s.timeline.count).toBeGreaterThanOrEqual(stop.moment.unit);
      }
    }), { numRuns: 60 });
  });
});
