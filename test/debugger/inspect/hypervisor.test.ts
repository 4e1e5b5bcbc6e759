import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Inspector } from '../../../debugger/inspect/inspector.ts';
import type { Run } from '../../../debugger/run/index.ts';
import { play, prepare } from '../run/support.ts';
import { lines, seen, shown } from './support.ts';

const AT = resolve('examples/scenarios/test.smmu');
const PROJECT = 'project "../xen/vsmmu.json"\nhypervisor xen profile=fixed\n';
const DOMD = `${PROJECT}in domd
  probe
  attach eth0
  map eth0 0x10000000 -> 0x48000000 16K rw
dma eth0 write 0x10000040 "hello"
`;

function ran(text: string): { readonly run: Run; readonly inspector: Inspector } {
  const run = prepare(text, {}, AT);
  play(run);
  return { run, inspector: new Inspector(run.system, { last: run.runner.state.last }) };
}

const { run, inspector } = ran(DOMD);
const below = (...path: readonly string[]): string[] => lines(seen(inspector, ...path).children?.() ?? []);

describe('hypervisor', () => {
  it('shows profile, domains with devices and memory, isolation and costs', () => {
    expect(below('Hypervisor').slice(0, 3)).toEqual(['model: xen, profile fixed', 'domains: 4', 'isolation: kept']);
    expect(below('Hypervisor', 'domains')).toContain('domd: guest, eth0');
    expect(below('Hypervisor', 'domains', 'domd')[0]).toBe('memory: 512M in 1 range');
    expect(seen(inspector, 'Hypervisor', 'domains', 'domd').from?.file).toMatch(/domd\.cfg$/);
    expect(Number(seen(inspector, 'Hypervisor', 'costs', 'traps').value)).toBeGreaterThan(0);
  });

  it('shows what the stage 2 of a device reaches, and whose it is', () => {
    expect(below('Hypervisor', 'domains', 'domd', 'eth0', 'stage 2 of 0x120')).toEqual([expect.stringMatching(/^0x40000000: 512M -> 0x[0-9a-f]+ rwx, Normal WB, memory of domd$/)]);
  });

  it('shows the SMMU that a guest sees, and leaves no trace of having looked', () => {
    const { machine } = run.system;
    const before = machine.hash;
    expect(below('Hypervisor', 'domains', 'domd', 'vsmmu0', 'registers')).toContainEqual(expect.stringMatching(/^CR0: 0xd SMMUEN=1/));
    expect(seen(inspector, 'Hypervisor', 'domains', 'domd', 'vsmmu0', 'Command queue').value).toMatch(/^0 of \d+ waiting, at 0x5f/);
    expect(below('Hypervisor', 'domains', 'domd', 'vsmmu0', 'Command queue')).toContainEqual(expect.stringMatching(/CMD_CFGI_STE/));
    expect(machine.hash).toBe(before);
    expect(below('Hypervisor', 'domains', 'doma')).not.toContainEqual(expect.stringMatching(/^vsmmu/));
  });
});

describe('isolation that was not kept', () => {
  const FORGETFUL = `smmu smmu0 base=0x9050000
device eth0 sid=8
device loose
memory ram 0x80000000 512M
hypervisor iommufd profile=forgetful
guest vm devices="eth0"
in vm
  probe
  attach eth0
  map eth0 0 -> 0x40000000 4K
dma eth0 read 0 4
in vm
  unmap eth0 0 4K
dma eth0 read 0 4
`;

  it.each([[FORGETFUL, '1 violation'], [`${FORGETFUL}dma eth0 read 0 4\n`, '2 violations']])('tells what happened, and where', (text, value) => {
    const { inspector: look } = ran(text);
    const isolation = seen(look, 'Hypervisor', 'isolation');
    expect(isolation.value).toBe(value);
    expect(isolation.children?.()[0]).toMatchObject({ name: '[0]', value: expect.stringContaining('the guest has not given'), memory: expect.any(Number) });
  });

  it('shows a device without SMMU, and a queue of the guest where nothing is', () => {
    const { inspector: look } = ran(FORGETFUL.slice(0, FORGETFUL.indexOf('in vm')));
    const domains = lines(seen(look, 'Hypervisor', 'domains').children?.() ?? [], 2);
    expect(domains).toContainEqual(expect.stringContaining('loose: no SMMU in front of it: reaches all memory'));
    const queue = lines(seen(look, 'Hypervisor', 'domains', 'vm', 'vsmmu0', 'Command queue').children?.(0, 1) ?? []);
    expect(queue).toEqual([expect.stringMatching(/^\[0\]: <- CONS PROD nothing is there$/)]);
  });
});

describe('pKVM', () => {
  it('shows the memory of a guest, which EL2 calls otherwise', () => {
    const { inspector: look } = ran('smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\nmemory ram 0x80000000 512M\nhypervisor pkvm\nguest vm\ncall host_donate_guest address=0x90000000 guest=0 gfn=0\n');
    expect(lines(seen(look, 'Hypervisor', 'domains', 'vm').children?.() ?? [])).toEqual(['memory: 4K in 1 range']);
  });
});

describe('guest against host', () => {
  it('compares each nested device field by field', () => {
    expect(seen(inspector, 'Guest against host', 'eth0').value).toBe('The hardware follows the guest: stage 1 and stage 2.');
    expect(seen(inspector, 'Guest against host', 'eth0', 'Config').value).toBe('guest 0x5, host 0x7: merged from the guest');
    expect(seen(inspector, 'Guest against host', 'eth0', 'S2VMID').value).toMatch(/the host's own$/);
  });
});

describe('expressions', () => {
  it.each([
    ['ste(eth0).Config == "stage 1 and stage 2"', 'true'], ['owner(last.pa)', 'domd'], ['walk(eth0, 0x10000040).pa == last.pa', 'true'], ['eth0.owner', 'domd'],
    ['count(ranges(eth0, "combined").ranges where owner == "domd")', '1'], ['walk(eth0, 0x20000000).event', '0x10 (F_TRANSLATION)'],
  ])('%s is %s', (text, value) => {
    expect(shown(inspector, text)).toBe(value);
  });
});

describe('a system without hypervisor', () => {
  it('has no such scopes', () => {
    const native = ran('smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\nmemory ram 0x80000000 256M\n');
    const names = native.inspector.scopes().map((s) => s.name);
    expect(names).not.toContain('Guest against host');
    expect(names.slice(0, 3)).toEqual(['STE', 'CD', 'Descriptors']);
  });
});
