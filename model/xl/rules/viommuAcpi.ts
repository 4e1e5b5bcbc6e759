import { wantsViommu } from '../guestConfig.ts';
import { WITH_DEVICE } from './examples.ts';
import { problemAt, type XlRule } from './rule.ts';

/** XL014: the virtual SMMU is described in the device tree only. */
export const viommuAcpi: XlRule = {
  id: 'xl-viommu-acpi',
  level: 'warning',
  title: 'Virtual SMMU with ACPI',
  explanation: 'The series describes the virtual SMMU in the guest\'s device tree; no IORT is made. A guest that boots by ACPI does not find it.',
  remedy: 'Boot the guest by device tree: `acpi = 0`.',
  bad: `${WITH_DEVICE}viommu = "smmuv3"\nacpi = 1\n`,
  good: `${WITH_DEVICE}viommu = "smmuv3"\nacpi = 0\n`,
  sources: ['the vSMMUv3 series, v3: device tree only'],
  *check(guest) {
    const acpi = guest.number('acpi');
    if (acpi === undefined || acpi.value === 0 || !guest.keys.has('viommu') || !wantsViommu(guest)) return;
    yield problemAt(this, guest, acpi.atom, { message: 'A guest that boots by ACPI does not find its virtual SMMU.', advice: 'Set acpi = 0.' });
  },
};
