import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { GUEST_PHANDLE_GIC } from '../phandles.ts';
import { cellsOf } from '../../values.ts';
import { below, passthroughOf } from '../fragment.ts';
import { atNode, atProperty, fragmentsOf, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

/** PD009: interrupts that lead to a controller the guest does not have. */
export const pdInterruptParent: SystemRule = {
  id: 'pd-interrupt-parent',
  level: 'error',
  title: 'Interrupts of a partial device tree lead to no controller',
  explanation: 'The guest\'s GIC is written by the toolstack with phandle 65000 (0xfde8). With xl no node of the fragment stands for it: a reference to a `/gic` node of the fragment dangles, because only `/passthrough` is copied. For dom0less, `/gic` is special: its phandle becomes the guest GIC\'s.',
  remedy: 'With xl write `interrupt-parent = <0xfde8>;`. For dom0less refer to a node `/gic`.',
  bad: board() + guest() + fragment({ eth: 'interrupt-parent = <&gic>; interrupts = <0 80 4>;', beside: '\n\tgic: gic { #interrupt-cells = <3>; interrupt-controller; };' }),
  good: board() + guest() + fragment(),
  sources: ['Xen docs/misc/arm/passthrough.txt', 'libxl: no handling of /gic; the root\'s interrupt-parent is 65000'],
  *check(system) {
    for (const { fragment: tree, domain } of fragmentsOf(system)) {
      if (domain === undefined) continue;
      for (const node of below(passthroughOf(tree))) {
        const cell = cellsOf(node, 'interrupt-parent')[0];
        const target = cell?.target;
        if (cell === undefined) continue;
        if (target !== undefined ? survives(target, domain.kind === 'dom0less') : cell.reference !== undefined || isKnownPhandle(tree.tree.byPhandle(cell.value), cell.value)) continue;
        yield problem(this, atProperty(tree, node, 'interrupt-parent'), {
          message: target === undefined
            ? `No interrupt controller of the guest has phandle ${cell.value}.`
            : `${target.name} does not reach the guest, so these interrupts lead nowhere.`,
          advice: domain.kind === 'xl' ? 'Write interrupt-parent = <0xfde8>, the guest\'s GIC.' : 'Refer to a node /gic, or write <0xfde8>.',
          ...(target === undefined ? {} : { related: [{ range: atNode(tree, target), message: 'This node is not copied' }] }),
          fixes: cell.reference === undefined ? [] : [{ title: 'Change to the guest\'s GIC (0xfde8)', edits: [{ range: tree.text.origin(cell.span.start, cell.span.end).range, text: '0xfde8' }], preferred: true }],
        });
      }
    }
  },
};

/** A controller below `/passthrough` is copied; `/gic` is known to dom0less alone. */
function survives(target: DtNode, isDom0less: boolean): boolean {
  let top = target;
  while (top.parent?.parent !== undefined) top = top.parent;
  return top.name === 'passthrough' || (isDom0less && top.name === 'gic');
}

function isKnownPhandle(node: DtNode | undefined, value: number): boolean {
  return node !== undefined || value === GUEST_PHANDLE_GIC;
}
