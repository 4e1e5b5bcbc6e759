import { BASE, WITH_DEVICE } from './examples.ts';
import { problemAt, rangeIn, type XlRule } from './rule.ts';

/** XL011: no release of Xen knows the key. */
export const viommuUnknown: XlRule = {
  id: 'xl-viommu-not-in-xen',
  level: 'warning',
  title: '`viommu` is in no Xen release',
  explanation: 'The emulated SMMUv3 is a series under review. A released xl ignores the key without a message: the guest starts without a virtual SMMU.',
  remedy: 'If your Xen carries the series, choose its dialect: the comment `# vsmmu: dialect=viommu-v3` in the file, the project file, or the setting `vsmmu.xl.dialect`.',
  bad: `${BASE}dtdev = [ "/soc/dma@1000" ]\nviommu = "smmuv3"\n`,
  good: `${WITH_DEVICE}viommu = "smmuv3"\n`,
  sources: ['Xen master, August 2026: no option of that name', 'the vSMMUv3 series, v3 of 31 Mar 2026'],
  *check(guest) {
    const setting = guest.config.settings.get('viommu');
    if (setting === undefined || guest.keys.has('viommu')) return;
    const edit = { range: rangeIn(guest, { start: 0, end: 0 }), text: '# vsmmu: dialect=viommu-v3\n' };
    yield problemAt(this, guest, setting.statement.keySpan, {
      message: 'No Xen release knows "viommu": xl ignores it without a message, and the guest has no virtual SMMU.',
      advice: 'If your Xen carries the vSMMUv3 series, choose its dialect.',
      fixes: [{ title: 'This Xen carries the series (viommu-v3)', edits: [edit] }],
    });
  },
};
