import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { stringsOf } from '../../values.ts';
import { assigned, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

/** What Xen has a driver for that does stage 2. */
const XEN_DRIVEN = new Set(['smmu-v3', 'smmu-v2']);

/** Rule 3 of the survey: a board whose IOMMUs Xen cannot drive. */
export const noSmmu: SystemRule = {
  id: 'guest-no-smmu',
  level: 'warning',
  title: 'Passthrough on a board without an IOMMU that Xen drives',
  explanation: 'Xen assigns devices through an IOMMU with stage 2: Arm\'s SMMU v1 to v3, or Renesas\' IPMMU. On a board without one, or with all of them disabled, every assignment fails.',
  remedy: 'Enable the SMMU in the host tree. For a dom0less domain with a direct map, `xen,force-assign-without-iommu` is the unsafe way out.',
  bad: board().replace(/#iommu-cells = <1>;/g, '#iommu-cells = <1>;\n\t\tstatus = "disabled";') + guest() + fragment(),
  good: board() + guest() + fragment(),
  sources: ['Xen: "passthrough not supported on this platform" (libxl), "I/O virtualisation disabled" at boot', 'Xen, SMMU nodes with status "disabled": masters count as unprotected'],
  *check(system) {
    const { host } = system;
    if (host?.isWhole !== true) return;
    const usable = host.context.platform.iommus.some((iommu) => iommu.enabled && (XEN_DRIVEN.has(iommu.binding.kind) || isIpmmu(iommu.node)));
    if (usable) return;
    const seen = new Set<unknown>();
    for (const { domain, device } of assigned(system)) {
      if (seen.has(domain) || device.node === undefined || device.part?.properties.has('xen,force-assign-without-iommu') === true) continue;
      if (!device.node.properties.has('iommus') && !device.node.properties.has('iommu-map')) continue;
      seen.add(domain);
      yield problem(this, device.at, {
        message: 'No enabled IOMMU of this board is one that Xen drives: the assignment fails.',
        advice: 'Enable the SMMU in the host tree.',
      });
    }
  },
};

function isIpmmu(node: DtNode): boolean {
  return stringsOf(node.properties.get('compatible')).some((word) => word.startsWith('renesas,ipmmu-'));
}
