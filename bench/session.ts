/**
 * What a debug session costs over a plain run, in one run: a scenario of a million steps, plain and
 * under the session, forwards and backwards, with and without breakpoints that look at every step;
 * how long single steps take at its end; and how much memory all of it holds. CPU time.
 * `node --expose-gc bench/run.mjs session [STEPS]`
 */
import { createRun } from '../debugger/run/index.ts';
import { readScenario } from '../debugger/scenario/read.ts';
import { Session } from '../debugger/session/session.ts';
import type { BreakpointRequest, Command } from '../debugger/session/types.ts';
import { EXCEPTION_FILTERS } from '../debugger/trace/exceptions.ts';
import { nodeFiles } from '../cli/files.ts';
import { nodeScenarioFiles } from '../cli/scenarioFiles.ts';

const STEPS = Number(process.argv[2] ?? 1_000_000);
const PATH = '/bench/session.smmu';

/** A write, an invalidation of its translation, and a change of memory, again and again: about 20 steps a round. */
const scenario = (rounds: number): string => `smmu smmu0 base=0x9050000
device eth0 smmu=smmu0 sid=8
memory ram 0x80000000 256M
limit steps=100000000
in host
  probe smmu0
  attach eth0
  map eth0 0x10000000 -> 0x81000000 64K rw
repeat ${rounds} as i
  command smmu0 TLBI_NSNH_ALL
  dma eth0 write (0x10000000 + (i & 15) * 0x1000) "data"
  poke 0x82000000 (i + 1)
`;

function session(text: string): Session {
  const files = { ...nodeScenarioFiles(nodeFiles), readText: (path: string) => (path === PATH ? text : undefined) };
  return new Session({
    boot: () => {
      const program = readScenario(PATH, files);
      const run = createRun(program, files);
      if (!('runner' in run)) throw new Error(run.problems.map((p) => p.message).join('\n'));
      return { program, system: run.system, runner: run.runner };
    },
  });
}

function seconds(run: () => void): number {
  const from = process.cpuUsage();
  run();
  const used = process.cpuUsage(from);
  return (used.user + used.system) / 1e6;
}

function megabytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return Math.round((heapUsed + arrayBuffers) / 2 ** 20);
}

function say(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(58)} ${value}\n`);
}

const forward: Command = { kind: 'continue', direction: 'forward' };
const backward: Command = { kind: 'continue', direction: 'backward' };
const defaults: BreakpointRequest[] = EXCEPTION_FILTERS.filter((f) => f.isDefault).map((f) => ({ kind: 'exception', filter: f.id }));

function stepsOf(roundsToRun: number): number {
  const s = session(scenario(roundsToRun));
  s.run(forward);
  let steps = 0;
  for (let unit = 0; unit < s.timeline.count; unit++) steps += s.timeline.stepsOf(unit);
  return steps;
}

/** So many rounds that they make at least as many steps as were asked for. */
function rounds(): number {
  const [few, many] = [1000, 2000];
  return many + Math.max(0, Math.ceil((STEPS - stepsOf(many)) / ((stepsOf(many) - stepsOf(few)) / (many - few))));
}

/** Milliseconds of each of many commands: median, 99th of a hundred, most. Of computing, or of time where helpers compute beside. */
function latency(s: Session, commands: readonly Command[]): string {
  const times: number[] = [];
  for (let i = 0; i < 600; i++) {
    const start = performance.now();
    const computed = seconds(() => {
      s.run(commands[i % commands.length]!);
      s.frames();
      s.changes();
    });
    times.push(Math.min(1000 * computed, performance.now() - start));
  }
  times.sort((a, b) => a - b);
  return [0.5, 0.99, 1].map((p) => (times[Math.min(times.length - 1, Math.floor(times.length * p))] ?? 0).toFixed(2)).join(' / ');
}

const step = (how: 'in' | 'over' | 'out', direction: 'forward' | 'backward', granularity: 'statement' | 'instruction' = 'statement'): Command => ({ kind: 'step', how, direction, granularity });

const count = rounds();
const text = scenario(count);
const start = megabytes();

const bare = session(text);
const { system } = bare;
const plain = seconds(() => {
  system.observe(null);
  // The runner of a session that is never moved: the same program without anybody who watches.
  const files = { ...nodeScenarioFiles(nodeFiles), readText: (path: string) => (path === PATH ? text : undefined) };
  const run = createRun(readScenario(PATH, files), files);
  if (!('runner' in run)) throw new Error('no run');
  run.system.machine.history.recording = true;
  while (run.runner.run() !== undefined);
});

const s = session(text);
s.setBreakpoints({ kind: 'exception' }, defaults);
const there = seconds(() => s.run(forward));
let total = 0;
for (let unit = s.timeline.oldest; unit < s.timeline.count; unit++) total += s.timeline.stepsOf(unit);
say('steps and units that can be gone back to', `${total}, ${s.timeline.count}`);
say('a plain run with history, nobody watching', `${plain.toFixed(2)} s`);
say('the session forwards, default exceptions', `${there.toFixed(2)} s, ${(there / plain).toFixed(2)} of the plain run`);
say('memory held', `${megabytes() - start} MB`);
say('step latency at the end, back and forth (median / p99 / most)', `${latency(s, [step('in', 'backward'), step('over', 'backward'), step('in', 'forward'), step('over', 'forward')])} ms`);
s.run({ kind: 'to', moment: { unit: Math.floor(s.timeline.count / 2), step: 0 }, isJump: true });
say('step latency in the middle', `${latency(s, [step('in', 'backward', 'instruction'), step('out', 'backward'), step('over', 'backward')])} ms`);
s.run({ kind: 'to', moment: { unit: s.timeline.count, step: 0 }, isJump: true });
const back = seconds(() => s.run(backward));
say('the session backwards', `${back.toFixed(2)} s, ${(back / there).toFixed(2)} of forwards`);
const again = seconds(() => s.run(forward));
say('the session forwards through what is recorded', `${again.toFixed(2)} s, ${(again / there).toFixed(2)} of the first time`);
s.setBreakpoints({ kind: 'function' }, [{ kind: 'function', name: 'xen.never' }]);
s.setBreakpoints({ kind: 'data' }, [{ kind: 'data', target: { kind: 'memory', address: 0x8300_0000, size: 8 }, access: 'readWrite' }]);
const searched = seconds(() => s.run(backward));
say('backwards, looking at every step', `${searched.toFixed(2)} s, ${(searched / there).toFixed(2)} of forwards`);
const searchedThere = seconds(() => s.run(forward));
say('forwards, looking at every step', `${searchedThere.toFixed(2)} s, ${(searchedThere / there).toFixed(2)} of forwards`);
say('memory held', `${megabytes() - start} MB`);
