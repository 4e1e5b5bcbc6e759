import type { DtNode } from '../../../devicetree/tree/tree.ts';
import { nearestWord } from '../../../xl/nearest.ts';
import { assigned, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';
import type { Domain, OwnedDevice, System } from '../types.ts';

const MAX_PATHS = 20_000;

/** XL018, PD014: the path of an assigned device is not in the host tree. */
export const deviceUnknown: SystemRule = {
  id: 'guest-device-unknown',
  level: 'error',
  title: 'Assigned device is not in the host tree',
  explanation: '`dtdev` and `xen,path` name nodes of the host device tree by their full path. A path of the partial tree (`/passthrough/...`), a lost digit, or a node that was renamed is not found, and the guest is not created.',
  remedy: 'Use the path of the host node; the quick fix offers the nearest one.',
  bad: board() + guest({ dtdev: 'dtdev = [ "/ethernet@fe10000" ]' }) + fragment(),
  good: board() + guest() + fragment(),
  sources: ['Xen, when the guest is created: XEN_DOMCTL_assign_dt_device: assign "PATH" to domN failed', 'libxl: "xc_assign_dtdevice failed: -1"', 'Xen, dom0less at boot: "Couldn\'t find node PATH in host_dt!"'],
  *check(system) {
    const { host } = system;
    if (host?.isWhole !== true) return;
    let paths: ReadonlyMap<string, DtNode> | undefined;
    for (const { domain, device } of assigned(system)) {
      if (device.node !== undefined || !device.path.startsWith('/') || !mayReport(system, domain)) continue;
      paths ??= new Map(pathsOf(host.tree.root));
      const nearest = nearestPath(device, paths);
      yield problem(this, device.at, {
        message: `The host tree has no node ${device.path}.`,
        advice: nearest === undefined ? 'Write the path of the host node.' : `The nearest is ${nearest}.`,
        ...(nearest === undefined ? {} : { fixes: [{ title: `Change to ${nearest}`, edits: [{ range: device.at, text: `"${nearest}"` }] }] }),
      });
    }
  },
};

/** Where the host was only guessed, a guest none of whose devices is there belongs to another board. */
function mayReport(system: System, domain: Domain): boolean {
  return system.input.association === 'stated' || domain.devices.some((device) => device.node !== undefined);
}

function* pathsOf(root: DtNode): Iterable<[string, DtNode]> {
  const pending: [string, DtNode][] = [['', root]];
  for (let next = pending.pop(), seen = 0; next !== undefined && seen < MAX_PATHS; next = pending.pop(), seen += 1) {
    const [path, node] = next;
    if (path !== '') yield [path, node];
    for (const child of node.children.values()) pending.push([`${path}/${child.name}`, child]);
  }
}

/** The host path with the same last name, else the nearest in spelling. */
function nearestPath(device: OwnedDevice, paths: ReadonlyMap<string, DtNode>): string | undefined {
  const last = device.path.split('/').at(-1) ?? '';
  const sameName = [...paths.keys()].filter((path) => path.endsWith(`/${last}`));
  return sameName.length === 1 ? sameName[0] : nearestWord(device.path, paths.keys());
}
