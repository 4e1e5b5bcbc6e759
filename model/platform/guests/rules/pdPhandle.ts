import { cellsOf } from '../../values.ts';
import { below } from '../fragment.ts';
import { atProperty, fragmentsOf, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const FIRST_RESERVED = 65000;

/** PD004: Xen's own phandles. */
export const pdPhandle: SystemRule = {
  id: 'pd-phandle',
  level: 'error',
  title: 'Phandle of a partial device tree in Xen\'s range',
  explanation: 'Phandles from 65000 (0xfde8) belong to nodes that Xen or libxl generates: the GIC, the grant-DMA IOMMU, the virtual SMMU. Xen refuses a fragment whose phandles reach them; libxl does not look, and two nodes end up with one phandle.',
  remedy: 'Leave phandles to dtc, which counts from 1.',
  bad: board() + guest() + fragment({ eth: 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; phandle = <65001>;' }),
  good: board() + guest() + fragment(),
  sources: ['Xen, dom0less: "Phandle allocation overlaps Xen reserved range"', 'xen/include/public/device_tree_defs.h: GUEST_PHANDLE_GIC and those after it'],
  *check(system) {
    for (const { fragment: tree } of fragmentsOf(system)) {
      for (const node of below(tree.tree.root)) {
        const value = cellsOf(node, 'phandle')[0]?.value ?? 0;
        // The stand-in for the generated GIC may carry the GIC's own number.
        if (value < FIRST_RESERVED || node.name === 'gic') continue;
        yield problem(this, atProperty(tree, node, 'phandle'), {
          message: `Phandle ${value} is in the range that Xen generates its own nodes with (65000 and up).`,
          advice: 'Remove it and refer to the node by a label.',
        });
      }
    }
  },
};
