import { compatible } from '../dom0less.ts';
import { passthroughOf } from '../fragment.ts';
import { atNode, fragmentsOf, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const NEEDED = ['ranges', '#address-cells', '#size-cells'];

/** PD002: a guest kernel probes the children of a bus it knows. */
export const pdBus: SystemRule = {
  id: 'pd-bus',
  level: 'warning',
  title: '`/passthrough` is not a simple bus',
  explanation: 'The node is copied as it stands. Without `compatible = "simple-bus"` the guest kernel does not probe its children; without `ranges` their addresses do not translate; without cell counts `reg` is cut with 2 address cells and 1 size cell.',
  remedy: 'Add `compatible = "simple-bus"; ranges; #address-cells = <2>; #size-cells = <2>;`.',
  bad: board() + guest() + fragment({ bus: '#address-cells = <2>; #size-cells = <2>;' }),
  good: board() + guest() + fragment(),
  sources: ['Xen docs/misc/arm/passthrough.txt names the four as mandatory; nothing checks them'],
  *check(system) {
    for (const { fragment: tree } of fragmentsOf(system)) {
      const top = passthroughOf(tree);
      // An empty one may be meant: templates keep it for later.
      if (top === undefined || top.children.size === 0) continue;
      const missing = NEEDED.filter((name) => !top.properties.has(name));
      if (!compatible(top, 'simple-bus')) missing.unshift('compatible = "simple-bus"');
      if (missing.length === 0) continue;
      const open = top.definitions[0]?.open ?? 0;
      const { range, expansion } = tree.text.origin(open, open + 1);
      const text = missing.map((name) => (name.startsWith('#') ? `\n\t\t${name} = <2>;` : `\n\t\t${name};`)).join('');
      yield problem(this, atNode(tree, top), {
        message: `/passthrough lacks ${missing.join(', ')}: the guest kernel does not find the devices below it.`,
        advice: 'Add what is missing.',
        ...(expansion === undefined ? { fixes: [{ title: 'Make it a simple bus', edits: [{ range: { ...range, start: range.end }, text }], preferred: true }] } : {}),
      });
    }
  },
};
