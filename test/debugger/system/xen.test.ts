import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failures, outcomes, play, prepare, problemsOf } from '../run/support.ts';

/** Scenarios here lie beside the examples. */
const AT = resolve('examples/scenarios/test.smmu');

describe('Xen on a board', () => {
  const PROJECT = 'project "../xen/vsmmu.json"\nhypervisor xen profile=fixed\n';

  it('takes SMMUs, devices, memory and domains from a project', () => {
    const { system } = prepare(PROJECT, {}, AT);
    expect(system.smmus.map((s) => [s.name, s.aliases[0], s.base])).toEqual([['smmu_io', 'iommu@15000000', 0x1500_0000], ['smmu_pcie', 'iommu@15100000', 0x1510_0000]]);
    expect(system.domains.map((d) => d.name)).toEqual(['dom0', 'domu1', 'domd', 'doma']);
    const owners = new Map(system.devices.map((d) => [d.name, system.ownerOf(d)]));
    expect(owners.get('eth0')).toBe('domd');
    expect(owners.get('usb')).toBe('domu1');
    expect(owners.get('sdhci')).toBe('dom0');
    const sizes = new Map(system.machine.owners.ranges.map((r) => [r.owner, r.size]));
    expect([sizes.get('domd'), sizes.get('doma'), sizes.get('domu1')]).toEqual([512 * 2 ** 20, 256 * 2 ** 20, 256 * 2 ** 20]);
    // What is left: the example asks for more than the board has.
    expect(sizes.get('dom0')).toBe(774 * 2 ** 20);
    expect(system.machine.history.position).toBe(0);
  });

  it('translates a DMA of a guest through both stages, and shows the guest beside the host', () => {
    const run = prepare(`${PROJECT}
in domd
  probe
  attach eth0
  map eth0 0x10000000 -> 0x48000000 16K rw
dma eth0 write 0x10000040 "hello"
expect fault none
in domd
  expect memory 0x48000040 "hello"
expect owner last.pa domd
expect isolated
dma eth0 read 0x20000000 4
expect fault F_TRANSLATION S2=0
in domd
  expect event F_TRANSLATION StreamID=0
`, {}, AT);
    expect(failures(run)).toEqual([]);
    expect(run.system.compare(run.system.devices.find((d) => d.name === 'eth0')!)?.isFollowed).toBe(true);
  });

  it('creates, ends and creates guests again, and undoes all of it', () => {
    const run = prepare(`${PROJECT}create extra viommu=smmuv3 devices="eth1"
in extra
  probe
  attach eth1
  map eth1 0 -> 0x40000000 4K
dma eth1 read 0 4
expect ok
destroy extra
dma eth1 read 0 4
expect refused
create extra
in extra
  probe
  attach eth1
dma eth1 read 0 4
expect fault F_TRANSLATION
destroy domd
create domd
expect ok
`, {}, AT);
    expect(failures(run)).toEqual([]);
    const { machine } = run.system;
    const { hash } = machine;
    const state = run.runner.state;
    machine.history.seek(0);
    run.runner.state = { ...state, frames: [{ at: 0 }, { spent: 0, dma: undefined, last: undefined, read: {}, waiting: [] }], variables: new Map() };
    expect(failures(run)).toEqual([]);
    expect(machine.hash).toBe(hash);
    machine.history.seek(0);
    machine.history.seek(machine.history.newest);
    expect(machine.hash).toBe(hash);
  });

  it('gives a device to the next guest once the one before is gone, and not before', () => {
    const lines = 'smmu s base=0x9050000\ndevice nic sid=8\nmemory ram 0x80000000 512M\nhypervisor xen\nguest a viommu=smmuv3 devices="nic"\n';
    expect(failures(prepare(`${lines}create b devices="nic" viommu=smmuv3\nexpect refused\ndestroy a\ncreate b devices="nic" viommu=smmuv3\nin b\n  probe\n  attach nic\nexpect isolated\n`))).toEqual([]);
    expect(outcomes(`${lines}create b devices="nic"`).at(-1)).toContain('already');
    const twice = `${lines}destroy a\ncreate b devices="nic"\ndestroy b\ncreate b devices="nic"`;
    expect(prepare(twice).problems).toEqual([]);
    expect(prepare(`${twice} viommu=smmuv3`).problems.map((p) => p.message)).toEqual(['b is created as the first line that creates it says; give both lines the same options.']);
  });

  it('lets the hypervisor be asked by operations, with devices by any name', () => {
    expect(failures(prepare(`${PROJECT}call start domain=domd
call attach domain=domd device=eth0
call map domain=domd device=eth0 iova=0x1000 offset=0x2000 size=0x1000
dma eth0 read 0x1000 4
expect fault none
revoke domd 0x2000 4K
dma eth0 read 0x1000 4
expect fault F_TRANSLATION S2=1
`, {}, AT))).toEqual([]);
    expect(outcomes('hypervisor xen\nsmmu s base=0x9050000\ncall nonsense\n').at(-1)).toContain('there is no operation nonsense; xen has create');
  });

  it.each([
    ['hypervisor xen profile=v9\n', 'no profile v9'],
    ['hypervisor xen\nmemory ram 0x40000000 64M\nguest a memory=1G\n', 'too little memory left for a'],
    ['hypervisor xen\nguest a viommu=smmuv3 devices="x"\n', 'There is no device x.'],
    ['guest a "missing.cfg"\n', 'no file missing.cfg'],
  ])('says what is wrong: %s', (text, message) => {
    expect(problemsOf(text).join('\n')).toContain(message);
  });

  it('gives PCI functions of a configuration to the guest', () => {
    const config = '# vsmmu: dialect=viommu-v3\nname = "p"\nmemory = 64\nviommu = "smmuv3"\npci = [ "0000:01:00.0", "0007:00:00.0" ]\n';
    const run = prepare(`board "../merlin/merlin-evk.dts"
hypervisor xen
guest p "p.cfg"
in p
  probe
  attach pcie0:01:00.0
  map pcie0:01:00.0 0 -> 0x40000000 4K
dma pcie0:01:00.0 read 0 4
expect fault none
expect owner last.pa p
`, { [resolve('examples/scenarios/p.cfg')]: config }, AT);
    expect(run.problems.map((p) => p.message)).toEqual(['The board has no PCI segment 7.']);
    expect(failures(run)).toEqual([]);
  });

  it('knows PCI functions behind a root complex', () => {
    const text = `board "../merlin/merlin-evk.dts"\nin host\n  probe\n  attach pcie0:01:00.0\n  map pcie0:01:00.0 0 -> 0x90000000 4K\ndma pcie0:01:00.0 read 0x10 4\nexpect pa 0x90000010\nattach pcie1:0:1.0\ndma pcie1:0:1.0 read 0 4\nexpect fault F_TRANSLATION StreamID=0x10008\n`;
    const units = play(prepare(text, {}, AT));
    expect(units.filter((u) => u.outcome.status !== 'ok').map((u) => u.outcome.text)).toEqual([]);
  });
});
