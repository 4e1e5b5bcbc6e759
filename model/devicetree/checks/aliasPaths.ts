/** dtc's check of `/aliases`: each names a node by its full path, under a lower-case name. */
import type { DtNode, DtProperty } from '../tree/tree.ts';
import { defineCheck, type DtcCheck, type Findings } from './check.ts';
import type { CheckTree } from './view.ts';

/** A node by its path with full names; unlike programs at run time, dtc accepts no shortened ones. */
function exists(path: string, root: DtNode): boolean {
  let node: DtNode | undefined = root;
  for (const name of path.split('/')) {
    if (name !== '') node = node.children.get(name);
    if (node === undefined) return false;
  }
  return true;
}

function* alias(property: DtProperty, tree: CheckTree): Findings {
  const { node, name } = property;
  if (name === 'phandle' || name === 'linux,phandle') return;
  const path = tree.strings(property)?.[0];
  if (!tree.tree.plugin && (path === undefined || !exists(path, tree.tree.root))) {
    const message = path === undefined ? `Alias "${name}" is not a path` : `Alias "${name}" leads to "${path}", and there is no such node`;
    yield { node, property, message, advice: 'Refer to the node by its label: &label' };
  } else if (/[^a-z0-9-]/.test(name)) {
    yield { node, property, message: `Alias name "${name}" has characters other than lower-case letters, digits and "-"`, advice: 'Rename the alias' };
  }
}

/** `alias_paths`. */
export const aliasPaths: DtcCheck = defineCheck({
  name: 'alias_paths',
  usage: 'quiet',
  title: 'An alias does not lead to a node',
  explanation: 'Each property of `/aliases` gives a node a short name. The kernel numbers devices by them (`serial0`, `mmc1`), and ignores aliases without a node or with other names than `[a-z0-9-]`.',
  remedy: 'Refer to the node by label: `serial0 = &uart0;`.',
  bad: '/ {\n\taliases {\n\t\tserial0 = "/uart";\n\t};\n};',
  good: '/ {\n\taliases {\n\t\tserial0 = &uart0;\n\t};\n\tuart0: uart {\n\t};\n};',
  sources: ['Devicetree Specification 0.4, section 3.3 (/aliases)'],
}, function* find(tree) {
  for (const node of tree.nodes) {
    if (node.name !== 'aliases') continue;
    for (const property of node.properties.values()) yield* alias(property, tree);
  }
});
