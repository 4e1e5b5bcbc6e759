/** Actions that say what machine there is. They come first, and nothing happens by them. */
import { PRESETS } from '../../../emulator/idr/presets.ts';
import { POLICIES } from '../../../emulator/tlb/policy.ts';
import { fieldsOf, keyword, maybe, nameOf, needed, neededOption, newName, NUMBER, option, rowsOf, TEXT } from './verb.ts';

const setup = rowsOf('setup');

/** The hypervisors, as `hypervisor` names them. */
export const HYPERVISOR_KINDS = ['none', 'xen', 'iommufd', 'pkvm', 'grant-dma'] as const;

const VIOMMU = option('viommu', keyword('none', 'smmuv3'), 'Whether guests get a virtual SMMU.');

export const SETUP_VERBS = [
  setup('board', 'Takes SMMUs, devices with their StreamIDs, and memory from a device tree.', {
    parameters: [needed('file', { kind: 'path', extensions: ['.dts', '.dtb'] }, 'The host device tree, relative to the scenario.')],
    example: 'board "merlin-xen.dts"',
  }),
  setup('project', 'Takes board and guests from a project file.', {
    parameters: [needed('file', { kind: 'path', extensions: ['.json'] }, 'The `vsmmu.json`, relative to the scenario.')],
    example: 'project "vsmmu.json"',
  }),
  setup('guest', 'Declares a guest: from its configuration, or by the devices that it is given.', {
    parameters: [
      needed('name', newName('domain'), 'What the scenario calls the guest.'),
      maybe('file', { kind: 'path', extensions: ['.cfg', '.xlcfg'] }, 'Its xl configuration, relative to the scenario.'),
    ],
    options: [
      VIOMMU,
      option('devices', TEXT, 'Names of devices, separated by blanks.'),
      option('memory', NUMBER, 'Size of its memory in bytes.'),
    ],
    example: 'guest domd "domd.cfg"',
  }),
  setup('hypervisor', 'Says which hypervisor runs above the SMMUs. Without this line there is none: one kernel drives them.', {
    parameters: [needed('kind', keyword(...HYPERVISOR_KINDS), 'Which one.')],
    options: [
      option('profile', nameOf('profile'), 'Which version of its behaviour.'),
      VIOMMU,
    ],
    example: 'hypervisor xen profile=v3 viommu=smmuv3',
  }),
  setup('image', 'Loads memory and registers of a real machine from a file, in place of a board.', {
    parameters: [needed('file', { kind: 'path', extensions: ['.json'] }, 'The image, relative to the scenario.')],
    example: 'image "crash.json"',
  }),
  setup('smmu', 'Declares an SMMU that no board describes, or changes the ID registers of one that a board does.', {
    parameters: [
      needed('name', newName('smmu'), 'What the scenario calls it.'),
      maybe('registers', fieldsOf('id registers'), 'Values of single ID registers, over those of the model.'),
    ],
    options: [
      option('base', NUMBER, 'Physical address of its registers.'),
      option('model', keyword(...Object.keys(PRESETS)), 'Whose ID registers it has.'),
    ],
    example: 'smmu smmu0 base=0x2b400000 model=mmu-600',
  }),
  setup('device', 'Declares a device that no board describes.', {
    parameters: [needed('name', newName('device'), 'What the scenario calls it.')],
    options: [
      option('smmu', nameOf('smmu'), 'The SMMU in front of it; the only one where left out.'),
      option('sid', { kind: 'numbers' }, 'Its StreamIDs, separated by commas.'),
      option('domain', nameOf('domain'), 'Who it is given to; the host where left out.'),
    ],
    example: 'device eth0 smmu=smmu0 sid=8,9',
  }),
  setup('memory', 'Declares memory that no board describes.', {
    parameters: [
      needed('name', newName('owner'), 'What the scenario calls it.'),
      needed('base', NUMBER, 'Physical address of its first byte.'),
      needed('size', NUMBER, 'Size in bytes.'),
    ],
    options: [option('owner', nameOf('owner'), 'Who owns it; the host where left out.')],
    example: 'memory ram 0x40000000 1G',
  }),
  setup('cache', 'Says how much the SMMUs cache: nothing, all that the architecture lets them keep (the default), or little.', {
    parameters: [needed('policy', keyword(...Object.keys(POLICIES)), 'The policy.')],
    example: 'cache bounded',
  }),
  setup('include', 'Puts the lines of another scenario in this place. Allowed among actions too.', {
    parameters: [needed('file', { kind: 'path', extensions: ['.smmu'] }, 'The other scenario, relative to this one.')],
    example: 'include "machine.smmu"',
  }),
  setup('limit', 'Stops the run after a number of actions, so that a runaway scenario ends.', {
    options: [neededOption('steps', NUMBER, 'How many actions may be carried out; one on many pages counts for each of them.')],
    example: 'limit steps=100000',
  }),
];
