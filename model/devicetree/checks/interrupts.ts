/**
 * dtc's checks of interrupts: that a controller says how many cells an interrupt has, and that a
 * device's `interrupts` fits the controller it goes to. Lists with references of their own
 * (`interrupts-extended`) are among the providers; `interrupt-map` is a file of its own.
 */
import type { DtNode, DtProperty } from '../tree/tree.ts';
import { nodePath } from '../tree/values.ts';
import { defineCheck, type DtcCheck, type Finding, type Findings } from './check.ts';
import { type CheckTree, isMultiple, isPhandle } from './view.ts';

const SPECIFICATION = ['Devicetree Specification 0.4, section 2.4 (interrupts)'];

/** It handles interrupts, or passes them on. */
function isProvider(node: DtNode): boolean {
  return node.properties.has('interrupt-controller') || node.properties.has('interrupt-map');
}

/** `interrupt_provider`. */
export const interruptProvider: DtcCheck = defineCheck({
  name: 'interrupt_provider',
  usage: 'warning',
  title: 'An interrupt controller without `#interrupt-cells`, or the reverse',
  explanation: 'A node with `interrupt-controller` or `interrupt-map` says with `#interrupt-cells` how many cells an interrupt has; a node without either has no use for it. Without the count no interrupt of the controller can be read.',
  remedy: 'Add the missing property, or remove the one that has no use.',
  bad: '/ {\n\tgic {\n\t\tinterrupt-controller;\n\t};\n};',
  good: '/ {\n\tgic {\n\t\tinterrupt-controller;\n\t\t#interrupt-cells = <3>;\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  const providers = new Set([...tree.properties('interrupt-controller'), ...tree.properties('interrupt-map')].map((p) => p.node));
  for (const node of providers) {
    if (tree.tick()) yield;
    if (!node.properties.has('#interrupt-cells')) yield { node, message: 'An interrupt controller has no #interrupt-cells', advice: 'Add #interrupt-cells as the binding of the controller says' };
  }
  for (const property of tree.properties('#interrupt-cells')) {
    if (tree.tick()) yield;
    const { node } = property;
    if (!isProvider(node)) yield { node, property, message: '#interrupt-cells in a node that is no interrupt controller', advice: 'Add "interrupt-controller", or remove #interrupt-cells' };
  }
});

/** Where the interrupts of a node go, with what is wrong on the way. */
interface Parent { readonly controller: DtNode | undefined; readonly findings: readonly Finding[] }

const GIVEN_UP: Parent = { controller: undefined, findings: [] };

function parentOf(property: DtProperty, tree: CheckTree): Parent | undefined {
  const { node } = property;
  const cell = tree.cells(property)[0];
  if (cell === undefined || !isPhandle(cell)) {
    // In an overlay it may be a reference into the base.
    if (tree.tree.plugin) return GIVEN_UP;
    return { controller: undefined, findings: [{ node, property, message: '"interrupt-parent" is no valid reference', advice: 'Refer to the interrupt controller by its label' }] };
  }
  const controller = tree.provider(cell);
  if (controller === undefined) {
    if (tree.partial || isGenerated(cell.value)) return GIVEN_UP;
    return { controller, findings: [{ node, property, message: `No node has the phandle 0x${cell.value.toString(16)}`, advice: 'Refer to the interrupt controller by its label' }] };
  }
  if (isProvider(controller)) return { controller, findings: [] };
  return {
    controller,
    findings: [{
      node: controller,
      property,
      message: `"interrupt-parent" leads to ${nodePath(controller)}, which is no interrupt controller`,
      advice: 'Refer to a controller, or add "interrupt-controller" to the node',
      related: [{ node: controller, message: 'The node referred to' }],
    }],
  };
}

function findParent(device: DtNode, tree: CheckTree): Parent {
  for (let node: DtNode | undefined = device; node !== undefined; node = node.parent) {
    if (node !== device && isProvider(node)) return { controller: node, findings: [] };
    const property = node.properties.get('interrupt-parent');
    if (property !== undefined) return parentOf(property, tree) ?? GIVEN_UP;
  }
  return {
    controller: undefined,
    findings: [{ node: device, property: device.properties.get('interrupts'), message: 'There is no "interrupt-parent" for the interrupts of this node', advice: 'Write "interrupt-parent" here or in a node above' }],
  };
}

function* interruptsOf(property: DtProperty, tree: CheckTree): Findings {
  const { node } = property;
  const length = tree.bytes(property);
  if (length % 4 !== 0) yield { node, property, message: `"interrupts" has ${length} bytes, which is no whole number of cells`, advice: 'Write it as cells, <...>' };
  const { controller, findings } = findParent(node, tree);
  yield* findings;
  const count = controller?.properties.get('#interrupt-cells');
  const cells = tree.cell(count);
  if (controller === undefined || cells === undefined || isMultiple(length, cells * 4)) return;
  yield {
    node,
    property,
    message: `"interrupts" has ${length / 4} cells, which is no whole number of interrupts of ${cells} cells`,
    advice: `Write ${cells} cells for each interrupt, as ${nodePath(controller)} says`,
    related: [{ node: controller, property: count, message: 'The interrupt controller\'s #interrupt-cells' }],
  };
}

/** `interrupts_property`. */
export const interruptsProperty: DtcCheck = defineCheck({
  name: 'interrupts_property',
  usage: 'warning',
  title: '`interrupts` does not fit its interrupt controller',
  explanation: 'The interrupts of a node go to the controller that the nearest `interrupt-parent` names, in the node or above, and each has as many cells as the controller\'s `#interrupt-cells` says. Otherwise the driver gets no interrupt, or a wrong one.',
  remedy: 'Write whole interrupts, and an `interrupt-parent` that is a controller.',
  bad: '/ {\n\tinterrupt-parent = <&gic>;\n\tgic: gic {\n\t\tinterrupt-controller;\n\t\t#interrupt-cells = <3>;\n\t};\n\tuart {\n\t\tinterrupts = <0 33>;\n\t};\n};',
  good: '/ {\n\tinterrupt-parent = <&gic>;\n\tgic: gic {\n\t\tinterrupt-controller;\n\t\t#interrupt-cells = <3>;\n\t};\n\tuart {\n\t\tinterrupts = <0 33 4>;\n\t};\n};',
  sources: SPECIFICATION,
}, function* find(tree) {
  for (const property of tree.properties('interrupts')) {
    if (tree.tick()) yield;
    yield* interruptsOf(property, tree);
  }
});

/** Xen's toolstack numbers the nodes that it generates in a guest's tree from 65000 on; sources for guests refer to them. */
function isGenerated(phandle: number): boolean {
  return phandle >= 65000 && phandle < 65010;
}
