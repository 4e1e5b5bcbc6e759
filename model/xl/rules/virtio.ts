import { virtioSlots } from '../virtioSlots.ts';
import { BASE } from './examples.ts';
import { faultsOf, problemAt, type XlRule } from './rule.ts';

const MAX_VIRTIO_MMIO = 11;

/** XL021: virtio devices and their slots. */
export const virtio: XlRule = {
  id: 'xl-virtio',
  level: 'error',
  title: 'virtio device that xl refuses',
  explanation: 'A `virtio` entry is `type=virtio,device<id>,transport=mmio,backend=DOMAIN`. xl takes the part after `type=virtio` as the rest of the type, and crashes when there is none. Eleven virtio-mmio slots exist, shared with `disk` entries of `specification=virtio`.',
  remedy: 'Write the type in full, and keep to eleven devices.',
  bad: `${BASE}virtio = [ "backend=domd,transport=mmio,type=virtio" ]\n`,
  good: `${BASE}virtio = [ "type=virtio,device22,transport=mmio,backend=domd" ]\n`,
  sources: ['xl: "Unknown string "X" in virtio spec"', 'libxl: "Invalid type for virtio device: X"', 'libxl: "Ran out of reserved range for Virtio MMIO BASE 0x..."'],
  *check(guest) {
    yield* faultsOf(this, guest, 'virtio');
    const { count, atoms } = virtioSlots(guest);
    const extra = atoms[MAX_VIRTIO_MMIO];
    if (count > MAX_VIRTIO_MMIO && extra !== undefined) {
      yield problemAt(this, guest, extra, { message: `The guest has ${count} virtio-mmio devices; ${MAX_VIRTIO_MMIO} fit.`, advice: 'Remove some, or use another transport.' });
    }
    for (const { value, atom } of guest.virtio.filter((one) => one.value.transport === undefined)) {
      yield problemAt(this, guest, atom, {
        level: 'warning', message: `This ${value.type || 'device'} has no transport: it gets no virtio-mmio slot, and the guest does not see it.`, advice: 'Add transport=mmio.',
      });
    }
  },
};
