import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TOOLS } from '../../../client/tools/definitions.ts';
import manifest from '../../../package.json' with { type: 'json' };

const inside = (path: string): string | undefined => (path.startsWith('..') || path.startsWith('/') ? undefined : resolve('examples', path));

/** What a tool says to an input. */
function ask(name: string, input: unknown): string {
  const call = TOOLS.get(name)?.(input, inside);
  if (call === undefined || typeof call === 'string') return call ?? 'no such tool';
  try {
    return execFileSync(process.execPath, ['dist/vsmmu.js', ...call.args], { input: call.input, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

/** The least that a tool may be asked. */
const LEAST: Readonly<Record<string, unknown>> = { address: '0x1000' };

describe('the tools for language models', () => {
  it('are those that package.json declares, each described and with the input that it takes', () => {
    expect(manifest.contributes.languageModelTools.map(({ name }) => name)).toEqual([...TOOLS.keys()]);
    for (const tool of manifest.contributes.languageModelTools) {
      expect(tool.modelDescription.length).toBeGreaterThan(80);
      expect(tool.toolReferenceName).toMatch(/^[A-Za-z]+$/);
      const required = Object.fromEntries(tool.inputSchema.required.map((field) => [field, LEAST[field] ?? 'x']));
      expect(TOOLS.get(tool.name)?.(required, () => '/x')).toMatchObject({ args: expect.arrayContaining([expect.any(String)]) as unknown });
      expect(TOOLS.get(tool.name)?.({}, () => '/x')).toMatch(/shape/);
    }
  });

  it('answer from the command', () => {
    const { findings } = JSON.parse(ask('vsmmu_check', { path: 'faults/faulty-evk.dts' })) as { findings: { id: string }[] };
    expect(findings.map(({ id }) => id)).toContain('iommus-length');
    expect(TOOLS.get('vsmmu_walk')?.({ path: 'a.json', device: '0x8', address: '4096', access: null }, inside)).toEqual({ args: ['walk', resolve('examples/a.json'), '--sid=0x8', '--iova=4096'], input: '' });
    expect(JSON.parse(ask('vsmmu_streams', { board: 'merlin/merlin-evk.dts' }))).toMatchObject({ iommus: [{ label: 'smmu_io' }, { label: 'smmu_pcie' }] });
    expect(ask('vsmmu_decode', { text: 'arm-smmu-v3 15000000.iommu: event 0x02 received:\n0x0000002000000002' })).toMatch(/C_BAD_STREAMID|BAD_STREAMID/);
    const event = 'arm-smmu-v3 15000000.iommu: event 0x10 received:\narm-smmu-v3 15000000.iommu: 0x0000002000000010\narm-smmu-v3 15000000.iommu: 0x0000020000000000\narm-smmu-v3 15000000.iommu: 0x0000000012345000\narm-smmu-v3 15000000.iommu: 0x0000000000000000';
    expect(ask('vsmmu_decode', { text: event, board: 'merlin/merlin-evk.dts' })).toContain('Device: /soc@10000000/ethernet@1c400000');
    const scenario = { path: 'scenarios/first-translation.smmu', device: 'eth0' };
    expect(ask('vsmmu_walk', { ...scenario, address: '0x10000040' })).toContain('passes to 0x90000040');
    expect(ask('vsmmu_walk', { ...scenario, address: '0x20000000', access: 'write', ssid: 3 })).toMatch(/write of 0x20000000[\s\S]*C_BAD_SUBSTREAMID/);
    expect(ask('vsmmu_explain', { rule: 'smmu-reg' })).toContain('smmu-reg');
  });

  it.each<[string, unknown, RegExp]>([
    ['vsmmu_check', { path: '../secret' }, /not inside/],
    ['vsmmu_check', { path: 7 }, /shape/],
    ['vsmmu_streams', null, /shape/],
    ['vsmmu_decode', { text: 'a', board: '/etc/passwd' }, /not inside/],
    ['vsmmu_walk', { path: '../a.smmu', device: 'eth0', address: '0' }, /not inside/],
    ['vsmmu_walk', { path: 'a.smmu', device: 'eth0', address: '0', access: 'execute' }, /shape/],
    ['vsmmu_walk', { path: 'a.smmu', device: 'eth0', address: 'eth0 + 1' }, /shape/],
    ['vsmmu_walk', { path: 'a.smmu', device: 'eth0', address: '0', ssid: '3' }, /shape/],
    ['vsmmu_explain', { rule: '--help' }, /shape/],
    ['vsmmu_explain', { rule: 'a b' }, /shape/],
  ])('%s refuses %j', (name, input, why) => expect(ask(name, input)).toMatch(why));
});

/** What a problem pattern finds in a line, by what it says of itself. */
function found(name: string, line: string): Record<string, string> | undefined {
  const pattern = manifest.contributes.problemPatterns.find((one) => one.name === name);
  const match = new RegExp(pattern?.regexp ?? '(?!)').exec(line);
  if (match === null || pattern === undefined) return undefined;
  return Object.fromEntries(Object.entries(pattern).flatMap(([field, group]) => (typeof group === 'number' && match[group] !== undefined ? [[field, match[group]]] : [])));
}

describe('the problem matchers', () => {
  it('read every finding of vsmmu check, and nothing else of it', () => {
    let output = '';
    try {
      execFileSync(process.execPath, ['dist/vsmmu.js', 'check', 'examples'], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      output = (error as { stdout: string }).stdout;
    }
    const lines = output.split('\n').map((line) => found('vsmmu', line)).filter((one) => one !== undefined);
    const heads = output.split('\n').filter((line) => /^\S.*\[[\w-]+\]$/.test(line));
    expect(lines).toHaveLength(heads.length);
    expect(lines).toContainEqual({
      file: 'examples/faults/faulty-evk.dts', line: '44', column: '9', severity: 'error', code: 'smmu-reg', message: 'The region has 0x10000 bytes, an SMMUv3 needs 0x20000.',
    });
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['a b/c.dts:1:2: error: x [smmu-reg]', 'a b/c.dts', undefined],
    ['/usr/include/c.dtsi:1:2: warning: x [smmu-reg]', undefined, '/usr/include/c.dtsi'],
    ['C:/boards/c.dtsi:1:2: info: x [smmu-reg]', undefined, 'C:/boards/c.dtsi'],
    ['   see:  c.dtsi:1:2: the interrupts are here', undefined, undefined],
  ])('tell files below the folder from others: %j', (line, below, outside) => {
    expect([found('vsmmu', line)?.['file'], found('vsmmu-absolute', line)?.['file']]).toEqual([below, outside]);
  });

  // What dtc 1.6.1 prints for sources that are wrong in these ways.
  it.each<[string, Record<string, string> | undefined]>([
    ['w.dts:7.6-16: Warning (reg_format): /c:reg: property has invalid length (4 bytes) (#address-cells == 1, #size-cells == 1)', { file: 'w.dts', line: '7', column: '6', endColumn: '16', severity: 'Warning', code: 'reg_format', message: '/c:reg: property has invalid length (4 bytes) (#address-cells == 1, #size-cells == 1)' }],
    ['sub dir/ml.dtsi:3.6-4.4: Warning (unit_address_vs_reg): /a@1: node has a unit name, but no reg or ranges property', { file: 'sub dir/ml.dtsi', line: '3', column: '6', endLine: '4', endColumn: '4', severity: 'Warning', code: 'unit_address_vs_reg', message: '/a@1: node has a unit name, but no reg or ranges property' }],
    ["dl.dts:4.7-11: ERROR (duplicate_label): /b: Duplicate label 'l' on /b and /a", { file: 'dl.dts', line: '4', column: '7', endColumn: '11', severity: 'ERROR', code: 'duplicate_label', message: "/b: Duplicate label 'l' on /b and /a" }],
    ['Error: s.dts:3.8-9 syntax error', { file: 's.dts', line: '3', column: '8', endColumn: '9', message: 'syntax error' }],
    ['Error: dn.dts:4.15-18 Label or path qq not found', { file: 'dn.dts', line: '4', column: '15', endColumn: '18', message: 'Label or path qq not found' }],
    ['Lexical error: l.dts:2.10-15 Character literal has 3 characters instead of 1', { file: 'l.dts', line: '2', column: '10', endColumn: '15', message: 'Character literal has 3 characters instead of 1' }],
    ['  also defined at pl.dts:5.4-7.3', undefined],
    ["/dev/null: Warning (pci_device_reg): Failed prerequisite 'reg_format'", undefined],
    ['FATAL ERROR: Couldn\'t open "nope.dtsi": No such file or directory', undefined],
    ['FATAL ERROR: Unable to parse input tree', undefined],
    ['ERROR: Input tree has errors, aborting (use -f to force output)', undefined],
  ])('read %j as dtc writes it', (line, expected) => {
    expect(found('dtc', line)).toEqual(expected);
    expect(found('dtc-absolute', line)).toBeUndefined();
  });

  it.each<[string, Record<string, string>]>([
    ['/b d/w.dts:7.6-16: Warning (reg_format): /c:reg: x', { file: '/b d/w.dts', line: '7', column: '6', endColumn: '16', severity: 'Warning', code: 'reg_format', message: '/c:reg: x' }],
    ['Error: /b/s.dts:3.8-9 syntax error', { file: '/b/s.dts', line: '3', column: '8', endColumn: '9', message: 'syntax error' }],
    ['C:/b/s.dts:3.8-9: ERROR (duplicate_label): /b: x', { file: 'C:/b/s.dts', line: '3', column: '8', endColumn: '9', severity: 'ERROR', code: 'duplicate_label', message: '/b: x' }],
  ])('read the absolute path of %j, once', (line, expected) => {
    expect(found('dtc-absolute', line)).toEqual(expected);
    expect(found('dtc', line)).toBeUndefined();
  });
});
