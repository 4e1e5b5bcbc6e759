import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { cellsOf } from '../../values.ts';
import { below, passthroughOf } from '../fragment.ts';
import type { CompiledTree, Domain, System } from '../types.ts';
import { atProperty, fragmentsOf } from './rule.ts';

/** `iommus` of one node of a fragment. */
export interface FragmentIommus {
  readonly fragment: CompiledTree;
  readonly domain: Domain | undefined;
  readonly node: DtNode;
  readonly cells: ReturnType<typeof cellsOf>;
  readonly at: ReturnType<typeof atProperty>;
}

/** Every `iommus` property of every fragment. */
export function* fragmentIommus(system: System): Iterable<FragmentIommus> {
  for (const { fragment, domain } of fragmentsOf(system)) {
    for (const node of below(passthroughOf(fragment))) {
      if (!node.properties.has('iommus')) continue;
      yield { fragment, domain, node, cells: cellsOf(node, 'iommus'), at: atProperty(fragment, node, 'iommus') };
    }
  }
}

/** A guest with a virtual SMMU and the host's `iommus` on the ethernet, for examples. */
export const VIOMMU_KEYS = '# vsmmu: dialect=viommu-v3\nviommu = "smmuv3"\n';
