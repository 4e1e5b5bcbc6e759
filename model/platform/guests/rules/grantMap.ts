import type { Problem } from '../../../problem.ts';
import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { cellsOf, stringsOf, targetOf } from '../../values.ts';
import { below } from '../fragment.ts';
import type { CompiledTree, System } from '../types.ts';
import { atProperty, problem, type SystemRule } from './rule.ts';

const MAX_DOMID = 0x7fef;
const ENTRY_CELLS = 4;
const HOST = (map: string): string => `--- board.dts
/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	grants: xen_iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };
	pcie@40000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x0 0x40000000 0x0 0x1000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		ranges;
		iommu-map = ${map};
	};
};
`;

/** Grant DMA behind a PCI host bridge: each map entry gives one RequesterID its back end. Platform devices have a rule of their own, `xen-grant-dma`. */
export const grantMap: SystemRule = {
  id: 'grant-iommu-map',
  level: 'warning',
  title: 'Grant-DMA map gives functions the wrong back end',
  explanation: 'In an `iommu-map` whose target is `xen,grant-dma`, the output is the domain id of the back end, not a StreamID. An entry that covers several RequesterIDs counts the id up with each of them, so every further function grants its memory to another domain.',
  remedy: 'Write one entry of length 1 for each function.',
  bad: HOST('<0x0 &grants 0x1 0x8>'),
  good: HOST('<0x0 &grants 0x1 0x1>, <0x8 &grants 0x2 0x1>'),
  sources: ['Linux Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml', 'Linux drivers/xen/grant-dma-ops.c: the output of iommu-map is the back end\'s domain id', 'Xen: domain ids end at 0x7fef'],
  *check(system) {
    for (const source of treesOf(system)) {
      for (const node of below(source.tree.root)) {
        if (node.properties.has('iommu-map')) yield* grantMaps(this, source, node);
      }
    }
  },
};

function* grantMaps(rule: SystemRule, source: CompiledTree, node: DtNode): Iterable<Problem> {
  const cells = cellsOf(node, 'iommu-map');
  for (let at = 0; at + ENTRY_CELLS <= cells.length; at += ENTRY_CELLS) {
    const [, phandle, domid, length] = cells.slice(at, at + ENTRY_CELLS);
    if (phandle === undefined || !isGrantDma(targetOf(source.tree, phandle))) continue;
    const range = atProperty(source, node, 'iommu-map');
    if ((length?.value ?? 1) > 1) {
      yield problem(rule, range, { message: `An entry for ${length?.value ?? 0} functions gives each of them another back end: domain ids count up with the RequesterID.`, advice: 'Write one entry of length 1 for each function.' });
    } else if ((domid?.value ?? 0) > MAX_DOMID) {
      yield problem(rule, range, { message: `${domid?.value ?? 0} is no domain id: they end at ${MAX_DOMID}.`, advice: 'Write the domain id of the back end.' });
    }
  }
}

function treesOf(system: System): CompiledTree[] {
  return [...(system.host === undefined ? [] : [system.host]), ...system.domains.flatMap((domain) => domain.fragment ?? []), ...system.loose];
}

function isGrantDma(node: DtNode | undefined): boolean {
  return node !== undefined && stringsOf(node.properties.get('compatible')).includes('xen,grant-dma');
}
