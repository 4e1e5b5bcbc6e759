/**
 * How dtc reads a list of references with arguments (`clocks = <&cmu 3>, <&osc>`): each reference
 * is followed by as many cells as the node it leads to says. Used for all providers and GPIOs.
 * What the arguments mean is not asked.
 */
import type { Cell, DtProperty } from '../tree/tree.ts';
import { nodePath } from '../tree/values.ts';
import type { Finding } from './check.ts';
import { type CheckTree, isPhandle } from './view.ts';

/** The property of a provider that says how many cells follow a reference to it. */
export interface ProviderCells {
  readonly property: string;
  /** Without that property, no cells follow. */
  readonly optional?: boolean;
}

/** How many cells follow a reference, or the finding that says why no one knows. */
function argumentsOf(property: DtProperty, cell: Cell, cells: ProviderCells, tree: CheckTree): number | Finding {
  const at = { node: property.node, property, span: cell.span };
  const provider = tree.provider(cell);
  if (provider === undefined) {
    return { ...at, message: `No node has the phandle 0x${cell.value.toString(16)} in "${property.name}"`, advice: 'Refer to the node by its label' };
  }
  const count = provider.properties.get(cells.property);
  if (count === undefined && cells.optional === true) return 0;
  const value = tree.cell(count);
  if (value !== undefined) return value;
  return {
    ...at,
    message: `"${property.name}" refers to ${nodePath(provider)}, which has no ${cells.property}`,
    advice: `Refer to a provider, or add ${cells.property} to the node`,
    related: [{ node: provider, property: count, message: 'The node referred to' }],
  };
}

/** A number that happens to be a phandle: the list is out of step, or was decompiled. */
function plainNumber(property: DtProperty, cell: Cell, index: number): Finding {
  return {
    node: property.node,
    property,
    span: cell.span,
    message: `Cell ${index} of "${property.name}" is a number where a reference is expected`,
    advice: 'Check the number of arguments of the entry before it, or write the reference as &label',
  };
}

/** Everything wrong with one list of references. */
export function* checkPhandleArgs(property: DtProperty, provider: ProviderCells, tree: CheckTree): Iterable<Finding> {
  const { node } = property;
  const length = tree.bytes(property);
  if (length % 4 !== 0) {
    yield { node, property, message: `"${property.name}" has ${length} bytes, which is no whole number of cells`, advice: 'Write it as cells, <...>' };
    return;
  }
  const cells = tree.cells(property);
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    if (cell === undefined) return;
    if (!isPhandle(cell)) {
      // 0 and -1 stand for an entry left out; in an overlay it may be a reference into the base.
      if (tree.tree.plugin) return;
      continue;
    }
    if (tree.partial && tree.provider(cell) === undefined) return;
    if (cell.reference === undefined && !tree.partial) yield plainNumber(property, cell, index);
    const count = argumentsOf(property, cell, provider, tree);
    if (typeof count !== 'number') {
      yield count;
      return;
    }
    if (index + count >= cells.length) {
      yield {
        node,
        property,
        span: cell.span,
        message: `An entry of "${property.name}" has ${cells.length - index - 1} of the ${count} argument cells that its provider asks for`,
        advice: `Add the missing cells, as ${provider.property} of the provider says`,
      };
      return;
    }
    index += count;
  }
}
