/** Blocks, and what drivers, devices and hypervisors do: actions as the people of a system know them. */
import { DATA, fieldsOf, flag, keyword, maybe, nameOf, needed, newName, NUMBER, option, rowsOf, sign, TEXT } from './verb.ts';

const block = rowsOf('block');
const driver = rowsOf('driver');
const device = rowsOf('device');
const hypervisor = rowsOf('hypervisor');

const DEVICE = needed('device', nameOf('device'), 'The device.');
const ANY_SMMU = maybe('smmu', nameOf('smmu'), 'Which SMMU; the only one that the domain sees where left out.');
const SSID = option('ssid', NUMBER, 'SubstreamID of the access (PASID); none where left out.');
const STREAM = option('stream', NUMBER, 'Which of the StreamIDs of the device, from 0.');
const PRIVILEGED = flag('privileged', 'A privileged access.');
const INSTRUCTION = flag('instruction', 'An instruction fetch.');
const DIRECTION = needed('direction', keyword('read', 'write'), 'Whether the device reads or writes.');

export const BLOCK_VERBS = [
  block('in', 'What is indented below is done by the software of a domain: a guest, the host or the hypervisor.', {
    parameters: [needed('domain', nameOf('domain', ['host', 'hypervisor']), 'A guest, `host` or `hypervisor`.')],
    example: 'in domd\n  probe', opensBlock: true,
  }),
  block('repeat', 'Does what is indented below a number of times.', {
    parameters: [
      needed('count', NUMBER, 'How many times.'),
      sign('as', true),
      maybe('name', { kind: 'variable' }, 'A name for the number of the round, from 0.'),
    ],
    example: 'repeat 4 as i\n  map eth0 (0x1000 * i) -> (0x48000000 + 0x1000 * i) 4K rw', opensBlock: true,
  }),
  block('parallel', 'Carries out the lines and blocks indented below in turns, one action of each, as if they ran at once.', {
    example: 'parallel\n  repeat 8\n    dma eth0 read 0x1000 4\n  repeat 8\n    dma usb0 read 0x2000 4', opensBlock: true,
  }),
];

export const DRIVER_VERBS = [
  driver('probe', 'Sets up an SMMU as Linux does at probe: command, event and PRI queue, stream table, invalidations, enables, and `CR0.ATSCHK` where the SMMU has ATS.', {
    parameters: [ANY_SMMU], example: 'probe smmu0',
  }),
  driver('attach', 'Gives a device a context: CD, STE, `CMD_CFGI_STE`, `CMD_SYNC`.', {
    parameters: [DEVICE],
    options: [option('substreams', NUMBER, 'log2 of the number of SubstreamIDs (`S1CDMax`).'), flag('stall', 'Faults of the device stall.')],
    example: 'attach eth0',
  }),
  driver('detach', 'Takes the context of a device away.', {
    parameters: [DEVICE, maybe('to', keyword('bypass', 'abort'), 'What becomes of its traffic; `abort` where left out.')],
    example: 'detach eth0 abort',
  }),
  driver('map', 'Maps memory for a device in its stage-1 table.', {
    parameters: [
      DEVICE,
      needed('iova', NUMBER, 'Address that the device uses, a multiple of 4K.'),
      sign('->'),
      needed('address', NUMBER, 'Address of the memory as the driver sees it: physical, or an IPA in a guest.'),
      needed('size', NUMBER, 'Size in bytes, a multiple of 4K.'),
      maybe('access', keyword('r', 'w', 'rw'), 'What the device may do; `rw` where left out.'),
    ],
    options: [SSID], example: 'map eth0 0x10000000 -> 0x48000000 16K rw',
  }),
  driver('unmap', 'Unmaps memory of a device and invalidates what the SMMU cached of it.', {
    parameters: [DEVICE, needed('iova', NUMBER, 'Address that the device uses, a multiple of 4K.'), needed('size', NUMBER, 'Size in bytes, a multiple of 4K.')],
    options: [SSID, flag('no-invalidate', 'Leaves the invalidation out, as a driver with this mistake does.')],
    example: 'unmap eth0 0x10000000 16K',
  }),
  driver('events', 'Takes all records out of the event queue, as the interrupt handler does.', { parameters: [ANY_SMMU], example: 'events' }),
  driver('recover', 'Handles a command queue error as Linux does: the bad command becomes a CMD_SYNC, the error is acknowledged.', {
    parameters: [ANY_SMMU], example: 'recover',
  }),
];

export const DEVICE_VERBS = [
  device('dma', 'Lets a device read or write memory.', {
    parameters: [
      DEVICE, DIRECTION,
      needed('address', NUMBER, 'Address that the device uses.'),
      maybe('data', DATA, 'What it writes, or how many bytes it reads or writes (with zeros); 4 where left out.'),
    ],
    options: [SSID, STREAM, PRIVILEGED, INSTRUCTION],
    example: 'dma eth0 write 0x10000040 "hello"',
  }),
  device('ats', 'Lets a device with ATS ask for a translation and then access memory with it.', {
    parameters: [
      DEVICE, DIRECTION,
      needed('address', NUMBER, 'Address that the device asks for.'),
      maybe('data', DATA, 'What it writes, or how many bytes it reads or writes (with zeros); 4 where left out.'),
    ],
    options: [SSID, STREAM, PRIVILEGED, INSTRUCTION],
    example: 'ats nvme0 read 0x10000000 64',
  }),
  device('page-request', 'Lets a device ask for a page through PRI.', {
    parameters: [DEVICE, needed('address', NUMBER, 'Address of the page.'), maybe('access', keyword('r', 'w', 'rw'), 'What it wants to do; `rw` where left out.')],
    options: [SSID, STREAM, option('group', NUMBER, 'Page request group index, 0 to 511; 0 where left out.'), flag('more', 'Not the last request of its group.')],
    example: 'page-request nvme0 0x10000000 ssid=1',
  }),
];

export const HYPERVISOR_VERBS = [
  hypervisor('create', 'Creates a guest that the setup does not start.', {
    parameters: [needed('name', newName('domain'), 'Its name.')],
    options: [
      option('kind', keyword('xl', 'dom0less'), 'How it is made, under Xen.'),
      option('viommu', keyword('none', 'smmuv3'), 'Whether it gets a virtual SMMU.'),
      option('devices', TEXT, 'Names of devices, separated by blanks.'),
    ],
    example: 'create domu viommu=smmuv3 devices="eth0 usb0"',
  }),
  hypervisor('destroy', 'Ends a guest.', { parameters: [needed('domain', nameOf('domain'), 'The guest.')], example: 'destroy domu' }),
  hypervisor('revoke', 'Takes memory away from a guest, as ballooning does.', {
    parameters: [
      needed('domain', nameOf('domain'), 'The guest.'),
      needed('offset', NUMBER, 'Offset into its memory in bytes, a multiple of 4K.'),
      needed('size', NUMBER, 'Size in bytes, a multiple of 4K.'),
    ],
    example: 'revoke domd 0x10000 4K',
  }),
  hypervisor('call', 'Asks the hypervisor for one of its operations. A value that is no number is taken as a name.', {
    parameters: [needed('operation', nameOf('operation'), 'Which operation; they differ by hypervisor.'), maybe('values', fieldsOf('operation'), 'Its values by name.')],
    example: 'call attach device=eth0 domain=1',
  }),
];
