import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toBlob } from '../../../model/devicetree/blob/write.ts';
import { finish } from '../../../debugger/scenario/pace.ts';
import { boardOf, compileTreeSteps } from '../../../debugger/system/sources/board.ts';
import { createRun } from '../../../debugger/run/index.ts';
import { readScenario } from '../../../debugger/scenario/read.ts';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import { boardNames } from '../../../debugger/scenario/machine.ts';
import { offeredNames } from '../../../debugger/scenario/nodeNames.ts';
import { assemble } from '../../../model/platform/guests/assemble.ts';
import { systemOf } from '../../../model/platform/guests/system.ts';
import { checkout, failures, prepare, problemsOf, scenarioFiles } from '../run/support.ts';

const AT = resolve('examples/scenarios/test.smmu');

describe('a board', () => {
  it('gives SMMUs, masters and memory', () => {
    const path = resolve('examples/merlin/merlin-gateway.dts');
    const { tree, problems } = finish(compileTreeSteps(path, scenarioFiles()));
    const board = boardOf(tree);
    expect(problems).toEqual([]);
    expect(board.smmus.map((s) => [s.name, s.aliases, s.base])).toEqual([
      ['smmu_io', ['iommu@15000000', '/soc@10000000/iommu@15000000'], 0x1500_0000], ['smmu_pcie', ['iommu@15100000', '/soc@10000000/iommu@15100000'], 0x1510_0000],
    ]);
    const devices = new Map(board.devices.map((d) => [d.name, d]));
    expect(devices.get('eth0')).toMatchObject({ aliases: ['ethernet@1c400000', '/soc@10000000/ethernet@1c400000'], smmu: 0, sids: [0x120, 0x121, 0x122, 0x123] });
    expect(devices.get('pcie0')).toMatchObject({ smmu: 1, sids: [0], requesters: [{ rid: 0, count: 0x400, sid: 0 }] });
    expect(devices.has('gpu')).toBe(false);
    expect(board.memory).toEqual([{ name: 'memory@80000000', base: 0x8000_0000, size: 0x8000_0000, owner: undefined }]);
    expect(board.reserved).toEqual([{ base: 0xbf00_0000, size: 0x80_0000 }]);
    const { at } = devices.get('eth0')!;
    expect(readFileSync(at!.file, 'utf8').slice(at!.start, at!.end)).toContain('&smmu_io');
  });

  it('calls nodes by label, node name or path, whichever is the first that no other node has', () => {
    const smmu = (label: string, at: string): string => `${label}iommu@${at} { compatible = "arm,smmu-v3"; reg = <0x${at} 0x20000>; #iommu-cells = <1>; };`;
    const bus = (name: string, nodes: string): string => `${name} { #address-cells = <1>; #size-cells = <1>; ranges; ${nodes} };`;
    const dma = (label: string, at: string, sid: number): string => `${label}dma@${at} { reg = <0x${at} 0x1000>; iommus = <&smmu ${sid}>; };`;
    const source = bus('/', [
      smmu('smmu: ', '100000'), smmu('', '200000'), bus('left', dma('', '1000', 1) + dma('dma: ', '2000', 2)), bus('right', dma('', '1000', 3) + dma('', '2000', 4) + dma('', '3000', 5)),
    ].join('\n')).replace('ranges; ', '');
    const { tree, problems } = finish(compileTreeSteps('/s/b.dts', scenarioFiles({ '/s/b.dts': `/dts-v1/;\n${source}\n` })));
    const board = boardOf(tree);
    expect(problems).toEqual([]);
    expect(board.smmus.map((s) => [s.name, ...s.aliases])).toEqual([['smmu', 'iommu@100000', '/iommu@100000'], ['iommu@200000', '/iommu@200000']]);
    expect(board.devices.map((d) => [d.sids[0], d.name, ...d.aliases])).toEqual([
      [1, '/left/dma@1000', '/left/dma@1000'], [2, 'dma', '/left/dma@2000'], [3, '/right/dma@1000', '/right/dma@1000'],
      [4, '/right/dma@2000', '/right/dma@2000'], [5, 'dma@3000', '/right/dma@3000'],
    ]);
  });

  it('is the same machine as a blob', () => {
    const { tree } = finish(compileTreeSteps(resolve('examples/merlin/merlin-evk.dts'), scenarioFiles()));
    const blob = toBlob(tree.tree);
    const host = scenarioFiles({ '/s/b.smmu': 'board "evk.dtb"\nin host\n  probe\n  attach ethernet@1c400000\n  map ethernet@1c400000 0 -> 0x90000000 4K\ndma ethernet@1c400000 read 0x10 4\nexpect pa 0x90000010\n' });
    const files = { ...host, readBytes: (path: string) => (path === '/s/evk.dtb' ? blob : host.readBytes(path)) };
    const run = createRun(readScenario('/s/b.smmu', files), files);
    if (!('runner' in run)) throw new Error(run.problems.map((p) => p.message).join());
    expect(failures(run)).toEqual([]);
    expect(run.system.smmus.map((s) => s.base)).toEqual([0x1500_0000, 0x1510_0000]);
  });

  it('has room for its StreamIDs, and takes changes of the scenario', () => {
    const { system } = prepare('board "../merlin/merlin-evk.dts"\nsmmu smmu_io model=mmu-600\ndevice extra smmu=smmu_io sid=5\nmemory more 0x100000000 1G\n', {}, AT);
    expect(system.machine.smmus.map((s) => s.parts.features.sidSize)).toEqual([24, 17]);
    expect(system.smmus).toHaveLength(2);
    expect(system.devices.at(-1)).toMatchObject({ name: 'extra', smmu: 0, sids: [5] });
    expect(system.machine.owners.at(0x1_0000_0000)).toBe('host');
  });

  it('does not take registers at an odd place', () => {
    expect(problemsOf('smmu s base=0x1001\ndma x read 0\n').join()).toContain('multiple of 64K');
  });

  it.each([
    ['memory a 0x40000000 1G\nmemory b 0x7ffff000 8K\n', 'This overlaps a at 0x40000000.'],
    ['memory a 0x40000000 1G\nmemory b 0x80000000 8K\n', ''],
    ['memory a 0x40000000 1G\nsmmu s base=0x40000000\n', 'This overlaps a at 0x40000000.'],
    ['smmu s base=0x40000000\nmemory a 0x40010000 1M\n', 'This overlaps the registers of s at 0x40000000.'],
    ['smmu s base=0x9050000\nsmmu t base=0x9060000\n', 'This overlaps the registers of s at 0x9050000.'],
    ['smmu s base=0x9050000\nsmmu t base=0x9070000\nsmmu s base=0x9090000\n', ''],
    ['smmu s\nsmmu t\ndevice d sid=8\n', 'There are several SMMUs, and the line does not say behind which of them d is.'],
    ['smmu s\nsmmu t\ndevice d smmu=t sid=8\n', ''],
    ['smmu s\nsmmu t\ndevice d\n', ''],
    ['device d sid=8\nsmmu s\n', 'No SMMU stands above this line that the device could be behind.'],
    ['smmu s\ndevice d sid=0x100000000\n', 'sid is too large.'],
    ['smmu s IDR1=0x100000000\n', 'IDR1 has 32 bits.'],
  ])('declared as %j: %s', (setup, message) => {
    expect(problemsOf(`${setup}echo "x"\n`)).toEqual(message === '' ? [] : [message]);
  });

  const TWINS = `/dts-v1/;
/ {
  #address-cells = <1>; #size-cells = <1>;
  memory@80000000 { device_type = "memory"; reg = <0x80000000 0x10000000>; };
  smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0x9050000 0x20000>; #iommu-cells = <1>; };
  a { #address-cells = <1>; #size-cells = <1>; ranges; dma@0 { iommus = <&smmu 1>; }; one: two: eth@1 { iommus = <&smmu 3>; }; };
  b { #address-cells = <1>; #size-cells = <1>; ranges; dma@0 { iommus = <&smmu 2>; }; };
};
`;

  it.each([['merlin', checkout('examples/merlin/merlin-evk.dts'), AT], ['twins', TWINS, '/s/test.smmu']])('is named alike by the editor and the debugger: %s', (_, text, at) => {
    const board = at === AT ? resolve('examples/merlin/merlin-evk.dts') : '/s/b.dts';
    const files = at === AT ? {} : { '/s/b.dts': text };
    const run = prepare(`board ${JSON.stringify(board)}\necho "x"\n`, files, at);
    const { system } = run;
    const { tree } = finish(compileTreeSteps(board, scenarioFiles(files)));
    const names = boardNames(systemOf(assemble({ trees: [tree], configs: [], association: 'stated', dialect: undefined })));
    const all = (things: readonly { readonly name: string; readonly aliases: readonly string[] }[]): string[][] => things.map(({ name, aliases }) => [name, ...aliases]);
    expect(all(names.smmus)).toEqual(all(system.smmus));
    expect(all(names.devices.filter(({ streams }) => streams.length > 0))).toEqual(all(system.devices));
    const labels = new Inspector(system).complete('', 0).map(({ label }) => label);
    for (const label of [...names.devices, ...names.smmus].filter((one) => !('streams' in one) || one.streams.length > 0).flatMap(offeredNames)) expect(labels).toContain(label);
  });

  it('has no name that two nodes share', () => {
    expect(problemsOf('board "b.dts"\nhypervisor xen\nguest g devices="dma@0"\n', { '/s/b.dts': TWINS }).join()).toContain('There is no device dma@0.');
    expect(prepare('board "b.dts"\necho "x"\n', { '/s/b.dts': TWINS }).system.devices.map(({ name, aliases }) => [name, ...aliases])).toEqual([['/a/dma@0', '/a/dma@0'], ['one', 'two', 'eth@1', '/a/eth@1'], ['/b/dma@0', '/b/dma@0']]);
  });

  it('is warned about where it has errors, and still runs', () => {
    const run = prepare('board "b.dts"\ndevice nic sid=1\n', { '/s/b.dts': '/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; memory@0 { device_type = "memory"; reg = <0x40000000 0x1000000>; }; x = <&nowhere>; };\n' });
    expect(new Set(run.problems.map((p) => p.level))).toEqual(new Set(['warning']));
    expect(run.problems.map((p) => p.message).join()).toContain('nowhere');
    expect(run.system.machine.memory.read(0x4000_0000, 4)).toEqual(new Uint8Array(4));
  });
});
