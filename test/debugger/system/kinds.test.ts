import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failures, play, prepare, problemsOf } from '../run/support.ts';

const AT = resolve('examples/scenarios/test.smmu');
const MACHINE = 'smmu smmu0 base=0x9050000\ndevice eth0 sid=8\ndevice usb0 sid=9\nmemory ram 0x80000000 512M\n';

describe('iommufd', () => {
  const SETUP = `${MACHINE}hypervisor iommufd\nguest vm devices="eth0"\n`;

  it('runs a guest above the kernel, on a board or declared', () => {
    const text = (setup: string, device: string): string => `${setup}
in vm
  probe
  attach ${device}
  map ${device} 0x1000 -> 0x40200000 8K
dma ${device} write 0x1010 "guest"
expect fault none
expect owner last.pa vm
expect isolated
in vm
  expect memory 0x40200010 "guest"
dma ${device} read 0x9000 4
expect fault F_TRANSLATION S2=0
in vm
  expect event F_TRANSLATION StreamID=8
  unmap ${device} 0x1000 8K
dma ${device} read 0x1010 4
expect fault F_TRANSLATION
`;
    expect(failures(prepare(text(SETUP, 'eth0')))).toEqual([]);
    expect(failures(prepare(text('board "../merlin/merlin-gateway.dts"\nhypervisor iommufd\nguest vm devices="eth1" memory=128M\n', 'eth1'), {}, AT))).toEqual([]);
  });

  it('leaves the other devices to the host', () => {
    expect(failures(prepare(`${SETUP}in host
  map usb0 0x1000 -> 0x80100000 4K
dma usb0 read 0x1000 4
expect pa 0x80100000
in host
  map eth0 0 -> 0x80000000 4K
  expect refused "-ENODEV"
`))).toEqual([]);
  });

  it('shows a monitor that forgets invalidations', () => {
    const run = prepare(`${MACHINE}hypervisor iommufd profile=forgetful\nguest vm devices="eth0"
in vm
  probe
  attach eth0
  map eth0 0 -> 0x40000000 4K
dma eth0 read 0 4
in vm
  unmap eth0 0 4K
dma eth0 read 0 4
expect violation "the guest has not given"
`);
    expect(failures(run)).toEqual([]);
  });

  it.each([
    ['hypervisor iommufd profile=kvm\nguest vm devices="eth0"\n', 'no profile kvm'],
    ['hypervisor iommufd\n', 'no virtual machine'],
    ['hypervisor iommufd\nguest vm\n', 'has no device'],
    ['hypervisor iommufd\nguest a devices="eth0"\nguest b devices="usb0"\n', 'one virtual machine'],
    ['hypervisor iommufd\nguest a devices="eth0" memory=4G\n', 'too little memory'],
  ])('says what is wrong: %s', (lines, message) => {
    expect(problemsOf(MACHINE + lines).join('\n')).toContain(message);
  });
});

describe('what a kind of system has not', () => {
  const GUEST = 'guest vm devices="eth0"\n';

  it.each([
    ['', 'revoke a 0 4K', 'only the model of Xen takes memory away'],
    ['', 'create a', 'only the model of Xen creates and ends guests'],
    [`hypervisor iommufd\n${GUEST}`, 'revoke vm 0 4K', 'only the model of Xen takes memory away'],
    [`hypervisor iommufd\n${GUEST}`, 'destroy vm', 'only the model of Xen creates and ends guests'],
    ['hypervisor pkvm\n', 'in host\n  attach eth0 stall', 'do not stall'],
    ['hypervisor pkvm\n', 'in host\n  recover', 'EL2 has the command queue'],
    ['hypervisor pkvm\n', 'in host\n  attach eth0\n  map eth0 0 -> 0x90000000 4K ssid=1', '`call map` takes any domain'],
    ['hypervisor pkvm\n', 'in host\n  attach eth0\n  map eth0 0 -> 0x90000000 4K\n  unmap eth0 0 4K no-invalidate', 'leaves nothing out'],
    [`hypervisor grant-dma\nguest vm devices="disk"\ndevice disk\n`, 'in vm\n  probe', 'by grants'],
  ])('%j refuses %j, and says why', (setup, lines, why) => {
    const [last] = play(prepare(`${MACHINE}${setup}${lines}\n`)).slice(-1);
    expect(last?.outcome).toMatchObject({ status: 'failed', isRefusal: true });
    expect(last?.outcome.text).toContain('-EOPNOTSUPP: ');
    expect(last?.outcome.text).toContain(why);
  });

  it('is warned about where iommufd would refuse the streams of a device', () => {
    const text = 'smmu s\ndevice eth0 sid=8,9\ndevice usb0 sid=10\nmemory ram 0x80000000 512M\nhypervisor iommufd\nguest vm devices="eth0 usb0"\necho "x"\n';
    expect(prepare(text).problems).toMatchObject([{ level: 'warning', message: expect.stringContaining('eth0 has 2 StreamIDs, and iommufd makes a virtual device of one with a single StreamID only') }]);
    expect(prepare(text.replace('8,9', '8')).problems).toEqual([]);
  });
});

describe('pKVM', () => {
  it.each(['paravirtual', 'v7', 'fixed'])('keeps devices of the host from pages that it has given away: %s', (profile) => {
    const run = prepare(`${MACHINE}hypervisor pkvm profile=${profile}
guest vm
in host
  probe
  attach eth0
  map eth0 0x1000 -> 0x90000000 4K
dma eth0 write 0x1000 "mine"
expect pa 0x90000000
expect owner 0x80001000 hypervisor
call host_donate_guest address=0x90000000 guest=0 gfn=0
`);
    const outcomes = play(run).map((u) => `${u.outcome.status} ${u.outcome.text}`);
    expect(outcomes.slice(0, -1).filter((o) => !o.startsWith('ok'))).toEqual([]);
    if (profile === 'paravirtual') expect(outcomes.at(-1)).toContain('-EINVAL');
    else expect(run.system.dma({ device: run.system.devices[0]!, stream: 0, ssid: undefined, address: { hi: 0, lo: 0x1000 }, access: 1, isAts: false, data: 4 }).event).toBe('F_TRANSLATION');
  });

  it.each([['v7', 'expect violation "tlb entry"'], ['fixed', 'expect isolated']])('shows what outlives a switched-off SMMU: %s', (profile, expected) => {
    expect(failures(prepare(`${MACHINE}hypervisor pkvm profile=${profile}
guest vm
in host
  probe
  attach eth0
  map eth0 0x1000 -> 0x90000000 4K
dma eth0 read 0x1000 4
expect fault none
call writeRegister smmu=0 offset=0x20 size=4 value=0xc
call host_donate_guest address=0x90000000 guest=0 gfn=0
call writeRegister smmu=0 offset=0x20 size=4 value=0xd
dma eth0 read 0x1000 4
${expected}
`))).toEqual([]);
  });

  it('stops where the host breaks the contract, and names the rule', () => {
    expect(failures(prepare(`${MACHINE}hypervisor pkvm profile=v7
in host
  probe
call command smmu=0 w0=0x20 w1=0 w2=0 w3=0
expect refused "[rule command]"
in host
  attach eth0
  expect refused "stopped"
`))).toEqual([]);
  });

  it('switches the power of an SMMU', () => {
    const run = prepare(`${MACHINE}hypervisor pkvm
in host
  attach eth0
  map eth0 0x1000 -> 0x90000000 4K
call power id=0 on=0
expect ok
`);
    expect(failures(run)).toEqual([]);
    const [device] = run.system.devices;
    expect(run.system.dma({ device: device!, stream: 0, ssid: undefined, address: { hi: 0, lo: 0x1000 }, access: 1, isAts: false, data: 4 })).toMatchObject({ status: 'abort', event: undefined });
    expect(run.system.call('power', { id: 0, on: 1 })).toMatchObject({ ok: true });
    expect(run.system.dma({ device: device!, stream: 0, ssid: undefined, address: { hi: 0, lo: 0x1000 }, access: 1, isAts: false, data: 4 }).status).toBe('ok');
  });

  it('has no registers for a paravirtual host, and emulated ones for a trapped one', () => {
    expect(failures(prepare(`${MACHINE}hypervisor pkvm\nin host\n  read smmu0 IDR0\n`))[0]).toContain('there is no SMMU smmu0 for host');
    expect(failures(prepare(`${MACHINE}hypervisor pkvm profile=fixed\nin host\n  read smmu0 IDR0\n  expect ok\n`))).toEqual([]);
  });

  it('unmaps, detaches and attaches again', () => {
    expect(failures(prepare(`${MACHINE}hypervisor pkvm
in host
  attach eth0
  map eth0 0x200000 -> 0x90000000 2M
  unmap eth0 0x200000 2M
dma eth0 read 0x200000 4
expect fault F_TRANSLATION
in host
  detach eth0
  attach eth0
  map eth0 0 -> 0x88000000 4K r
dma eth0 write 0 4
expect fault F_PERMISSION
`))).toEqual([]);
    expect(problemsOf('hypervisor pkvm\nsmmu s base=0x9050000\nmemory m 0x80000000 8M\n').join()).toContain('too little memory');
  });
});

describe('pKVM after a refusal', () => {
  it('lets a device be attached that could not be before', () => {
    expect(failures(prepare(`smmu smmu0 base=0x9050000
device eth0 sid=8,9
memory ram 0x80000000 512M
hypervisor pkvm
call allocDomain domain=50 type=1
call attach device=eth0 domain=50 pasid=0 pasidBits=0
in host
  attach eth0
  expect refused "-E"
call detach device=eth0 domain=50 pasid=0
in host
  attach eth0 substreams=20
  expect refused "-ENOMEM"
  attach eth0
  map eth0 0 -> 0x90000000 4K rw
dma eth0 write 0 "x"
expect ok
in host
  attach eth0
  expect refused "exists already"
dma eth0 write 0 "x"
expect ok
in host
  unmap eth0 0 4K
  detach eth0
  attach eth0
`))).toEqual([]);
  });
});

describe('grant DMA', () => {
  it('ends the grant of an address that was asked for and not given', () => {
    const run = prepare(`hypervisor grant-dma
device net
guest vm devices="net"
in vm
  map net 0 -> 0x40201000 4K
  let first = last.value
  unmap net (0x1000 * first) 4K
  map net 0x99000 -> 0x40201000 4K
  expect refused "chooses the address"
  map net 0 -> 0x40201000 4K
  expect last.value == first
`);
    expect(failures(run)).toEqual([]);
  });

  it('takes virtio devices and back ends from a configuration', () => {
    const run = prepare(`hypervisor grant-dma
guest doma "../xen/doma.cfg"
in doma
  map disk 0 -> 0x40200000 4K rw
dma disk write (0x8000000000000000 + 0x1000 * last.value) "block"
expect ok
in doma
  expect memory 0x40200000 "block"
expect isolated
dma disk read 0x40300000 4
expect refused "-EPERM"
`, {}, AT);
    expect(failures(run)).toEqual([]);
    expect(run.system.machine.owners.ranges.map((r) => r.owner)).toEqual(['doma']);
  });

  it('serves declared devices too', () => {
    expect(failures(prepare(`hypervisor grant-dma
device net
guest vm devices="net"
in vm
  map net 0 -> 0x40200000 4K r
  map net 0x99000 -> 0x40201000 4K
  expect refused "chooses the address"
dma net read (0x8000000000000000 + 0x1000 * last.value) 4
dma net write (0x8000000000000000 + 0x1000 * 8) 4
`.replace(/dma net write.*\n/, ''))).filter((f) => !f.includes('last'))).toEqual([]);
    expect(problemsOf('hypervisor grant-dma\n').join()).toContain('No guest has a virtio device');
  });
});

describe('an image', () => {
  it('is a machine as it stands', () => {
    const image = JSON.stringify({ regs: { IDR0: '0xd44101b', IDR1: '0x2730010', IDR5: '0x74', CR0: '0', GBPA: '0x1000' }, mem: [{ addr: '0x40000000', hex: '68656c6c6f' }], ram: [{ addr: '0x40000000', len: '0x100000' }] });
    const run = prepare('image "i.json"\ndevice nic sid=8\ndma nic read 0x40000000 5\nexpect data "hello"\nexpect register smmu IDR1 0x2730010\n', { '/s/i.json': image });
    expect(failures(run)).toEqual([]);
    expect(problemsOf('image "i.json"\n', { '/s/i.json': '{}' }).join()).toContain('This is no image');
    expect(problemsOf('image "i.json"\nhypervisor xen\n', { '/s/i.json': image }).join()).toContain('no hypervisor');
  });
});
