import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../../model/devicetree/compile.ts';
import type { FileHost } from '../../../../model/devicetree/source/files.ts';
import { PlatformContext } from '../../../../model/platform/context.ts';
import { assemble } from '../../../../model/platform/guests/assemble.ts';
import { hostTree } from '../../../../model/platform/guests/host.ts';
import { ownershipTable } from '../../../../model/platform/guests/ownership.ts';
import { readProject } from '../../../../model/platform/guests/project.ts';
import { systemOf } from '../../../../model/platform/guests/system.ts';
import type { HostTree, System } from '../../../../model/platform/guests/types.ts';
import { platform } from '../../../../model/platform/platform.ts';
import { guestOf } from '../../../../model/xl/guestConfig.ts';
import { parseXl } from '../../../../model/xl/parser.ts';
import { allFindings } from './systemOf.ts';

const host: FileHost = {
  readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
  readBytes: () => undefined,
};

function tree(path: string): HostTree {
  const compilation = compile(path, host, { includeRoots: [] });
  expect(compilation.problems).toEqual([]);
  return hostTree(compilation, new PlatformContext(platform(compilation.tree), compilation.expanded));
}

/** The system of a project file's folder. */
function systemIn(folder: string): System {
  const at = (name: string): string => resolve(folder, name);
  const project = readProject(at('vsmmu.json'), readFileSync(join(folder, 'vsmmu.json'), 'utf8'));
  expect(project.problems).toEqual([]);
  const sources = [...project.boards.map((one) => one.path), ...project.guests.flatMap((one) => one.partial ?? [])];
  const configs = project.guests.flatMap((one) => one.config ?? []);
  const partials = new Map(project.guests.flatMap(({ config, partial }) => (config === undefined || partial === undefined ? [] : [[at(config), at(partial)] as const])));
  return systemOf(assemble({
    trees: sources.map((name) => tree(at(name))),
    configs: configs.map((name) => guestOf(parseXl(at(name), readFileSync(at(name), 'utf8')), project)),
    association: 'stated', dialect: project.dialect, partials,
  }));
}

describe('examples/xen', () => {
  const system = systemIn('examples/xen');

  it('is clean', () => expect(allFindings(system)).toEqual([]));

  it('has the owners that its comments promise', () => {
    const rows = ownershipTable(system).map((row) => `${row.domain} ${row.device} ${row.streamId} ${row.vsid} ${row.interrupts.join(',')} ${row.pages.join(',')}`);
    expect(rows).toContain('domd /soc@10000000/ethernet@1c400000 288 0 64 0x1c400000+0x10000');
    expect(rows).toContain('domd /soc@10000000/ethernet@1c400000 289 1 64 0x1c400000+0x10000');
    expect(rows).toContain('domu1 /soc@10000000/usb@1c300000 24 0 58 0x1c300000+0x10000');
    expect(rows.filter((row) => row.startsWith('dom0 ') && row.includes('ethernet@1c410000'))).toHaveLength(1);
    expect(rows.filter((row) => row.startsWith('dom0 ') && row.includes('ethernet@1c400000'))).toEqual([]);
    expect(system.domains.flatMap((domain) => domain.grants.map((grant) => `${domain.name} ${grant.device} ${grant.backend}`)))
      .toEqual(['doma virtio,device22 domd', 'doma virtio,disk domd']);
  });
});

describe('examples/xen-faults', () => {
  it('has twelve mistakes, each found once', () => {
    const found = allFindings(systemIn('examples/xen-faults')).map((one) => `${one.range.file.split('/').at(-1)} ${one.id}`);
    expect(found.sort()).toEqual([
      'doma.cfg grant-backend-unknown',
      'doma.cfg xl-not-a-number',
      'domd.cfg guest-device-unknown',
      'domd.cfg guest-iomem-missing',
      'domd.cfg guest-irqs-missing',
      'domd.cfg xl-missing-key',
      'domd.dts pd-bus',
      'domd.dts pd-host-mismatch',
      'domd.dts pd-iommus-edited',
      'domu1.dts pd-guest-address',
      'merlin-xen.dts dom0less-missing',
      'merlin-xen.dts guest-device-not-marked',
    ]);
  });
});
