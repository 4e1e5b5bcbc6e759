/**
 * How dtc reads a list of references with arguments (`clocks = <&cmu 3>, <&osc>`): each reference
 * is followed by as many cells as the node it leads to says. Used for all providers and GPIOs.
 * What the arguments mean is not asked.
 */
import type { Cell, DtNode, DtProperty } from '../tree/tree.ts';
import { nodePath } from '../tree/values.ts';
import type { Finding, Findings, Place } from './check.ts';
import { type CheckTree, isPhandle } from './view.ts';

/** The property of a provider that says how many cells follow a reference to it. */
export interface ProviderCells {
  readonly property: string;
  /** Without that property, no cells follow. */
  readonly optional?: boolean;
}

/** How many cells follow a reference to a node, or the finding that says why no one knows. */
function argumentsOf(provider: DtNode, cells: ProviderCells, at: Place & { property: DtProperty }, tree: CheckTree): number | Finding {
  const count = provider.properties.get(cells.property);
  if (count === undefined && cells.optional === true) return 0;
  const value = tree.cell(count);
  if (value !== undefined) return value;
  return {
    ...at,
    message: `"${at.property.name}" refers to ${nodePath(provider)}, which has no ${cells.property}`,
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
    message: `Cell ${index} of "${property.name}" is the number 0x${cell.value.toString(16)} where a reference is expected`,
    advice: 'Check the number of arguments of the entry before it, or write the reference as &label',
  };
}

/** Numbers are all there is in a decompiled tree, which has no labels; those of a partial tree mean nodes elsewhere. */
function mayBeNumber(target: DtNode | undefined, tree: CheckTree): boolean {
  return tree.partial || (target !== undefined && tree.tree.labels.size === 0);
}

/** Everything wrong with one list of references. */
export function* checkPhandleArgs(property: DtProperty, provider: ProviderCells, tree: CheckTree): Findings {
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
    if (tree.tick()) yield;
    if (!isPhandle(cell)) {
      // 0 and -1 stand for an entry left out; in an overlay it may be a reference into the base.
      if (tree.tree.plugin) return;
      continue;
    }
    const target = tree.provider(cell);
    if (cell.reference === undefined && !mayBeNumber(target, tree)) yield plainNumber(property, cell, index);
    if (target === undefined) return;
    const count = argumentsOf(target, provider, { node, property, span: cell.span }, tree);
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
