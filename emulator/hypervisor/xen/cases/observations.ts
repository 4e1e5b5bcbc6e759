/**
 * The security observations of the design document (fact sheet 3.1), and three ways around isolation
 * that are not guest configuration: an SMMU without stage 2, a device without an SMMU, and a tree that
 * is not what the toolstack wrote. A guest can harm itself in all profiles; what must hold is that
 * memory of other domains is not reached.
 */
import { encodeCommand } from '../../../fields/commands.ts';
import { READ } from '../../../walk/access.ts';
import { outcomes, type XenCase } from './case.ts';
import { DEVICES } from './scene.ts';

const HOST_MEMORY = 0x4000_0000;
const FLOOD_LOG2 = 6;

/** The cases. */
export const OBSERVATIONS: readonly XenCase[] = [
  {
    id: 'O1', title: 'Partial stage-1 configuration: the STE is there, the CD is empty', source: '3.1, 1',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.configure(0, { Config: 5, S1ContextPtr: scene.context(5, { V: 0 }) });
      const access = scene.dma('/nic', 0x1000);
      return scene.outcome(`${scene.compare(0, '/nic').sentence} ${access}; guest: ${scene.events().join(' ') || 'nothing'}; ${scene.violations()}`);
    },
    expected: outcomes(
      'The hardware follows the guest: stage 1 and stage 2. C_BAD_CD; guest: nothing; isolated',
      'The hardware follows the guest: stage 1 and stage 2. C_BAD_CD; guest: nothing; isolated',
      'The hardware follows the guest: stage 1 and stage 2. C_BAD_CD; guest: nothing; isolated',
      'The hardware follows the guest: stage 1 and stage 2. C_BAD_CD; guest: C_BAD_CD(0x0); isolated',
    ),
  },
  {
    id: 'O2', title: 'Missed invalidation: the guest unmaps and sends no TLBI', source: '3.1, 2',
    run: (make) => {
      const scene = make();
      const guest = scene.xen.guest('dom1');
      guest?.start();
      guest?.attach('/nic');
      guest?.map('/nic', 0x1000, 0x7000, 0x1000);
      scene.dma('/nic', 0x1000);
      guest?.unmap('/nic', 0x1000, 0x1000, true);
      return scene.outcome(`${scene.dma('/nic', 0x1000)}; ${scene.violations()}`);
    },
    expected: outcomes('RAM+0x7000; reached guest: dom1', 'RAM+0x7000; reached guest: dom1', 'RAM+0x7000; reached guest: dom1'),
  },
  {
    id: 'O3', title: 'Malformed command: a queue of random words', source: '3.1, 3.3',
    run: (make) => {
      const scene = make();
      scene.setup();
      for (let i = 0; i < 12; i++) scene.raw(Uint32Array.of(0x77 + i * 0x0101_0101, i, 0xffff_ffff, i * 0x1111));
      const error = ((scene.get(0x9c) ?? 0) >>> 24) & 0x7f;
      return scene.outcome(`${error === 0 ? 'nothing is said' : `error ${error}`}; ${scene.violations()}`);
    },
    expected: outcomes('nothing is said; isolated', 'nothing is said; isolated', 'error 1; isolated'),
  },
  {
    id: 'O4', title: 'Tampered device tree: the guest is told a stream that it does not have', source: '3.3 (Julien)',
    run: (make) => {
      const scene = make({ domain: { devices: ['/nic', '/gpu'] } });
      scene.xen.assignments.tamper('dom1', '/nic', [9]);
      const guest = scene.xen.guest('dom1');
      guest?.start();
      guest?.attach('/nic');
      const events = guest?.drivers[0]?.events().map((words) => (words[0] ?? 0) & 0xff) ?? [];
      return scene.outcome(`/nic ${scene.physical('/nic')}, ${events.includes(4) ? 'C_BAD_STE' : 'no event'}; ${scene.violations()}`);
    },
    expected: outcomes(
      '/nic stage 2 only, C_BAD_STE; isolated', '/nic stage 2 only, C_BAD_STE; isolated', '/nic abort, C_BAD_STE; isolated',
    ),
  },
  {
    id: 'O5', title: 'A guest without vIOMMU beside one that floods', source: '3.1, 3',
    run: (make) => {
      const scene = make();
      scene.xen.create({ kind: 'xl', viommu: 'none', devices: ['/many'] });
      scene.setup({ queueLog2: FLOOD_LOG2 });
      scene.fill(encodeCommand('TLBI_NSNH_ALL', {}) ?? new Uint32Array(4), 2 ** FLOOD_LOG2);
      const before = scene.xen.runtime.costs.get('commands');
      scene.set(0x98, 2 ** (FLOOD_LOG2 + 1) - 1);
      const between = scene.xen.runtime.costs.get('commands') - before;
      const own = scene.xen.dma({ device: '/many', address: 0x4000_0000, access: READ }).ok;
      const foreign = scene.xen.dma({ device: '/many', address: 0x7000_0000, access: READ }).text;
      return scene.outcome(`${between} commands of the other before its own; own RAM ${own ? 'reached' : 'lost'}, beyond: ${foreign}; ${scene.violations()}`);
    },
    expected: outcomes(
      '254 commands of the other before its own; own RAM reached, beyond: F_TRANSLATION; isolated',
      '254 commands of the other before its own; own RAM reached, beyond: F_TRANSLATION; isolated',
      '2 commands of the other before its own; own RAM reached, beyond: F_TRANSLATION; isolated',
      '128 commands of the other before its own; own RAM reached, beyond: F_TRANSLATION; isolated',
    ),
  },
  {
    id: 'O6', title: 'Command flood: entries are rewritten as fast as one trap allows', source: '3.1, 4 and 5',
    run: (make) => {
      const scene = make();
      scene.setup({ queueLog2: FLOOD_LOG2 });
      scene.ste(0, { Config: 4 });
      scene.fill(encodeCommand('CFGI_STE', { StreamID: 0 }) ?? new Uint32Array(4), 2 ** FLOOD_LOG2);
      const before = scene.xen.runtime.costs.get('entryWrites');
      scene.set(0x98, 2 ** (FLOOD_LOG2 + 1) - 1);
      return scene.outcome(`${scene.xen.runtime.costs.get('entryWrites') - before} entries written in one trap; ${scene.violations()}`);
    },
    expected: outcomes('127 entries written in one trap; isolated', '127 entries written in one trap; isolated', '64 entries written in one trap; isolated'),
  },
  {
    id: 'O7', title: 'Event flood: a guest whose event queue is off makes faults', source: '3.1, 6',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.nest(0, 5);
      scene.set(0x20, 9);
      const before = scene.xen.runtime.log.length;
      for (let i = 0; i < 50; i++) scene.dma('/nic', 0x10_0000 + i * 4096);
      return scene.outcome(`Xen handles ${scene.xen.runtime.log.length - before} of 50; ${scene.violations()}`);
    },
    expected: outcomes('Xen handles 50 of 50; isolated', 'Xen handles 50 of 50; isolated', 'Xen handles 50 of 50; isolated'),
  },
  {
    id: 'O8', title: 'A device behind an SMMU that has no stage 2', source: '1.7 (Julien, Bertrand; what is written is own)',
    run: (make) => {
      const scene = make({ smmus: [{ model: 'qemu-virt-s1' }], domain: { devices: [] } });
      const created = scene.xen.create({ kind: 'xl', viommu: 'none', devices: ['/nic'] });
      if (!created.ok) return 'refused';
      scene.xen.dma({ device: '/nic', address: HOST_MEMORY, access: READ });
      return scene.outcome(`${scene.physical('/nic')}; ${scene.violations()}`);
    },
    expected: outcomes('bypass; reached domain: xen', 'bypass; reached domain: xen', 'refused'),
  },
  {
    id: 'O9', title: 'A device without SMMU, assigned by force', source: '4.3',
    run: (make) => {
      const scene = make({ devices: [...DEVICES, { path: '/bare', smmu: undefined, sids: [] }] });
      scene.xen.create({ kind: 'dom0less', viommu: 'none', devices: ['/bare'], forced: ['/bare'] });
      scene.xen.dma({ device: '/bare', address: HOST_MEMORY, access: READ });
      return scene.outcome(scene.violations());
    },
    expected: outcomes('reached domain: xen', 'reached domain: xen', 'reached domain: xen'),
  },
];
