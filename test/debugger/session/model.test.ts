import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRun } from '../../../debugger/run/index.ts';
import { readScenario } from '../../../debugger/scenario/read.ts';
import { FrameNode, frameTree } from '../../../debugger/trace/frames.ts';
import { stepNames } from '../../../debugger/trace/stepNames.ts';
import type { TraceStep } from '../../../debugger/trace/traceStep.ts';
import type { BreakpointRequest, Command, Moment } from '../../../debugger/session/types.ts';
import { scenarioFiles } from '../run/support.ts';
import { PATH, scenario, session } from './support.ts';

/** A scenario with everything: walks, commands, faults, rounds, failures. */
const TEXT = scenario(
  'dma eth0 write 0x10000040 "hello"',
  'expect pa 0x81000040',
  'repeat 3 as i',
  '  dma eth0 read (0x10000000 + 0x1000 * i) 4',
  '  in host',
  '    unmap eth0 0x10003000 4K',
  '    map eth0 0x10003000 -> 0x81003000 4K rw',
  'dma eth0 read 0x20000000 4',
  'expect fault none',
  'poke 0x81000000 0x1234',
  'dma eth0 write 0x10000000 "x"',
  'command smmu0 TLBI_NSNH_ALL',
  'dma eth0 read 0x10000000 4',
);

interface ModelMoment extends Moment {
  readonly position: number;
  readonly hash: string;
  readonly line: number;
  /** What was done; undefined before a unit. */
  readonly done: TraceStep | undefined;
  /** What is watched: a word of memory, and CMDQ_CONS. */
  readonly watched: readonly [number, number];
  /** The frames around the step, outermost first; without that of the unit. */
  readonly frames: readonly FrameNode[];
}

/** All moments, by running the scenario plainly from start to end. */
function naive(text: string): ModelMoment[] {
  const host = scenarioFiles({ [PATH]: text });
  const run = createRun(readScenario(PATH, host), host);
  if (!('runner' in run)) throw new Error('no run');
  const { system, runner } = run;
  const { history } = system.machine;
  history.recording = true;
  const moments: ModelMoment[] = [];
  let steps: TraceStep[] = [];
  system.observe({ step: (step) => steps.push(step) });
  for (let unit = 0; ; unit++) {
    steps = [];
    moments.push({ unit, step: 0, position: history.position, hash: '', line: runner.next?.action.line ?? -1, done: undefined, watched: [0, 0], frames: [] });
    const ran = runner.run();
    if (ran === undefined) break;
    if (ran.outcome.status !== 'ok') steps.push({ kind: 'outcome', outcome: ran.outcome, smmu: -1, position: ran.end });
    const tree = frameTree(steps);
    steps.forEach((done, i) => {
      const frames: FrameNode[] = [];
      for (let node: FrameNode | undefined = tree.owner[i]; node !== undefined && node !== tree.root; node = node.parent) frames.unshift(node);
      moments.push({ unit, step: i + 1, position: done.position, hash: '', line: ran.action.line, done, watched: [0, 0], frames });
    });
  }
  return moments.map((m) => {
    history.seek(m.position);
    const word = system.machine.memory.read(0x8100_0000, 1)?.[0] ?? -1;
    return { ...m, hash: system.machine.hash, watched: [word, system.machine.smmus[0]!.readRegister(0x9c, 4).lo] };
  });
}

const MODEL = naive(TEXT);

function indexOf({ unit, step }: Moment): number {
  return MODEL.findIndex((m) => m.unit === unit && m.step === step);
}

/** Where a command leads without breakpoints: an index of MODEL. */
function lead(command: Command, from: number): number {
  const here = MODEL[from]!;
  const last = MODEL.length - 1;
  const is = (i: number): boolean => i >= 0 && i <= last;
  if (command.kind === 'continue') return command.direction === 'forward' ? last : 0;
  if (command.kind === 'to') return indexOf(command.moment);
  if (command.kind !== 'step') throw new Error('not modelled');
  const by = command.direction === 'forward' ? 1 : -1;
  const entering = (i: number): FrameNode | undefined => {
    const around = is(i - 1) && MODEL[i - 1]!.unit === MODEL[i]!.unit ? MODEL[i - 1]!.frames : [];
    return MODEL[i]!.frames.find((f) => !around.includes(f));
  };
  const leaving = (i: number): FrameNode | undefined => {
    const around = is(i + 1) && MODEL[i + 1]!.unit === MODEL[i]!.unit ? MODEL[i + 1]!.frames : [];
    return MODEL[i]!.frames.find((f) => !around.includes(f));
  };
  const nextUnit = (): number => { let i = from + 1; while (is(i) && MODEL[i]!.step !== 0) i++; return Math.min(i, last); };
  const unitStart = (): number => { let i = from; while (MODEL[i]!.step !== 0) i--; return i; };
  if (!is(from + by)) return from;
  if (command.how === 'in') return from + by;
  if (command.how === 'over') {
    if (by > 0) {
      if (here.step === 0 && command.granularity === 'statement') return nextUnit();
      const frame = MODEL[from + 1]!.unit === here.unit ? entering(from + 1) : undefined;
      let i = from + 1;
      while (frame !== undefined && is(i + 1) && MODEL[i + 1]!.unit === here.unit && MODEL[i + 1]!.frames.includes(frame)) i++;
      return i;
    }
    if (here.step === 0) {
      let i = from - 1;
      while (command.granularity === 'statement' && MODEL[i]!.step !== 0) i--;
      return i;
    }
    const frame = leaving(from);
    let i = from - 1;
    while (frame !== undefined && MODEL[i]!.frames.includes(frame)) i--;
    return i;
  }
  // Out: the innermost frame that goes on beyond here; the line itself where there is none.
  const open = here.frames.filter((f) => MODEL[from + 1]?.unit === here.unit && MODEL[from + 1]!.frames.includes(f)).at(-1);
  if (here.step === 0) throw new Error('out of blocks is not modelled');
  if (by > 0) {
    if (open === undefined) return nextUnit();
    let i = from;
    while (MODEL[i + 1]?.unit === here.unit && MODEL[i + 1]!.frames.includes(open)) i++;
    return i;
  }
  if (open === undefined) return unitStart();
  let i = from;
  while (MODEL[i]!.frames.includes(open)) i--;
  return i;
}

/** Whether a breakpoint has a moment there, by its words alone. */
function hasMoment(request: BreakpointRequest, i: number): boolean {
  const m = MODEL[i]!;
  if (request.kind === 'line') return m.step === 0 && m.line === request.line;
  if (request.kind === 'data') {
    const which = request.target.kind === 'memory' ? 0 : 1;
    return i > 0 && m.watched[which] !== MODEL[i - 1]!.watched[which];
  }
  if (m.done === undefined) return false;
  if (request.kind === 'function') return stepNames(m.done).includes(request.name);
  return request.kind === 'exception' && (m.done.kind === 'event' ? request.filter === 'event' : m.done.kind === 'outcome' && request.filter === 'expectation');
}

/** Whether it stops there: every one of its moments, or every second one since the start. */
function stops(request: BreakpointRequest, i: number): boolean {
  if (!hasMoment(request, i) || request.hitCondition === undefined) return hasMoment(request, i);
  let count = 0;
  for (let k = 1; k <= i; k++) if (hasMoment(request, k)) count++;
  return count > 0 && count % 2 === 0;
}

const anyBreakpoint: fc.Arbitrary<BreakpointRequest> = fc.tuple(fc.oneof(
  fc.constantFrom(...new Set(MODEL.map((m) => m.line))).filter((l) => l >= 0).map((line): BreakpointRequest => ({ kind: 'line', file: PATH, line })),
  fc.constantFrom('CMD_SYNC', 'CMD_TLBI_NH_VA', 'F_TRANSLATION', 'walk.s1.l3', 'fetch.STE', 'store').map((name): BreakpointRequest => ({ kind: 'function', name })),
  fc.constantFrom('event', 'expectation').map((filter): BreakpointRequest => ({ kind: 'exception', filter })),
  fc.constantFrom<BreakpointRequest[]>(
    { kind: 'data', access: 'change', target: { kind: 'memory', address: 0x8100_0000, size: 1 } },
    { kind: 'data', access: 'change', target: { kind: 'register', smmu: 0, offset: 0x9c, size: 4 } },
  ),
), fc.boolean()).map(([request, counts]) => (counts ? { ...request, hitCondition: '% 2' } : request));

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const), how: fc.constantFrom('in' as const, 'over' as const, 'out' as const), direction: fc.constantFrom('forward' as const, 'backward' as const), granularity: fc.constantFrom('statement' as const, 'instruction' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('continue' as const), direction: fc.constantFrom('forward' as const, 'backward' as const) }) },
  { weight: 1, arbitrary: fc.nat(MODEL.length - 1).map((i): Command => ({ kind: 'to', moment: { unit: MODEL[i]!.unit, step: MODEL[i]!.step }, isJump: true })) },
);

describe('a session against a plain run', () => {
  it('the plain run is what it should be', () => {
    expect(MODEL.length).toBeGreaterThan(200);
    expect(MODEL.filter((m) => m.done?.kind === 'outcome')).toHaveLength(1);
    expect(new Set(MODEL.map((m) => m.hash)).size).toBeGreaterThan(50);
  });

  it.each([{ cachedSteps: 100_000 }, { cachedSteps: 0 }])('is at the same moment with the same state after any commands (%o)', (limits) => {
    fc.assert(fc.property(fc.array(anyCommand, { minLength: 1, maxLength: 25 }), fc.array(anyBreakpoint, { maxLength: 3 }), (commands, requests) => {
      const s = session(TEXT, { limits });
      for (const kind of ['line', 'function', 'exception', 'data'] as const) s.setBreakpoints({ kind }, requests.filter((r) => r.kind === kind));
      let at = 0;
      let furthest = 0;
      for (const command of commands) {
        if (command.kind === 'step' && command.how === 'out' && MODEL[at]!.step === 0) continue;
        const target = lead(command, at);
        const by = target >= at ? 1 : -1;
        let expected = target;
        const isJump = command.kind === 'to';
        if (!isJump) {
          const isHit = (i: number): boolean => requests.some((r) => stops(r, i));
          for (let i = at + by; by > 0 ? i <= target : i >= target; i += by) {
            if (!isHit(i)) continue;
            expected = i;
            break;
          }
        }
        const stop = s.run(command);
        expect([stop.moment, command]).toEqual([{ unit: MODEL[expected]!.unit, step: MODEL[expected]!.step }, command]);
        expect(s.system.machine.hash).toBe(MODEL[expected]!.hash);
        at = expected;
        furthest = Math.max(furthest, at);
        expect(s.isPast).toBe(at < furthest);
        expect(s.thread).toBeGreaterThan(0);
        expect(s.frames().length).toBeGreaterThan(MODEL[at]!.step > 0 || MODEL[at]!.line >= 0 ? 0 : -1);
      }
    }), { numRuns: 100 });
  });

  it('every moment, forwards and then backwards, has one state', () => {
    const s = session(TEXT, { limits: { cachedSteps: 50 } });
    const step = (direction: 'forward' | 'backward'): Command => ({ kind: 'step', how: 'in', direction, granularity: 'instruction' });
    const seen = [s.system.machine.hash];
    while (s.run(step('forward')).reason !== 'end') seen.push(s.system.machine.hash);
    seen.push(s.system.machine.hash);
    expect(seen).toEqual(MODEL.map((m) => m.hash));
    const back = [s.system.machine.hash];
    while (s.run(step('backward')).reason !== 'start') back.push(s.system.machine.hash);
    expect(back.toReversed()).toEqual(seen);
  });

  it('after any edits, sessions that keep steps and sessions that make them again agree, both ways', () => {
    const anyEdit = fc.record({ kind: fc.constant('edit' as const), address: fc.constantFrom(0x8100_0000, 0x8200_0000, 0x8100_3000), value: fc.nat(255) });
    fc.assert(fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: anyCommand }, { weight: 1, arbitrary: anyEdit }), { minLength: 2, maxLength: 20 }), (actions) => {
      const both = [session(TEXT, { limits: { cachedSteps: 0 } }), session(TEXT, { limits: { cachedSteps: 100_000 } })];
      const results = both.map((s) => actions.map((action) => {
        const stop = action.kind === 'edit' ? s.edit(() => { s.system.machine.memory.store32(0, action.address, action.value); }) : s.run(action);
        return [stop.reason, stop.moment, stop.text, s.system.machine.hash, s.isPast];
      }));
      expect(results[0]).toEqual(results[1]);
      const [s] = both;
      s!.run({ kind: 'continue', direction: 'forward' });
      const end = s!.system.machine.hash;
      const states: string[] = [];
      const step = (direction: 'forward' | 'backward'): Command => ({ kind: 'step', how: 'in', direction, granularity: 'instruction' });
      do states.push(s!.system.machine.hash); while (s!.run(step('backward')).reason !== 'start');
      for (let i = states.length - 1; i >= 0; i--) {
        expect(s!.system.machine.hash).toBe(states[i]);
        s!.run(step('forward'));
      }
      expect(s!.system.machine.hash).toBe(end);
    }), { numRuns: 15 });
  });
});
