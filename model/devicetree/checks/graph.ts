/** dtc's checks of graphs: ports and endpoints that connect devices such as cameras and displays. */
import type { DtNode } from '../tree/tree.ts';
import { nodePath } from '../tree/values.ts';
import { defineCheck, type DtcCheck, type Finding, type Findings } from './check.ts';
import { renameUnit } from './fixes.ts';
import { baseName, type CheckTree, isEndpoint, isPhandle, unitAddress } from './view.ts';

const SCHEMA = ['dt-schema, schemas/graph.yaml'];

/** A device with one port, and a sink whose endpoint is `sink`. */
function snippet(port: string, endpoint: string, back: string): string {
  const device = (name: string, inner: string): string => `\t${name} {\n\t\t${inner}\n\t};\n`;
  return `/ {\n${device('camera', `${port} {\n\t\t\tcam: ${endpoint} {\n\t\t\t\tremote-endpoint = <&sink>;\n\t\t\t};\n\t\t};`)}`
    + `${device('receiver', `port {\n\t\t\tsink: endpoint {\n\t\t\t\tremote-endpoint = <&${back}>;\n\t\t\t};\n\t\t};`)}};`;
}

/** `graph_nodes`. */
export const graphNodes: DtcCheck = defineCheck({
  name: 'graph_nodes',
  usage: 'warning',
  title: 'An endpoint is a child of the root',
  explanation: 'Endpoints belong to a port of a device. One directly below the root, or a `remote-endpoint` property in a device below the root, is misplaced, and the connection is not found.',
  remedy: 'Put the endpoint into a `port` node of its device.',
  bad: '/ {\n\tendpoint {\n\t};\n};',
  good: '/ {\n\tcamera {\n\t\tport {\n\t\t\tendpoint {\n\t\t\t};\n\t\t};\n\t};\n};',
  sources: SCHEMA,
}, function* find(tree) {
  const { root } = tree.tree;
  if (!tree.endpointParents.has(root)) return;
  for (const child of root.children.values()) {
    if (tree.tick()) yield;
    if (isEndpoint(child)) yield { node: root, span: child.definitions[0]?.target, message: `Endpoint "${child.name}" is a child of the root`, advice: 'Put it into a "port" node of its device' };
  }
});

/** The `reg` of a port or an endpoint, its unit address, and the counts of its parent. */
function* wrongNumber(node: DtNode, tree: CheckTree): Findings {
  const reg = node.properties.get('reg');
  if (reg === undefined || node.parent === undefined) return;
  const number = tree.cell(reg)?.toString(16);
  if (number === undefined) {
    yield { node, property: reg, message: `"reg" of a ${baseName(node)} is one cell`, advice: 'Write the number of the port or endpoint' };
    return;
  }
  if (unitAddress(node) !== number) {
    yield { node, message: `The unit address is "${unitAddress(node)}", but "reg" says "${number}"`, advice: `Rename the node to end in "@${number}", or correct "reg"`, related: [{ node, property: reg, message: 'The number' }], fix: renameUnit(node, number) };
  }
  const { address, size } = tree.counts(node.parent);
  for (const [name, found, expected] of [['#address-cells', address, 1], ['#size-cells', size, 0]] as const) {
    if (found === expected) continue;
    yield { node, property: reg, message: `${name} of ${nodePath(node.parent)} is ${found < 0 ? 'absent' : found}, and ${expected} is needed for numbered ports and endpoints`, advice: `Write ${name} = <${expected}>; there`, related: [{ node: node.parent, property: node.parent.properties.get(name), message: 'The parent' }] };
  }
}

/** `graph_port`. */
export const graphPort: DtcCheck = defineCheck({
  name: 'graph_port',
  usage: 'warning',
  title: 'A port of a graph has a wrong name or number',
  explanation: 'A node with endpoints is named `port`, or `port@N` with `reg = <N>` in a parent that has one address cell and no size cell. Linux finds ports by this name, and no others.',
  remedy: 'Rename the port, or correct its number.',
  bad: snippet('output', 'endpoint', 'cam'),
  good: snippet('port', 'endpoint', 'cam'),
  sources: SCHEMA,
}, function* find(tree) {
  for (const node of tree.endpointParents) {
    if (tree.tick()) yield;
    if (node.parent === undefined) continue;
    yield* wrongNumber(node, tree);
    if (!tree.tree.plugin && baseName(node) !== 'port') yield { node, message: 'A node with endpoints is named "port"', advice: 'Rename the node' };
  }
});

/** The endpoint that this one leads to; undefined where there is none, or none is known. */
function remoteOf(endpoint: DtNode, tree: CheckTree): DtNode | Finding | undefined {
  const property = endpoint.properties.get('remote-endpoint');
  const cell = property === undefined ? undefined : tree.cells(property)[0];
  if (property === undefined || cell === undefined || !isPhandle(cell)) return undefined;
  return tree.provider(cell) ?? { node: endpoint, property, message: '"remote-endpoint" leads to no node', advice: 'Refer to the other endpoint by its label' };
}

function* wrongEndpoint(node: DtNode, tree: CheckTree): Findings {
  yield* wrongNumber(node, tree);
  if (tree.tree.plugin) return;
  if (baseName(node) !== 'endpoint') yield { node, message: 'A child of a "port" is named "endpoint"', advice: 'Rename the node' };
  const remote = remoteOf(node, tree);
  if (remote === undefined) return;
  if ('message' in remote) {
    yield remote;
    return;
  }
  if (remoteOf(remote, tree) === node) return;
  yield {
    node,
    property: node.properties.get('remote-endpoint'),
    message: `${nodePath(remote)} does not lead back to this endpoint`,
    advice: 'Give the other endpoint a "remote-endpoint" that refers to this one',
    related: [{ node: remote, property: remote.properties.get('remote-endpoint'), message: 'The other endpoint' }],
  };
}

/** `graph_endpoint`. */
export const graphEndpoint: DtcCheck = defineCheck({
  name: 'graph_endpoint',
  usage: 'warning',
  title: 'An endpoint has a wrong name, or its connection is one-sided',
  explanation: 'The nodes in a port are endpoints. An endpoint leads to another by `remote-endpoint`, and that one leads back. Drivers on either side walk the connection, and wait forever for a device that is connected from one side only.',
  remedy: 'Rename the endpoint, or let both sides refer to each other.',
  bad: snippet('port', 'endpoint', 'sink'),
  good: snippet('port', 'endpoint', 'cam'),
  sources: SCHEMA,
}, function* find(tree) {
  for (const port of tree.endpointParents) {
    if (tree.tick()) yield;
    if (port.parent === undefined) continue;
    for (const node of port.children.values()) {
      if (tree.tick()) yield;
      yield* wrongEndpoint(node, tree);
    }
  }
});
