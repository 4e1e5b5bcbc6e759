/**
 * Overlay fragments: in an overlay `&label { ... };` stands for a node `fragment@N` with the
 * target as a property and the body as `__overlay__`, as dtc writes it.
 */
import type { NodeSyntax, PropertySyntax, ReferenceSyntax, ValueSyntax } from '../syntax/ast.ts';

/** The name and the one property of the fragment that a statement stands for. */
export function fragmentOf(item: NodeSyntax, target: ReferenceSyntax, index: number): { readonly name: string; readonly property: PropertySyntax } {
  const { start, end } = target;
  const isPath = target.label === undefined;
  const value: ValueSyntax = isPath
    ? { kind: 'string', start, end, value: target.path ?? '' }
    : { kind: 'cells', start, end, bits: 32, elements: [target], labels: [] };
  return {
    name: `fragment@${index}`,
    property: {
      kind: 'property', start: item.start, end, labels: [], name: isPath ? 'target-path' : 'target', nameSpan: { start, end },
      hasValue: true, values: [value], references: isPath ? [] : [target], valueLabels: [],
    },
  };
}
