import { compatible } from '../dom0less.ts';
import { cellsOf, stringsOf } from '../../values.ts';
import { dom0lessOf } from './domainRule.ts';
import { atNode, atProperty, problem, type SystemRule } from './rule.ts';
import { board, domU } from './examples.ts';

const SHM_ID_CHARS = 15;
const ROLES = ['owner', 'borrower'];

/** DL007: the children that describe virtual CPUs, shared memory and event channels. */
export const dlVcpu: SystemRule = {
  id: 'dom0less-children',
  level: 'error',
  title: 'Child of a dom0less domain that Xen refuses',
  explanation: 'A `xen,vcpu` node names one of the domain\'s CPUs by `id`; shared memory has an identifier of at most 15 characters and a `role`; an event channel names a remote one that names it back. Each slip ends in a panic at boot.',
  remedy: 'Mend the property that is marked.',
  bad: board({ chosen: domU('vcpu0 { compatible = "xen,vcpu"; id = <4>; hard-affinity = "0-3"; };') }),
  good: board({ chosen: domU('vcpu0 { compatible = "xen,vcpu"; id = <0>; hard-affinity = "0-3"; };') }),
  sources: ['Xen: "Invalid vcpu_id N for domain X, max_vcpus=M"', 'Xen: "fdt: invalid xen,shm-id X, it must be limited to 15 characters"', 'Xen: "xen,evtchn property is not setup correctly."'],
  *check(system) {
    for (const { host, node } of dom0lessOf(system)) {
      const cpus = cellsOf(node, 'cpus')[0]?.value;
      for (const child of node.children.values()) {
        if (compatible(child, 'xen,vcpu')) {
          const id = cellsOf(child, 'id')[0]?.value;
          if (id === undefined) yield problem(this, atNode(host, child), { message: `${child.name} has no id.`, advice: 'Add id = <N>, counting from 0.' });
          else if (cpus !== undefined && id >= cpus) yield problem(this, atProperty(host, child, 'id'), { message: `id ${id} of ${child.name} is beyond the ${cpus} CPUs of ${node.name}.`, advice: `Use 0 to ${cpus - 1}.` });
        } else if (compatible(child, 'xen,domain-shared-memory-v1')) {
          const name = stringsOf(child.properties.get('xen,shm-id'))[0] ?? '';
          if (name === '' || name.length > SHM_ID_CHARS) yield problem(this, atProperty(host, child, 'xen,shm-id'), { message: `xen,shm-id of ${child.name} must have 1 to ${SHM_ID_CHARS} characters.`, advice: 'Shorten it.' });
          const role = stringsOf(child.properties.get('role'))[0];
          if (role !== undefined && !ROLES.includes(role)) yield problem(this, atProperty(host, child, 'role'), { message: `role "${role}" of ${child.name} is not known.`, advice: 'Use "owner" or "borrower".' });
        } else if (compatible(child, 'xen,evtchn-v1') && cellsOf(child, 'xen,evtchn').length % 2 !== 0) {
          yield problem(this, atProperty(host, child, 'xen,evtchn'), { message: `xen,evtchn of ${child.name} is not made of pairs of a port and a remote node.`, advice: 'Write <port &remote>.' });
        }
      }
    }
  },
};
