/** Setups of which no machine can be made, and what each is told; the first thing that somebody who writes one meets. */
import { describe, expect, it } from 'vitest';
import { prepare, problemsOf } from '../run/support.ts';

const SMMU = 'smmu s base=0x9050000\ndevice eth0 sid=8\ndevice usb0 sid=9\n';
const RAM = 'memory ram 0x80000000 512M\n';
const BOARD = `/dts-v1/;
/ {
  #address-cells = <1>; #size-cells = <1>;
  memory@80000000 { device_type = "memory"; reg = <0x80000000 0x20000000>; };
  smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0x9050000 0x20000>; #iommu-cells = <1>; };
  eth: ethernet@1000000 { reg = <0x1000000 0x1000>; iommus = <&smmu 8>; };
  serial@2000000 { reg = <0x2000000 0x1000>; };
};
`;

describe('declarations', () => {
  it.each([
    [`${SMMU}device d smmu=t sid=1\n`, 'There is no SMMU t.'],
    ['memory ram 0x40000000 0\n', 'Memory begins and ends at multiples of 4K.'],
    ['memory ram 0xffffffffff000 8K\n', 'This memory goes beyond the 52 bits of physical addresses.'],
    ['memory ram 0x10000000000000 4K\n', 'base is too large.'],
    ['memory ram (1 / 0) 4K\n', 'This has no value: division by zero.'],
    ['memory ram nothing 4K\n', 'This has no value: there is no name `nothing`.'],
    ['smmu s IDR0=("a")\n', 'This is not a number.'],
    [`${SMMU}guest a\nguest a\n`, 'There is a guest a already.'],
    ['board "none.dts"\n', 'There is no file none.dts.'],
    ['guest a "none.cfg"\n', 'There is no file none.cfg.'],
    ['project "none.json"\n', 'There is no file none.json.'],
    ['image "none.json"\n', 'There is no file none.json.'],
    ['limit steps=nothing\n', 'This has no value: there is no name `nothing`.'],
  ])('%j: %s', (setup, message) => expect(problemsOf(`${setup}echo "x"\n`)).toEqual([message]));
});

describe('files', () => {
  const files = {
    '/s/b.dts': BOARD, '/s/empty.json': '{}', '/s/noboard.json': '{ "boards": [], "guests": [] }', '/s/lost.json': '{ "boards": [{ "path": "b.dts" }], "guests": [{ "config": "lost.cfg" }] }',
    '/s/image.json': '{ "regs": 5 }', '/s/image.json.gz': 'zip', '/s/text.json': 'no json',
  };

  it.each([
    ['board "b.dts"\nboard "b.dts"\n', 'There is a board already.'],
    ['project "noboard.json"\n', 'The project has no board.'],
    ['project "lost.json"\n', 'The project names lost.cfg, and there is no such file.'],
    ['image "image.json"\n', 'This is no image: '],
    ['image "image.json.gz"\n', 'This is no image: '],
    ['image "text.json"\n', 'This is no image: '],
  ])('%j: %s', (setup, message) => expect(problemsOf(`${setup}echo "x"\n`, files).join('\n')).toContain(message));

  it('put what is declared before the board behind it', () => {
    const { system } = prepare('smmu own base=0x9080000\ndevice nic sid=1\ndevice bare\nboard "b.dts"\necho "x"\n', files);
    expect(system.smmus.map(({ name }) => name)).toEqual(['smmu', 'own']);
    expect(system.devices.map(({ name, smmu }) => [name, smmu])).toEqual([['eth', 0], ['nic', 1], ['bare', undefined]]);
  });

  it('give a guest a device that no SMMU stands before', () => {
    const cfg = 'name = "g"\nmemory = 64\ndtdev = [ "/serial@2000000" ]\n';
    const { system } = prepare('board "b.dts"\nhypervisor xen\nguest g "g.cfg"\necho "x"\n', { ...files, '/s/g.cfg': cfg });
    const serial = system.devices.find(({ name }) => name === 'serial@2000000');
    expect(serial).toMatchObject({ smmu: undefined, sids: [] });
    expect(serial === undefined ? undefined : system.ownerOf(serial)).toBe('g');
    expect(problemsOf('board "b.dts"\nhypervisor xen\nguest g "g.cfg"\necho "x"\n', { ...files, '/s/g.cfg': cfg.replace('/serial@2000000', '/nothing') }).join()).toContain('The board has no device /nothing.');
  });
});

describe('hypervisors', () => {
  it.each([
    [`${SMMU}${RAM}hypervisor pkvm profile=v9\n`, 'pKVM has no profile v9; there are paravirtual, '],
    [`${SMMU}memory ram 0x80000000 16M\nhypervisor pkvm\n`, 'There is too little memory for pKVM'],
    [`${SMMU}memory ram 0x80000000 16M owner=somebody\nhypervisor pkvm\n`, 'There is too little memory for pKVM'],
    ['smmu s base=0x9050000 IDR0=0\ndevice eth0 sid=8\nmemory ram 0x80000000 512M\nhypervisor pkvm profile=v7\n', 'pKVM cannot take the SMMUs: smmu0: -E'],
    [`${SMMU}${RAM}hypervisor iommufd profile=fast/qemu\nguest a devices="eth0"\n`, 'iommufd has no profile fast/qemu'],
    [`${SMMU}memory ram 0x80000000 2M\nhypervisor xen\n`, 'There is too little memory for Xen.'],
    [`${SMMU}memory ram 0x80000000 64M\nhypervisor xen\nguest a memory=4G\n`, 'There is too little memory left for a, which has 4096 MiB.'],
    [`${SMMU}${RAM}hypervisor xen profile=v9\n`, 'Xen has no profile v9; there are '],
    [`${SMMU}${RAM}hypervisor grant-dma\n`, 'No guest has a virtio device that another domain serves'],
    [`${SMMU}${RAM}hypervisor xen\nguest a devices="eth0"\nguest b devices="eth0"\n`, 'eth0 is given to a already.'],
    [`${SMMU}${RAM}hypervisor xen\nguest a devices="eth1"\n`, 'There is no device eth1.'],
  ])('%j: %s', (setup, message) => expect(problemsOf(`${setup}echo "x"\n`).join('\n')).toContain(message));

  it.each([['hypervisor xen viommu=smmuv3\n', ['smmuv3']], ['hypervisor xen viommu=none\n', []], ['cache none\nhypervisor xen viommu=smmuv3\n', ['smmuv3']]])('%j gives guests a virtual SMMU, or none', (setup, expected) => {
    const { system } = prepare(`${SMMU}${RAM}${setup}guest a devices="eth0"\necho "x"\n`);
    expect(system.smmusOf('a').map(() => 'smmuv3')).toEqual(expected);
  });
});

describe('drivers', () => {
  const drivers = (setup: string): ((domain: string, target: number | string) => boolean) => {
    const { system } = prepare(`${SMMU}${RAM}${setup}echo "x"\n`);
    return (domain, target) => system.driver(domain, typeof target === 'number' ? target : system.devices.find(({ name }) => name === target)!) !== undefined;
  };

  it.each([
    ['', 'host', 0, true], ['', 'host', 'eth0', true], ['', 'host', 3, false],
    ['hypervisor xen viommu=smmuv3\nguest a devices="eth0"\n', 'a', 0, true], ['hypervisor xen viommu=smmuv3\nguest a devices="eth0"\n', 'a', 'eth0', true], ['hypervisor xen viommu=smmuv3\nguest a devices="eth0"\n', 'a', 'usb0', false],
    ['hypervisor iommufd\nguest a devices="eth0"\n', 'a', 0, true], ['hypervisor iommufd\nguest a devices="eth0"\n', 'host', 'usb0', true], ['hypervisor iommufd\nguest a devices="eth0"\n', 'host', 5, false],
    ['hypervisor pkvm\n', 'host', 0, false], ['hypervisor pkvm profile=v7\n', 'host', 'eth0', true], ['hypervisor pkvm profile=v7\n', 'guest', 0, false],
    ['hypervisor grant-dma\nguest a devices="disk"\ndevice disk\n', 'a', 0, false],
  ] as const)('%j: %s drives %s: %s', (setup, domain, target, isThere) => expect(drivers(setup)(domain, target)).toBe(isThere));
});
