import { wantsViommu, type XlGuest } from '../guestConfig.ts';
import { FIRST_SPI, VUART_INTERRUPT } from '../interruptIds.ts';
import { virtioSlots } from '../virtioSlots.ts';
import { BASE } from './examples.ts';
import { problemAt, replacement, type XlRule } from './rule.ts';

/** XL020: SPIs of the virtual GIC. */
export const nrSpis: XlRule = {
  id: 'xl-nr-spis',
  level: 'error',
  title: '`nr_spis` is too small for the interrupts of the guest',
  explanation: 'libxl counts the SPIs that vuart, virtio-mmio, a virtual SMMU and `irqs` need. A smaller `nr_spis` is refused.',
  remedy: 'Raise `nr_spis`, or leave it out: libxl computes it.',
  bad: `${BASE}irqs = [ 112 ]\nnr_spis = 32\n`,
  good: `${BASE}irqs = [ 112 ]\nnr_spis = 96\n`,
  sources: ['libxl: "Provided nr_spis value is too small (minimum required N)"'],
  *check(guest) {
    const given = guest.number('nr_spis');
    const needed = spisNeeded(guest);
    if (given === undefined || given.value === 0 || given.value >= needed) return;
    yield problemAt(this, guest, given.atom, {
      message: `${given.value} SPIs are too few: this guest needs ${needed}.`,
      advice: `Set nr_spis to ${needed} or more, or leave it out.`,
      fixes: [replacement(guest, given.atom, `Change to ${needed}`, String(needed))],
    });
  },
};

function spisNeeded(guest: XlGuest): number {
  const virtio = virtioSlots(guest);
  const ids = guest.irqs.map((one) => one.value);
  if (guest.text('vuart')?.value === 'sbsa_uart') ids.push(VUART_INTERRUPT);
  if (virtio.count > 0) ids.push(virtio.firstInterrupt + virtio.count - 1);
  if (wantsViommu(guest)) ids.push(guest.dialect.vsmmu?.interrupt ?? 0);
  return ids.reduce((most, id) => Math.max(most, id - FIRST_SPI + 1), 0);
}
