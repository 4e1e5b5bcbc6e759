/**
 * How fast the emulator is, in one run: translations per second by kind, and what stepping, the undo
 * log and sizes cost, as ratios. CPU time,
 * best of several rounds. `node bench/run.mjs emulator`
 */
import { Machine, Response, requestOf, u64, type CachePolicy, OK } from '../emulator/index.ts';
import { buildTables } from './emulatorTables.ts';

const COLD: CachePolicy = { tlb: 0, walks: 0, config: 64 };
const WARM: CachePolicy = { tlb: 1 << 18, walks: 0, config: 64 };

interface Rig { readonly machine: Machine; readonly pages: number }

function rig(kind: 'stage 1' | 'nested', policy: CachePolicy, pages: number): Rig {
  const machine = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x40_0000_0000 }], smmus: [{ model: 'v3.3-full', policy }] });
  buildTables(machine, kind, pages);
  return { machine, pages };
}

/** Something to measure: a rig, and what to do after each translation. */
interface Runner extends Rig { readonly each?: () => void }

const COUNT = 200_000;
const ROUNDS = 9;

/** Translates the pages of a rig over and over. */
function run({ machine, pages, each }: Runner): void {
  const smmu = machine.smmus[0]!;
  const request = requestOf({ sid: 5, address: u64(0x12, 0), access: 1 });
  const response = new Response();
  for (let i = 0; i < COUNT; i++) {
    request.lo = (i % pages) << 12;
    smmu.translate(request, response);
    if (response.status !== OK) throw new Error('the bench does not translate');
    if (each !== undefined) each();
  }
}

/** Translations per second of each, measured in turn so that a busy machine slows all of them alike. */
function compete(runners: readonly Runner[]): number[] {
  for (const runner of runners) for (let i = 0; i < 2; i++) run(runner);
  const best = runners.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    runners.forEach((runner, i) => {
      const from = process.cpuUsage();
      run(runner);
      best[i] = Math.max(best[i]!, COUNT / seconds(from));
    });
  }
  return best;
}

/** CPU time, so that other programs on the machine do not count. */
function seconds(from: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(from);
  return (used.user + used.system) / 1e6;
}

const million = (n: number): string => `${(n / 1e6).toFixed(2)} M/s`;

/** The rig with an undo log that is marked at each translation. */
function logged(runner: Rig): Runner {
  const { history } = runner.machine;
  history.recording = true;
  return { ...runner, each: () => history.mark() };
}

function observed(runner: Rig): Runner {
  const seen = new Map<string, number>();
  runner.machine.observer = { step: (s) => { seen.set(s.kind, s.position); } };
  return runner;
}

function main(): void {
  const small: CachePolicy = { tlb: 64, walks: 0, config: 64 };
  const [warm, warmNested, many, one, nested, none, small1] = compete([
    rig('stage 1', WARM, 256), rig('nested', WARM, 256), rig('stage 1', WARM, 65536), rig('stage 1', COLD, 256), rig('nested', COLD, 256),
    rig('stage 1', { tlb: 0, walks: 0, config: 0 }, 256), rig('stage 1', small, 256),
  ]);
  const lines: [string, string][] = [
    ['warm TLB, stage 1, 256 pages', million(warm!)], ['warm TLB, nested, 256 pages', million(warmNested!)], ['warm TLB, stage 1, 64k pages', million(many!)],
    ['no TLB, stage 1, 4 reads', million(one!)], ['no TLB, nested, 24 reads', million(nested!)], ['no caches at all, stage 1', million(none!)],
    ['TLB of 64 entries that always misses', million(small1!)],
  ];
  const ratio = (name: string, make: () => Rig, other: (r: Rig) => Runner): void => {
    const [plain, slow] = compete([make(), other(make())]);
    lines.push([name, (plain! / slow!).toFixed(2)]);
  };
  ratio('stepping / running, no TLB, stage 1', () => rig('stage 1', COLD, 256), observed);
  ratio('undo log / plain, warm TLB', () => rig('stage 1', WARM, 256), logged);
  ratio('undo log / plain, no TLB', () => rig('stage 1', COLD, 256), logged);
  ratio('undo log / plain, TLB of 64 that always misses', () => rig('stage 1', small, 256), logged);
  const [few, full] = compete([rig('stage 1', COLD, 256), rig('stage 1', COLD, 1 << 18)]);
  lines.push(['a thousand times the memory / little, no TLB', (few! / full!).toFixed(2)]);
  lines.push(['rewind of 100,000 steps', `${rewind().toFixed(1)} ms`]);
  for (const [name, value] of lines) console.log(`${name.padEnd(50)} ${value}`);
}

/** Milliseconds to undo 100,000 steps that each change the TLB and memory. */
function rewind(): number {
  const { machine } = rig('stage 1', { tlb: 64, walks: 0, config: 64 }, 256);
  const { history, memory } = machine;
  const smmu = machine.smmus[0]!;
  const request = requestOf({ sid: 5, address: u64(0x12, 0), access: 1 });
  const response = new Response();
  const before = machine.hash;
  history.recording = true;
  for (let i = 0; i < 100_000; i++) {
    request.lo = (i % 256) << 12;
    smmu.translate(request, response);
    memory.store32(0, 0x6000_0000 + (i & 0xfff) * 4, i);
    history.mark();
  }
  const from = process.cpuUsage();
  if (!history.back(100_000)) throw new Error('the log does not reach back');
  const took = seconds(from) * 1e3;
  if (machine.hash !== before) throw new Error('rewinding did not restore the state');
  return took;
}

main();
