/** Every example scenario, through all its moments and back: with each hypervisor the same states, and the same steps when they are made again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRun } from '../../../debugger/run/index.ts';
import { readScenario } from '../../../debugger/scenario/read.ts';
import { Session } from '../../../debugger/session/session.ts';
import type { Command } from '../../../debugger/session/types.ts';
import { stepLine } from '../../../debugger/trace/stepText.ts';
import { scenarioFiles } from '../run/support.ts';

const FOLDER = resolve('examples/scenarios');
const EXAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith('.smmu'));
const forward: Command = { kind: 'continue', direction: 'forward' };
const MOST = 600;

function sessionOf(name: string, cachedSteps: number): Session {
  const path = join(FOLDER, name);
  const host = scenarioFiles({ [path]: readFileSync(path, 'utf8') });
  return new Session({
    boot: () => {
      const program = readScenario(path, host);
      const run = createRun(program, host);
      if (!('runner' in run)) throw new Error(run.problems.map((p) => p.message).join('\n'));
      return { program, system: run.system, runner: run.runner };
    },
    readText: (file) => host.readText(file), limits: { cachedSteps },
  });
}

/** Lines of all steps of a unit. */
function lines(s: Session, unit: number): string[] {
  return s.timeline.trace(unit)?.steps.map(stepLine) ?? [];
}

describe('examples', () => {
  it('are there', () => expect(EXAMPLES.length).toBeGreaterThanOrEqual(10));

  it.each(EXAMPLES)('%s has one state at each moment, whichever way it is come to', (name) => {
    const s = sessionOf(name, 100_000);
    s.setBreakpoints({ kind: 'exception' }, [{ kind: 'exception', filter: 'expectation' }, { kind: 'exception', filter: 'error' }]);
    const ends: string[] = [s.system.machine.hash];
    const step = (how: 'in' | 'over', direction: 'forward' | 'backward', granularity: 'statement' | 'instruction'): Command => ({ kind: 'step', how, direction, granularity });
    while (s.run(step('over', 'forward', 'statement')).reason !== 'end') ends.push(s.system.machine.hash);
    ends.push(s.system.machine.hash);
    const { count } = s.timeline;
    const first = Array.from({ length: count }, (_, unit) => lines(s, unit));

    // Made again from the past, all steps are the same.
    const cold = sessionOf(name, 0);
    cold.run(forward);
    expect(cold.system.machine.hash).toBe(ends.at(-1));
    for (let unit = count - 1; unit >= 0; unit--) expect(lines(cold, unit)).toEqual(first[unit]);

    // Moment by moment backwards from the end, as many as time allows, and forwards again.
    const states = new Map<string, string>();
    const key = (): string => `${s.moment.unit}.${s.moment.step}`;
    for (let i = 0; i < MOST && s.stop.reason !== 'start'; i++) {
      states.set(key(), s.system.machine.hash);
      s.run(step('in', 'backward', 'instruction'));
    }
    for (let i = 0; i < MOST && s.stop.reason !== 'end'; i++) {
      const known = states.get(key());
      if (known !== undefined) expect([key(), s.system.machine.hash]).toEqual([key(), known]);
      s.run(step('in', 'forward', 'instruction'));
    }
    expect(s.system.machine.hash).toBe(ends.at(-1));
  });

  it('stop where Xen takes a command of a guest, in the thread of the emulated SMMU, and at its crash', () => {
    const s = sessionOf('vsmmu-merge-v3.smmu', 1000);
    s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'xen.cfgi_ste' }]);
    expect(s.run(forward)).toMatchObject({ reason: 'breakpoint', text: 'domd.vsmmu0: CMD_CFGI_STE' });
    expect(s.threads[s.thread - 1]).toMatchObject({ name: 'domd.vsmmu0', kind: 'command queue' });
    expect(s.frames().map((f) => f.name)).toEqual([
      'domd.vsmmu0: CMD_CFGI_STE', 'domd: writes 0x5 to CMDQ_PROD', expect.stringContaining('attaches') as string, 'attach eth0',
    ]);
    s.setBreakpoints({ kind: 'function' }, []);
    s.setBreakpoints({ kind: 'exception' }, [{ kind: 'exception', filter: 'crash' }]);
    const crash = s.run(forward);
    expect(crash).toMatchObject({ reason: 'exception', exception: { filter: 'crash' } });
    expect(s.run({ kind: 'continue', direction: 'backward' }).reason).toBe('start');
    expect(s.run(forward).moment).toEqual(crash.moment);
  });

  it('show what a step changed in the state of a hypervisor', () => {
    const s = sessionOf('vsmmu-merge-v3.smmu', 1000);
    s.setBreakpoints({ kind: 'exception' }, [{ kind: 'exception', filter: 'crash' }]);
    s.run(forward);
    s.run({ kind: 'step', how: 'in', direction: 'backward', granularity: 'instruction' });
    expect(s.changes().find((c) => c.kind === 'other' && c.name === 'xen.crash')).toMatchObject({ before: '""' });
  });
});
