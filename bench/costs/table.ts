/** The cost table as Markdown. */
import { SYSTEMS } from './systems.ts';
import { count, type Counted } from './workload.ts';

const WORKLOADS: readonly (readonly [label: string, size: number, masters: number])[] = [
  ['4K, 1 master', 0x1000, 1], ['4K, 4 masters', 0x1000, 4], ['1M, 1 master', 0x10_0000, 1], ['1M, 4 masters', 0x10_0000, 4],
];

const COLUMNS: readonly (readonly [title: string, value: (c: Counted) => number])[] = [
  ['traps', (c) => c.traps], ['calls', (c) => c.calls], ['guest commands', (c) => c.guestCommands], ['commands', (c) => c.commands], ['of them syncs', (c) => c.syncs],
  ['of them invalidations', (c) => c.invalidations], ['software reads', (c) => c.softwareReads], ['table writes', (c) => c.tableWrites], ['hardware reads', (c) => c.hardwareReads],
];

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

const INTRODUCTION = `# What a design costs

One workload on each system, counted in the emulator: every master has an address space of its own,
maps memory there, reads every page of it once, and unmaps it. Attaching is not counted. Counts do
not depend on the machine that runs this; \`npm run bench:costs\` prints them, and with
\`-- --write\` brings this page up to date.

- traps: accesses of a guest to registers that the hypervisor emulates
- calls: hypercalls, or calls of user space into the kernel
- guest commands: commands of a guest that the hypervisor carried out
- commands: what went into the queue of the physical SMMU
- software reads: reads of queues, tables and entries in guest memory by the hypervisor
- table writes: descriptors written, by the guest or by the hypervisor
- hardware reads: entries and descriptors that the SMMU read for the DMA, with an unlimited TLB

All drivers here invalidate page by page, as Linux does on hardware without range invalidation.`;

const PUBLISHED = `## Published measurements

Of the pKVM series, for comparison: microseconds per map / unmap on a 4-core Morello board without
range invalidation, with the kernel's DMA map benchmark. Times, so not comparable with the counts
above line by line; their growth with size is.

| size, threads | plain kernel | pKVM |
|---|---|---|
| 4K, 1 | 0.1 / 0.7 | 0.3 / 1.3 |
| 4K, 4 | 0.1 / 1.1 | 0.5 / 3.3 |
| 1M, 1 | 0.8 / 21.5 | 2.6 / 27.3 |
| 1M, 4 | 1.1 / 45.7 | 3.6 / 46.2 |`;

/** The whole page. */
export function costPage(): string {
  const systems = ['## Systems', '', ...SYSTEMS.map((s) => `- **${s.name}**: ${s.text}`)].join('\n');
  const tables = WORKLOADS.map(([label, size, masters]) => [
    `## ${label}`, '', line(['system', ...COLUMNS.map(([title]) => title)]), line(['---', ...COLUMNS.map(() => '---:')]),
    ...SYSTEMS.map((s) => {
      const counted = count(s, size, masters);
      return line([s.name, ...COLUMNS.map(([, value]) => value(counted))]);
    }),
  ].join('\n'));
  return `${[INTRODUCTION, systems, ...tables, PUBLISHED].join('\n\n')}\n`;
}
