import { stringsOf } from '../../values.ts';
import { atNode, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';
import { VIOMMU_KEYS } from './pdIommus.ts';

const ERRATA = /\bmmu-?[67]00\b/;

/** VM002: SMMUs on which nesting is broken. */
export const vmNesting: SystemRule = {
  id: 'vsmmu-nesting-errata',
  level: 'information',
  title: 'Virtual SMMU on a physical one with nesting errata',
  explanation: 'MMU-600 and MMU-700 class implementations have errata that make nested translation unsafe. The posted series does not look; its next version will refuse them, and Linux switches nesting off on them already.',
  remedy: 'Check the revision of the SMMU against Arm\'s errata notice before relying on the virtual SMMU.',
  bad: board().replace('compatible = "arm,smmu-v3";', 'compatible = "arm,mmu-700", "arm,smmu-v3";') + guest({ more: VIOMMU_KEYS }) + fragment(),
  good: board() + guest({ more: VIOMMU_KEYS }) + fragment(),
  sources: ['review of the vSMMUv3 series, 2026: refuse nesting on MMU-600/MMU-700 class', 'Linux commit 0bfbfc526c70'],
  *check(system) {
    const { host } = system;
    if (host === undefined || !system.domains.some((domain) => domain.vsmmu !== undefined)) return;
    for (const iommu of host.context.platform.iommus) {
      if (!stringsOf(iommu.node.properties.get('compatible')).some((word) => ERRATA.test(word))) continue;
      yield problem(this, atNode(host, iommu.node), {
        message: 'This class of SMMU has errata in nested translation, which a virtual SMMU needs.',
        advice: 'Check the revision against the errata notice.',
      });
    }
  },
};
