import { wantsViommu } from '../guestConfig.ts';
import { WITH_DEVICE } from './examples.ts';
import { problemAt, type XlRule } from './rule.ts';

/** XL013: the interrupt of the virtual SMMU is taken. */
export const viommuInterrupt: XlRule = {
  id: 'xl-viommu-interrupt',
  level: 'error',
  title: 'Physical interrupt collides with the virtual SMMU',
  explanation: 'The virtual SMMU signals on interrupt id 33 (SPI 1). A guest that is given the physical interrupt of that id cannot have both.',
  remedy: 'Leave the interrupt out of `irqs`, or give the device to a guest without a virtual SMMU.',
  bad: `${WITH_DEVICE}viommu = "smmuv3"\nirqs = [ 33 ]\n`,
  good: `${WITH_DEVICE}viommu = "smmuv3"\nirqs = [ 112 ]\n`,
  sources: ['libxl with the series: "Physical IRQ 33 conflicting with vSMMUv3 SPI"'],
  *check(guest) {
    const interrupt = guest.dialect.vsmmu?.interrupt;
    if (interrupt === undefined || !wantsViommu(guest)) return;
    for (const irq of guest.irqs.filter((one) => one.value === interrupt)) {
      yield problemAt(this, guest, irq.atom, {
        message: `Interrupt ${interrupt} is the virtual SMMU's in this guest.`,
        advice: 'Remove it from irqs, or drop viommu.',
      });
    }
  },
};
