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
});
