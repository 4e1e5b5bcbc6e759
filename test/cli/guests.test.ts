import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../cli/files.ts';
import { run } from '../../cli/run.ts';
import { testIo, type TestIo } from './support.ts';

async function vsmmu(...args: string[]): Promise<TestIo & { code: number }> {
  const io = testIo({}, { files: nodeFiles, cwd: resolve('.') });
  return { ...io, code: await run(args, io) };
}

describe('vsmmu check of a system', () => {
  it('finds nothing in the clean example', async () => {
    const { code, out } = await vsmmu('check', 'examples/xen');
    expect(out()).toBe('no problems, 3 trees and 2 guests checked\n');
    expect(code).toBe(0);
  });

  it('reports faults of board, configurations and partial trees together', async () => {
    const { code, out } = await vsmmu('check', '--format', 'json', 'examples/xen-faults/vsmmu.json');
    const report = JSON.parse(out()) as { guests: number; findings: { file: string; id: string }[] };
    expect(code).toBe(1);
    expect(report.guests).toBe(2);
    expect(new Set(report.findings.map((f) => f.file.split('/').at(-1)))).toEqual(new Set(['doma.cfg', 'domd.cfg', 'domd.dts', 'domu1.dts', 'merlin-xen.dts']));
    expect(report.findings.map((f) => f.id)).toEqual(expect.arrayContaining(['guest-device-unknown', 'xl-not-a-number', 'dom0less-missing', 'pd-bus']));
  });

  it('takes trees and configurations that are named together as one system', async () => {
    const files = ['merlin-xen.dts', 'domd.dts', 'domd.cfg', 'doma.cfg'].map((name) => `examples/xen-faults/${name}`);
    const { out } = await vsmmu('check', '--format', 'json', ...files);
    const { findings } = JSON.parse(out()) as { findings: { id: string }[] };
    expect(findings.map((f) => f.id)).toContain('guest-device-unknown');
  });

  it('checks a lone configuration in a folder, and leaves other .cfg files alone', async () => {
    const io = testIo({ '/project/a.cfg': 'name = "a"\nkernel = "Image"\nmemory = "256M"\n', '/project/board.cfg': 'source [find x.cfg]\n' });
    expect(await run(['check', '.'], io)).toBe(1);
    expect(io.out()).toContain('a.cfg:3:10: warning');
    expect(io.out()).toContain('1 guest checked');
  });

  it.each([
    ['a board', '{ "boards": [{ "path": "gone.dts" }] }', 'gone.dts'],
    ['a configuration', '{ "guests": [{ "config": "gone.cfg" }] }', 'gone.cfg'],
    ['a partial tree', '{ "boards": [], "guests": [{ "config": "a.cfg", "partial": "gone.dts" }] }', 'gone.dts'],
  ])('reports %s that a project names and that is not there', async (_, project, name) => {
    const io = testIo({ '/project/vsmmu.json': project, '/project/a.cfg': 'name = "a"\nkernel = "Image"\nmemory = 256\n' });
    expect(await run(['check', 'vsmmu.json'], io)).toBe(1);
    expect(io.out()).toContain(`error: There is no file ${name}. [project-file]`);
    expect(io.out()).toContain(`vsmmu.json:1:${project.indexOf(name) + 1}:`);
  });

  it('makes one system of each board of a project', async () => {
    const board = (path: string): string => `/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x20000>; interrupts-extended; #iommu-cells = <1>; }; ${path} { reg = <0x40000 0x1000>; iommus = <&smmu 1>; xen,passthrough; }; };\n`;
    const guest = (name: string, device: string): string => `name = "${name}"\nkernel = "Image"\nmemory = 256\ndtdev = [ "${device}" ]\niomem = [ "0x40,1" ]\n`;
    const io = testIo({
      '/project/vsmmu.json': '{ "boards": [{ "path": "x.dts" }, { "path": "y.dts" }], "guests": [{ "config": "a.cfg" }, { "config": "b.cfg", "board": "y.dts" }] }',
      '/project/x.dts': board('eth@40000'), '/project/y.dts': board('usb@40000'),
      '/project/a.cfg': guest('a', '/eth@40000'), '/project/b.cfg': guest('b', '/usb@40000'),
    });
    await run(['check', '--format', 'json', 'vsmmu.json'], io);
    const { findings, guests } = JSON.parse(io.out()) as { guests: number; findings: { id: string }[] };
    expect(guests).toBe(2);
    expect(findings.map((f) => f.id)).not.toContain('guest-device-unknown');
  });
});

describe('vsmmu guests', () => {
  it('prints each domain with what it owns', async () => {
    const { code, out } = await vsmmu('guests', 'examples/xen/vsmmu.json');
    expect(code).toBe(0);
    expect(out()).toMatch(/^dom0 {2}hardware domain/m);
    expect(out()).toMatch(/^domu1 {2}dom0less, virtual SMMU/m);
    expect(out()).toMatch(/^ {2}\/soc@10000000\/ethernet@1c400000 +\/soc@10000000\/iommu@15000000 +0x120 +0x0 +64 +0x1c400000\+0x10000 +examples\/xen\/domd\.cfg:\d+$/m);
    expect(out()).toMatch(/^ {2}virtio,device22 from domd, through grants/m);
  });

  it('prints the same as JSON, with places in lines', async () => {
    const { out } = await vsmmu('guests', '--json', 'examples/xen/vsmmu.json');
    const { rows } = JSON.parse(out()) as { rows: { domain: string; streamId: number | null; vsid: number | null; source: { line: number } }[] };
    expect(rows.filter((r) => r.domain === 'domd').map((r) => [r.streamId, r.vsid])).toEqual([[0x120, 0], [0x121, 1]]);
    for (const row of rows) expect(row.source.line).toBeGreaterThan(0);
  });

  it.each([[[], 'no such file or folder: vsmmu.json'], [['examples/merlin/merlin-evk.dts'], 'name one project file']])('%j is a usage error', async (args, message) => {
    const { code, err } = await vsmmu('guests', ...args);
    expect(code).toBe(2);
    expect(err()).toContain(message);
  });
});
