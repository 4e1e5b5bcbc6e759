import { passthroughOf } from '../fragment.ts';
import { atNode, copiesListedNodes, fragmentsOf, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

/** PD001: libxl copies `/passthrough`, and fails without it. */
export const pdNoPassthrough: SystemRule = {
  id: 'pd-no-passthrough',
  level: 'error',
  title: 'Partial device tree without `/passthrough`',
  explanation: 'libxl copies the node `/passthrough` and, if it exists, `/aliases` into the guest\'s tree; without `/passthrough` the guest is not created.',
  remedy: 'Put the devices below `/passthrough`.',
  bad: board() + guest() + fragment().replace('passthrough {', 'devices {'),
  good: board() + guest() + fragment(),
  sources: ['libxl: `Can\'t copy the node "/passthrough" from the partial FDT`'],
  *check(system) {
    for (const { fragment: tree, domain } of fragmentsOf(system)) {
      if (passthroughOf(tree) !== undefined || copiesListedNodes(system, domain)) continue;
      yield problem(this, atNode(tree, tree.tree.root), {
        message: 'This partial device tree has no /passthrough node, and libxl refuses it.',
        advice: 'Put the devices below /passthrough.',
      });
    }
  },
};
