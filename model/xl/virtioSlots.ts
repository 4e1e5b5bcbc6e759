/** The virtio-mmio slots that libxl gives out: disks with `specification=virtio` first, then `virtio`. */
import type { XlGuest } from './guestConfig.ts';
import type { XlAtom } from './syntax.ts';

const GUEST_VIRTIO_MMIO_SPI_FIRST = 33;

/** The slots of one guest. */
export interface VirtioSlots {
  readonly count: number;
  /** Interrupt id of slot 0: 33, and one more where a virtual SMMU takes 33. */
  readonly firstInterrupt: number;
  /** What takes each slot, in order. */
  readonly atoms: readonly XlAtom[];
}

/** Counts the slots; an entry without `transport` takes none. */
export function virtioSlots(guest: XlGuest): VirtioSlots {
  const disks = guest.disk.filter((one) => one.value.specification === 'virtio');
  const devices = guest.virtio.filter((one) => one.value.transport === 'mmio');
  const atoms = [...disks, ...devices].map((one) => one.atom);
  const moved = guest.dialect.vsmmu === undefined ? 0 : 1;
  return { count: atoms.length, firstInterrupt: GUEST_VIRTIO_MMIO_SPI_FIRST + moved, atoms };
}
