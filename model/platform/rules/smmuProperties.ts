/** `smmu-unknown-property`: a property that the SMMUv3 binding does not have. */
import type { Rule } from '../../rule.ts';
import { type PlatformContext, replace, report } from '../context.ts';
import { nearest } from '../nearest.ts';

const KNOWN = new Set(['compatible', 'reg', 'interrupts', 'interrupts-extended', 'interrupt-names', 'interrupt-parent', '#iommu-cells', 'dma-coherent',
  'msi-parent', 'hisilicon,broken-prefetch-cmd', 'cavium,cn9900-broken-page1-regspace', 'nvidia,cmdqv',
  'status', 'phandle', 'linux,phandle', 'name', 'power-domains', 'clocks', 'clock-names', 'resets', 'reset-names', 'assigned-clocks',
  'assigned-clock-rates', 'assigned-clock-parents', 'pinctrl-names', 'numa-node-id', 'ranges', '#address-cells', '#size-cells', 'xen,passthrough',
  // Each of these has a rule of its own.
  'iommus', 'stream-match-mask', 'mmu-masters', '#global-interrupts', '#stream-id-cells']);

/** A node with more unknown properties than this is no SMMUv3, and needs no suggestions. */
const MAX_SUGGESTIONS = 50;

/** A misspelt property is a warning when a known one is near; anything else may be a vendor's. */
export const smmuProperties: Rule<PlatformContext> = {
  id: 'smmu-unknown-property',
  level: 'hint',
  title: 'A property is not part of the SMMUv3 binding',
  explanation: 'No driver reads the property, and the binding allows no others. A misspelt `dma-coherent` or quirk is as good as none.',
  remedy: 'Correct the name, or remove the property.',
  bad: '&smmu {\n\tmsi-parents = <&its 0x0>;\n};',
  good: '&smmu {\n\tmsi-parent = <&its 0x0>;\n};',
  sources: ['Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml: additionalProperties is false'],
  *check(context) {
    for (const { binding, node } of context.platform.iommus) {
      if (binding.kind !== 'smmu-v3') continue;
      let unknown = 0;
      for (const property of node.properties.values()) {
        if (KNOWN.has(property.name)) continue;
        unknown += 1;
        const right = unknown > MAX_SUGGESTIONS ? undefined : nearest(property.name, KNOWN);
        yield report(smmuProperties, context, {
          at: property.syntax.nameSpan,
          level: right === undefined ? 'hint' : 'warning',
          message: `"${property.name}" is not part of the SMMUv3 binding${right === undefined ? '' : `; did you mean "${right}"?`}`,
          fixes: [right === undefined ? undefined : replace(context, property.syntax.nameSpan, { title: `Rename to ${right}`, text: right })],
        });
      }
    }
  },
};
