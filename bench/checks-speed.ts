/**
 * What dtc's checks cost beside the merge that they follow, warm, on heavy boards and on one node
 * with many children: VSMMU_KERNEL=/path/to/linux node bench/run.mjs checks-speed. Time per child
 * must not grow with their number.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DTC_RULES } from '../model/devicetree/checks/index.ts';
import { CheckTree } from '../model/devicetree/checks/view.ts';
import { identityText } from '../model/devicetree/source/identity.ts';
import { parseDts } from '../model/devicetree/syntax/parse.ts';
import { mergeDts } from '../model/devicetree/tree/merge.ts';

const BOARDS = ['qcom/sm8550-mtp', 'ti/k3-j721e-common-proc-board', 'nvidia/tegra234-p3737-0000+p3701-0000', 'freescale/imx8qm-mek', 'rockchip/rk3588-rock-5b', 'renesas/r8a779g0-white-hawk'];

function preprocess(kernel: string, board: string): string {
  const roots = [join(kernel, 'scripts/dtc/include-prefixes'), join(kernel, 'include')];
  const path = join(kernel, 'arch/arm64/boot/dts', `${board}.dts`);
  return spawnSync('cpp', ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', ...roots.flatMap((r) => ['-I', r]), path], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
}

function siblings(count: number): string {
  const children = Array.from({ length: count }, (_, i) => `d${i}@${i.toString(16)} { reg = <${i} 1>; iommus = <&smmu ${i}>; };`);
  return `/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; smmu: iommu { #iommu-cells = <1>; }; ${children.join('\n')} };`;
}

/** CPU time of this process, so that a busy machine does not tell. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Medians of merge and checks in milliseconds of CPU time, each round on a fresh merge, and the slowest check. */
function measure(text: string, rounds: number): { nodes: number; merge: number; checks: number; slowest: string; found: number } {
  const { syntax } = parseDts(text);
  const expanded = identityText({ path: '/x.dts', text });
  const merges: number[] = [];
  const checks: number[] = [];
  const each = new Map<string, number[]>();
  let nodes = 0;
  let found = 0;
  for (let round = 0; round < rounds; round += 1) {
    const start = cpuMs();
    const { tree } = mergeDts(syntax);
    const merged = cpuMs();
    const view = new CheckTree(tree, expanded);
    nodes = view.nodes.length;
    found = 0;
    for (const rule of DTC_RULES) {
      const before = cpuMs();
      for (const _ of rule.check(view)) found += 1;
      each.set(rule.id, [...(each.get(rule.id) ?? []), cpuMs() - before]);
    }
    merges.push(merged - start);
    checks.push(cpuMs() - merged);
  }
  const [slowest] = [...each].map(([id, times]) => ({ id, ms: median(times) })).sort((a, b) => b.ms - a.ms);
  return { nodes, merge: median(merges), checks: median(checks), slowest: `${slowest?.id} ${slowest?.ms.toFixed(2)}`, found };
}

const rows: Record<string, object> = {};
const kernel = process.env['VSMMU_KERNEL'];
if (kernel === undefined) console.log('VSMMU_KERNEL is not set: no boards');
else for (const board of BOARDS) rows[board] = measure(preprocess(kernel, board), 100);
for (const count of [12_500, 25_000, 50_000]) rows[`${count} siblings`] = measure(siblings(count), 7);
console.table(rows);
