/** `vsmmu check` on scenarios: alone, in folders, on their boards. */
import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { BOARD } from '../debugger/scenario/support.ts';
import { testIo } from './support.ts';

async function check(files: Record<string, string>, args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const io = testIo(Object.fromEntries(Object.entries(files).map(([name, text]) => [`/project/${name}`, text])));
  const code = await run(['check', ...args], io);
  return { code, out: io.out(), err: io.err() };
}

const GOOD = 'board "../board.dts"\nguest domd "domd.cfg"\nin domd\n  probe smmu\n  attach eth0\n';
const CONFIG = '# xl.cfg\nname = "DomD"\nmemory = 512\nvcpus = 1\nkernel = "Image"\ndtdev = [ "/ethernet@e6800000" ]\n';

const MACHINE = 'smmu smmu0 model=mmu-600\ndevice eth0 smmu=smmu0 sid=8\n';

describe('vsmmu check', () => {
  it('checks a scenario that is named, on the board that it names', async () => {
    const files = { 'board.dts': BOARD, 's/a.smmu': GOOD, 's/domd.cfg': CONFIG };
    expect(await check(files, ['s/a.smmu'])).toEqual({ code: 0, out: 'no problems, 1 scenario checked\n', err: '' });
    const { code, out } = await check({ ...files, 's/a.smmu': GOOD.replace('eth0', 'eth1') }, ['s/a.smmu']);
    expect(code).toBe(1);
    expect(out).toBe([
      's/a.smmu:5:10: error: `eth1` is no device of this machine. [scenario-unknown-device]', ' 5 |   attach eth1', '   |          ^^^^', '   help: Did you mean `eth0`?', '',
      '1 error in 1 file, 1 scenario checked', '',
    ].join('\n'));
  });

  it('finds scenarios in folders, says each thing once, and counts', async () => {
    const files = { 'board.dts': '/dts-v1/;\n/ {\n};\n', 's/a.smmu': 'include "steps.smmu"\n', 's/b.smmu': 'include "steps.smmu"\n', 's/steps.smmu': 'prob\n' };
    const { code, out } = await check(files, ['--iommu-only', '.']);
    expect(code).toBe(1);
    expect(out.match(/scenario-unknown-action/g)).toHaveLength(1);
    expect(out).toContain('1 error in 1 file, 1 tree and 3 scenarios checked');
  });

  it('checks names in a project, and bears missing files', async () => {
    const project = { 'vsmmu.json': '{ "boards": [{ "path": "board.dts" }] }', 'board.dts': BOARD };
    expect((await check({ ...project, 'a.smmu': 'project "vsmmu.json"\nattach gpu@fd00000\n' }, ['a.smmu'])).out).toContain('[scenario-unknown-device]');
    const { out } = await check({ 'a.smmu': 'board "none.dts"\nguest a "none.cfg"\nattach eth7\n' }, ['a.smmu']);
    expect(out.match(/\[[a-z-]+\]/g)).toEqual(['[scenario-file]', '[scenario-file]']);
  });

  it('puts scenarios into the formats for programs', async () => {
    const json = JSON.parse((await check({ 'a.smmu': 'prob\n' }, ['--format', 'json', 'a.smmu'])).out) as { scenarios: number; findings: { id: string }[] };
    expect([json.scenarios, json.findings.map((one) => one.id)]).toEqual([1, ['scenario-unknown-action']]);
    expect((await check({ 'a.smmu': 'prob\n' }, ['--format', 'sarif', 'a.smmu'])).out).toContain('scenario-unknown-action');
  });

  it.each([
    ['memory that does not begin at a page', `${MACHINE}memory ram 0x40000800 4K\n`, ['a.smmu:3:1: error: Memory begins and ends at multiples of 4K. [scenario-setup]']],
    ['the same behind `repeat` and an include', `${MACHINE}include "ram.smmu"\nrepeat 2\n  probe\n`, ['ram.smmu:1:1: error: Memory begins and ends at multiples of 4K. [scenario-setup]']],
    ['a device that two guests are given', `${MACHINE}hypervisor xen\nguest a devices="eth0"\nguest b devices="eth0"\n`, ['a.smmu:5:1: warning: eth0 is given to a already. [scenario-setup]']],
    ['a hypervisor without room for its guests', `${MACHINE}memory ram 0x40000000 1M\nhypervisor xen\nguest a memory=64M\n`, [expect.stringMatching(/^a\.smmu:\d+:1: error: There is too little memory .*\[scenario-setup\]$/)]],
    ['grants of nobody', 'hypervisor grant-dma\nguest a\n', [expect.stringMatching(/^a\.smmu:1:1: error: No guest has a virtio device .*\[scenario-setup\]$/)]],
    ['a good machine', `${MACHINE}memory ram 0x40000000 64M\nprobe\n`, []],
    ['a part that is made to be included', 'device eth0 smmu=smmu0 sid=8\nmemory ram 0x40000800 4K\n', []],
    ['a scenario with errors of its own', `${MACHINE}memory ram 0x40000800 4K\nprob\n`, ['a.smmu:4:1: error: `prob` is no action. [scenario-unknown-action]']],
  ])('makes the machine and says what is wrong with %s', async (_, text, expected) => {
    const { out } = await check({ 'a.smmu': text, 'ram.smmu': 'memory ram 0x40000800 4K\n' }, ['a.smmu']);
    expect(out.split('\n').filter((one) => /^\S+:\d+:\d+: /.test(one))).toEqual(expected);
  });
});
