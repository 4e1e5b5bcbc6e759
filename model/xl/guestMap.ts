/**
 * The guest physical map of a Xen guest on Arm that is not direct-mapped, as `arch-arm.h` lays it
 * out. Deliberately left out: RAM banks that the guest's memory does not fill. The layout is not a
 * stable ABI: these are the figures of August 2026.
 */
import type { XlGuest } from './guestConfig.ts';

/** One region of the guest's own, in guest physical bytes. */
export interface GuestRegion {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  /** RAM: product layers carve windows out of it on purpose. */
  readonly isMemory?: boolean;
  /** True where this guest has the region. */
  when(guest: XlGuest): boolean;
}

const MIB = 0x10_0000;
const GUEST_RAM0_SIZE = 0xc000_0000;
const always = (): boolean => true;
const isV2 = (guest: XlGuest): boolean => guest.text('gic_version')?.value.toLowerCase() === 'v2';

/** Every region that an `iomem` entry could collide with; RAM counts as far as `memory` (or `maxmem`) reaches. */
export const GUEST_MAP: readonly GuestRegion[] = [
  { name: 'virtio-mmio window', base: 0x0200_0000, size: MIB, when: (guest) => guest.virtio.length > 0 },
  { name: 'GIC distributor', base: 0x0300_1000, size: 0x1000, when: always },
  { name: 'GICv2 CPU interface', base: 0x0300_2000, size: 0x2000, when: isV2 },
  { name: 'GICv3 redistributors', base: 0x0302_0000, size: 0x100_0000, when: (guest) => guest.text('gic_version')?.value.toLowerCase() === 'v3' },
  { name: 'virtual SMMU', base: 0x0404_0000, size: 0x4_0000, when: (guest) => guest.keys.has('viommu') && guest.text('viommu')?.value.toLowerCase() === 'smmuv3' },
  { name: 'virtual PCI configuration space', base: 0x1000_0000, size: 0x1000_0000, when: (guest) => guest.pci.length > 0 },
  { name: 'emulated UART', base: 0x2200_0000, size: 0x1000, when: (guest) => guest.text('vuart')?.value === 'sbsa_uart' },
  { name: 'grant table', base: 0x3800_0000, size: 16 * MIB, when: always },
  { name: 'magic pages', base: 0x3900_0000, size: 16 * MIB, when: always },
  ...ramRegions(),
];

/** RAM bank 0 in steps, so that a range beyond the guest's memory is no collision. */
function ramRegions(): GuestRegion[] {
  const steps = [64, 128, 256, 512, 1024, 2048, 3072];
  return steps.map((mib, i) => {
    const from = (steps[i - 1] ?? 0) * MIB;
    return {
      name: 'memory',
      isMemory: true,
      base: 0x4000_0000 + from,
      size: Math.min(mib * MIB, GUEST_RAM0_SIZE) - from,
      when: (guest) => memoryMib(guest) * MIB >= mib * MIB,
    };
  });
}

function memoryMib(guest: XlGuest): number {
  return guest.number('maxmem')?.value ?? guest.number('memory')?.value ?? 0;
}
