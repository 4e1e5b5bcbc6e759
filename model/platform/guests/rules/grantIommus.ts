import type { Problem } from '../../../problem.ts';
import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { cellsOf, stringsOf, targetOf } from '../../values.ts';
import { below } from '../fragment.ts';
import type { CompiledTree, System } from '../types.ts';
import { atProperty, problem, type SystemRule } from './rule.ts';

const MAX_DOMID = 0x7fef;
const ENTRY_CELLS = 4;
const ENDPOINT = (iommus: string, extra = ''): string => `--- board.dts
/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	xen_dma: xen_iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };
	smmu: iommu@2b400000 {
		compatible = "arm,smmu-v3";
		reg = <0x0 0x2b400000 0x0 0x20000>;
		interrupts-extended = <&gic 0 74 1>, <&gic 0 75 1>;
		interrupt-names = "eventq", "gerror";
		#iommu-cells = <1>;
	};
	gic: interrupt-controller@2f000000 {
		compatible = "arm,gic-v3";
		reg = <0x0 0x2f000000 0x0 0x10000>, <0x0 0x2f100000 0x0 0x100000>;
		#interrupt-cells = <3>;
		interrupt-controller;
	};
	virtio@2000000 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000000 0x0 0x200>;
		interrupts-extended = <&gic 0 1 1>;
		${iommus}${extra}
	};
};
`;

/** Grant DMA endpoints in a device tree: provider, cell, and nothing else beside it. */
export const grantIommus: SystemRule = {
  id: 'grant-iommus',
  level: 'warning',
  title: 'Grant-DMA endpoint that does not fit its provider',
  explanation: 'A virtio device that uses grants names `xen,grant-dma` in `iommus`; the cell is the domain id of its back end. Its DMA addresses are grants, so it has exactly that one provider: an SMMU beside it is of another kind and Linux refuses the list. A device that does DMA by itself must never name the grant-DMA node.',
  remedy: 'Give the virtio device one entry, `<&xen_iommu DOMID>`, and assigned devices their SMMU only.',
  bad: ENDPOINT('iommus = <&xen_dma 0xffff>;'),
  good: ENDPOINT('iommus = <&xen_dma 1>;'),
  sources: ['Linux Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml', 'Linux drivers/xen/grant-dma-ops.c: "Incompatible IOMMU node" (debug), then ordinary DMA', 'Xen: domain ids end at 0x7fef'],
  *check(system) {
    for (const source of treesOf(system)) {
      for (const node of below(source.tree.root)) {
        yield* grantMaps(this, source, node);
        if (!node.properties.has('iommus')) continue;
        const cells = cellsOf(node, 'iommus');
        const grantAt = cells.findIndex((cell) => isGrantDma(targetOf(source.tree, cell)));
        if (grantAt < 0) continue;
        const at = atProperty(source, node, 'iommus');
        const domid = cells[grantAt + 1]?.value;
        if (domid !== undefined && domid > MAX_DOMID) {
          yield problem(this, at, { message: `${domid} is no domain id: they end at ${MAX_DOMID}.`, advice: 'Write the domain id of the back end.' });
        }
        if (!stringsOf(node.properties.get('compatible')).some((word) => word.startsWith('virtio'))) {
          yield problem(this, at, { message: `${node.name} is no virtio device, but names the grant-DMA node.`, advice: 'Only virtio devices use grants; name the SMMU.' });
        }
      }
    }
  },
};

/** A PCI host bridge whose functions use grants: each map entry gives one RequesterID its back end. */
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
