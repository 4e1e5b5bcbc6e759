import { compatible } from '../dom0less.ts';
import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { cellsOf, stringsOf, targetOf } from '../../values.ts';
import type { HostTree } from '../types.ts';
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
        } else if (compatible(child, 'xen,evtchn-v1')) {
          const message = eventChannelFault(host, child);
          if (message !== undefined) yield problem(this, atProperty(host, child, 'xen,evtchn'), { message, advice: 'Write <port &remote> in both nodes, each naming the other.' });
        }
      }
    }
  },
};

/** What Xen finds wrong with an event channel: pairs of a local port and a remote node that names this one back. */
function eventChannelFault(host: HostTree, node: DtNode): string | undefined {
  const cells = cellsOf(node, 'xen,evtchn');
  if (cells.length === 0 || cells.length % 2 !== 0) return `xen,evtchn of ${node.name} is not made of pairs of a port and a remote node.`;
  for (let at = 1; at < cells.length; at += 2) {
    const cell = cells[at];
    const remote = cell === undefined ? undefined : targetOf(host.tree, cell);
    if (remote === undefined) return `xen,evtchn of ${node.name} names no remote node.`;
    const isMutual = cellsOf(remote, 'xen,evtchn').some((back, i) => i % 2 === 1 && targetOf(host.tree, back) === node);
    if (!isMutual) return `${remote.name} does not name ${node.name} back in its xen,evtchn.`;
  }
  return undefined;
}
