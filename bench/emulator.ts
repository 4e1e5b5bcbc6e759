/**
 * How fast the emulator is, in one run: translations per second by kind, and what stepping, the undo
 * log and sizes cost, as ratios. `node bench/emulator.ts` after bundling, see the end of the file.
 */
import { Machine, Response, requestOf, u64, type CachePolicy, type SmmuConfig, OK } from '../emulator/index.ts';
import { buildTables } from './emulatorTables.ts';

const COLD: CachePolicy = { tlb: 0, walks: 0, config: 64 };
const WARM: CachePolicy = { tlb: 1 << 18, walks: 0, config: 64 };

interface Rig { readonly machine: Machine; readonly pages: number }

function rig(kind: 'stage 1' | 'nested', policy: CachePolicy, pages: number, more: Partial<SmmuConfig> = {}): Rig {
  const machine = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x40_0000_0000 }], smmus: [{ model: 'v3.3-full', policy, ...more }] });
  buildTables(machine, kind, pages);
  return { machine, pages };
}

/** Runs translations over all pages for a while; gives how many a second. */
function rate({ machine, pages }: Rig, each?: () => void): number {
  const smmu = machine.smmus[0]!;
  const request = requestOf({ sid: 5, address: u64(0x12, 0), access: 1 });
  const response = new Response();
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) {
      request.lo = (i % pages) << 12;
      smmu.translate(request, response);
      if (response.status !== OK) throw new Error('the bench does not translate');
      if (each !== undefined) each();
    }
  };
  run(200_000);
  let best = 0;
  for (let round = 0; round < 5; round++) {
    const count = 500_000;
    const from = process.cpuUsage();
    run(count);
    best = Math.max(best, count / seconds(from));
  }
  return best;
}

/** CPU time, so that other programs on the machine do not count. */
function seconds(from: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(from);
  return (used.user + used.system) / 1e6;
}

const million = (n: number): string => `${(n / 1e6).toFixed(2)} M/s`;

function main(): void {
  const lines: [string, string][] = [];
  const warm = rate(rig('nested', WARM, 256));
  lines.push(['warm TLB, 256 pages (nested)', million(warm)]);
  lines.push(['warm TLB, 64k pages', million(rate(rig('stage 1', WARM, 65536)))]);
  const one = rate(rig('stage 1', COLD, 256));
  lines.push(['stage 1, 4 reads, no TLB', million(one)]);
  const nested = rate(rig('nested', COLD, 256));
  lines.push(['nested, 24 reads, no TLB', million(nested)]);
  lines.push(['stage 1, configuration read each time too', million(rate(rig('stage 1', { tlb: 0, walks: 0, config: 0 }, 256)))]);

  const observed = rig('stage 1', COLD, 256);
  const seen = new Map<string, number>();
  observed.machine.observer = { step: (s) => { seen.set(s.kind, s.position); } };
  lines.push(['running / stepping (stage 1)', (one / rate(observed)).toFixed(2)]);

  for (const [name, policy] of [['bounded caches', { tlb: 64, walks: 0, config: 64 }], ['no TLB', COLD]] as const) {
    const plain = rate(rig('stage 1', policy, 256));
    const logged = rig('stage 1', policy, 256);
    logged.machine.history.recording = true;
    lines.push([`undo log / plain, time (${name})`, (plain / rate(logged, () => logged.machine.history.mark())).toFixed(2)]);
  }
  lines.push(['rewind of 100,000 steps', `${rewind().toFixed(1)} ms`]);
  for (const [name, value] of lines) console.log(`${name.padEnd(44)} ${value}`);
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
