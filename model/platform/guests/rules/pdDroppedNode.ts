import { atNode, copiesListedNodes, fragmentsOf, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const KEPT = new Set(['passthrough', 'aliases', 'gic']);
/** Made by dtc, not by the author. */
const GENERATED = /^__\w+__$/;

/** PD003: what stands beside `/passthrough` is lost. */
export const pdDroppedNode: SystemRule = {
  id: 'pd-dropped-node',
  level: 'warning',
  title: 'Node of a partial device tree that nobody copies',
  explanation: 'Only `/passthrough` and `/aliases` reach the guest (and for dom0less `/gic`, whose phandle becomes the guest GIC\'s). Every other root node is dropped without a message; a clock or regulator that a device refers to is then missing. A `/memory` node is the guest\'s own business: Xen writes it.',
  remedy: 'Move the node below `/passthrough`, or remove it.',
  bad: board() + guest() + fragment({ beside: '\n\tclk: clock { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <100>; };' }),
  good: board() + guest() + fragment(),
  sources: ['libxl, copy_partial_fdt: /passthrough and /aliases', 'Xen, dom0less: /gic, /aliases and /passthrough'],
  *check(system) {
    for (const { fragment: tree, domain } of fragmentsOf(system)) {
      if (!tree.tree.root.children.has('passthrough') || copiesListedNodes(system, domain)) continue;
      for (const node of tree.tree.root.children.values()) {
        if (KEPT.has(node.name) || GENERATED.test(node.name)) continue;
        yield problem(this, atNode(tree, node), {
          message: `/${node.name} does not reach the guest: only /passthrough and /aliases are copied.`,
          advice: 'Move it below /passthrough, or remove it.',
        });
      }
    }
  },
};
