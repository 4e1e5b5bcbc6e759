import { moduleOf } from '../dom0less.ts';
import { dom0lessOf } from './domainRule.ts';
import { atNode, problem, type SystemRule } from './rule.ts';
import { board, domU } from './examples.ts';

/** DL001: what every domain node must have. */
export const dlMissing: SystemRule = {
  id: 'dom0less-missing',
  level: 'error',
  title: 'Dom0less domain without memory, cpus or a kernel',
  explanation: 'Xen builds the domain at boot from its node. `memory` (KiB), `cpus` and a module `multiboot,kernel` are required; without one of them Xen panics or stops building domains.',
  remedy: 'Add what is missing.',
  bad: board({ chosen: domU().replace('cpus = <1>;', '') }),
  good: board({ chosen: domU() }),
  sources: ['Xen at boot: "Missing property \'cpus\' for domain X" (panic)', 'Xen: `Error building DomU: cannot read "memory" property`', 'Xen: "Missing kernel boot module?"'],
  *check(system) {
    for (const { host, node } of dom0lessOf(system)) {
      const missing = ['memory', 'cpus'].filter((name) => !node.properties.has(name)).map((name) => `the property ${name}`);
      if (moduleOf(node, 'multiboot,kernel') === undefined) missing.push('a multiboot,kernel module');
      if (missing.length === 0) continue;
      yield problem(this, atNode(host, node), { message: `Domain ${node.name} lacks ${missing.join(' and ')}: Xen does not boot it.`, advice: 'Add what is missing.' });
    }
  },
};
