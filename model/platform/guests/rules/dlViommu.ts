import { hasPassthrough } from '../dom0less.ts';
import { cellsOf } from '../../values.ts';
import { dom0lessOf } from './domainRule.ts';
import { atNode, atProperty, problem, type SystemRule } from './rule.ts';
import { board, domU } from './examples.ts';

const FIRST_SPI = 32;
const NO_FRAGMENT = domU().replace(/module@4a000000 .*\n/, '\n');

/** DL006, DL009: with the series, every dom0less domain gets a virtual SMMU. */
export const dlViommu: SystemRule = {
  id: 'dom0less-viommu',
  level: 'error',
  title: 'Dom0less domain that cannot have the virtual SMMU it gets',
  explanation: 'In the posted series, `viommu=smmuv3` on Xen\'s command line gives every dom0less domain a virtual SMMU. That needs the domain\'s IOMMU to be on (a partial device tree, or `passthrough = "enabled"`), and an SPI of its own (id 33): otherwise Xen panics at boot.',
  remedy: 'Add `passthrough = "enabled"`, and leave `nr_spis` at 2 or more.',
  bad: `--- vsmmu.json\n{ "dialect": "viommu-v3", "boards": [{ "path": "board.dts" }] }\n${board({ chosen: NO_FRAGMENT })}`,
  good: `--- vsmmu.json\n{ "dialect": "viommu-v3", "boards": [{ "path": "board.dts" }] }\n${board({ chosen: NO_FRAGMENT.replace('cpus = <1>;', 'cpus = <1>; passthrough = "enabled";') })}`,
  sources: ['Xen with the series: "vIOMMU requested while iommu not enabled for domain", then "Error creating domain X (rc = -22)" (panic)'],
  *check(system) {
    const profile = system.input.vsmmu;
    // The vendor branch switches the virtual SMMU on for each domain by itself.
    if (profile === undefined || !profile.mapsStreamIds) return;
    for (const { host, node } of dom0lessOf(system)) {
      if (!hasPassthrough(node)) {
        yield problem(this, atNode(host, node), { message: `${node.name} gets a virtual SMMU, but its IOMMU is off: Xen panics.`, advice: 'Add passthrough = "enabled".' });
      }
      const spis = cellsOf(node, 'nr_spis')[0]?.value;
      const needed = profile.interrupt - FIRST_SPI + 1;
      if (spis !== undefined && spis < needed) {
        yield problem(this, atProperty(host, node, 'nr_spis'), { message: `${spis} SPIs leave none for the virtual SMMU of ${node.name} (id ${profile.interrupt}).`, advice: `Set nr_spis to ${needed} or more.` });
      }
    }
  },
};
