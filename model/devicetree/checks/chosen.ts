/** dtc's checks of `/chosen`, by which a boot loader speaks to the kernel. */
import type { DtNode } from '../tree/tree.ts';
import { defineCheck, type DtcCheck, type Findings } from './check.ts';
import { renameProperty } from './fixes.ts';
import type { CheckTree } from './view.ts';

const SPECIFICATION = ['Devicetree Specification 0.4, section 3.6 (/chosen)'];

function chosenNodes(tree: CheckTree): DtNode[] {
  return tree.nodes.filter((node) => node.name === 'chosen');
}

/** `obsolete_chosen_interrupt_controller`. */
export const obsoleteChosenInterruptController: DtcCheck = defineCheck({
  name: 'obsolete_chosen_interrupt_controller',
  usage: 'warning',
  title: '`/chosen` has an `interrupt-controller` property',
  explanation: 'Very old trees named the interrupt controller in `/chosen`. Nothing reads it any more.',
  remedy: 'Remove it; devices find their controller by `interrupt-parent`.',
  bad: '/ {\n\tchosen {\n\t\tinterrupt-controller = <1>;\n\t};\n};',
  good: '/ {\n\tchosen {\n\t};\n};',
}, function* find(tree) {
  const property = tree.tree.root.children.get('chosen')?.properties.get('interrupt-controller');
  if (property === undefined) return;
  yield { node: tree.tree.root, property, message: '"interrupt-controller" in /chosen is obsolete', advice: 'Remove it' };
});

/** `chosen_node_is_root`. */
export const chosenNodeIsRoot: DtcCheck = defineCheck({
  name: 'chosen_node_is_root',
  usage: 'warning',
  title: 'A `chosen` node is not a child of the root',
  explanation: 'The kernel and the boot loader read `/chosen` only. Boot arguments or a console in another `chosen` node are ignored.',
  remedy: 'Move it to the root node.',
  bad: '/ {\n\tsoc {\n\t\tchosen {\n\t\t};\n\t};\n};',
  good: '/ {\n\tchosen {\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const node of chosenNodes(tree)) {
    if (node.parent === tree.tree.root) continue;
    yield { node, message: 'A "chosen" node that is not a child of the root is ignored', advice: 'Move it to the root node' };
  }
});

function* notText(node: DtNode, name: string, tree: CheckTree): Findings {
  const property = node.properties.get(name);
  if (property === undefined || tree.strings(property)?.length === 1) return;
  yield { node, property, message: `"${name}" is not a single string`, advice: 'Write one string' };
}

/** `chosen_node_bootargs`. */
export const chosenNodeBootargs: DtcCheck = defineCheck({
  name: 'chosen_node_bootargs',
  usage: 'warning',
  title: '`bootargs` is not a single string',
  explanation: 'The kernel takes its command line from `bootargs` up to the first NUL, so the second of two strings is lost.',
  remedy: 'Write one string.',
  bad: '/ {\n\tchosen {\n\t\tbootargs = "console=ttyAMA0", "quiet";\n\t};\n};',
  good: '/ {\n\tchosen {\n\t\tbootargs = "console=ttyAMA0 quiet";\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const node of chosenNodes(tree)) yield* notText(node, 'bootargs', tree);
});

/** `chosen_node_stdout_path`. */
export const chosenNodeStdoutPath: DtcCheck = defineCheck({
  name: 'chosen_node_stdout_path',
  usage: 'warning',
  title: '`stdout-path` is missing its current name, or is not a single string',
  explanation: '`stdout-path` names the console device, by path or alias, with its speed after a colon. `linux,stdout-path` is its old name.',
  remedy: 'Write `stdout-path` with one string.',
  bad: '/ {\n\tchosen {\n\t\tlinux,stdout-path = "/serial";\n\t};\n};',
  good: '/ {\n\tchosen {\n\t\tstdout-path = "/serial";\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const node of chosenNodes(tree)) {
    const old = node.properties.get('linux,stdout-path');
    if (node.properties.has('stdout-path')) yield* notText(node, 'stdout-path', tree);
    else if (old !== undefined) {
      yield { node, property: old, message: '"linux,stdout-path" is the old name of "stdout-path"', advice: 'Rename the property', fix: renameProperty(old, 'stdout-path') };
      yield* notText(node, 'linux,stdout-path', tree);
    }
  }
});
