import { below, passthroughOf } from '../fragment.ts';
import { atNode, atProperty, fragmentsOf, problem, type SystemRule } from './rule.ts';
import { board, domU, domUFragment } from './examples.ts';

const NAMES = ['xen,reg', 'xen,path', 'xen,force-assign-without-iommu'] as const;
const HOST = board({ chosen: domU('passthrough = "enabled";') });

/** PD005, PD008: which of the three properties go together, and who reads them. */
export const pdXenProperties: SystemRule = {
  id: 'pd-xen-properties',
  level: 'error',
  title: '`xen,reg` and `xen,path` do not fit together',
  explanation: 'For a dom0less domain, `xen,reg` with `xen,path` assigns the host device and maps its registers; one of the two alone is refused (only `xen,reg` with `xen,force-assign-without-iommu` is allowed, which maps registers and nothing else). libxl does not interpret any of them: with xl the same facts go to `iomem`, `dtdev` and `irqs`.',
  remedy: 'Write both, or neither. For xl, use the configuration.',
  bad: HOST + domUFragment('xen,path = "/ethernet@fe100000"; interrupt-parent = <&gic>; interrupts = <0 80 4>;'),
  good: HOST + domUFragment(),
  sources: ['Xen, dom0less: "xen,reg or xen,path missing for DOMAIN"', 'Xen docs/misc/arm/passthrough.txt'],
  *check(system) {
    for (const { fragment: tree, domain } of fragmentsOf(system)) {
      for (const node of below(passthroughOf(tree))) {
        const [hasReg, hasPath, hasForce] = NAMES.map((name) => node.properties.has(name));
        const first = NAMES.find((name) => node.properties.has(name));
        if (first === undefined) continue;
        const at = atProperty(tree, node, first);
        if (domain?.kind === 'xl') {
          yield problem(this, at, {
            level: 'warning',
            message: `xl does not interpret ${first}: the guest sees it as it stands, and nothing is assigned by it.`,
            advice: 'Put the host path into dtdev, the frames into iomem and the interrupts into irqs.',
          });
        } else if (hasReg !== hasPath && !(hasReg === true && hasForce === true)) {
          yield problem(this, at, {
            message: `${node.name} has ${hasReg === true ? 'xen,reg without xen,path' : 'xen,path without xen,reg'}, and Xen refuses the domain.`,
            advice: 'Add the other one.',
          });
        } else if (hasForce === true && hasReg !== true) {
          yield problem(this, atNode(tree, node), { level: 'warning', message: 'xen,force-assign-without-iommu alone does nothing.', advice: 'Add xen,reg, and xen,path if the device is to be assigned.' });
        }
      }
    }
  },
};
