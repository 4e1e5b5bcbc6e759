/**
 * What stands at an offset of expanded text: the nodes around it from the outside in, and the
 * property, value and cell. Statements are in order, so each level is a binary search.
 */
import type {
  CellSyntax, DeleteNodeSyntax, DeletePropertySyntax, DtsSyntax, MemReserveSyntax, NodeSyntax, OmitNodeSyntax,
  PropertySyntax, Span, ValueSyntax,
} from '../../model/devicetree/syntax/ast.ts';

/** A statement that is no node and no property. */
export type OtherStatement = DeleteNodeSyntax | DeletePropertySyntax | OmitNodeSyntax | MemReserveSyntax;

/** The syntax around an offset. */
export interface Spot {
  readonly offset: number;
  /** From the top-level node inwards. */
  readonly nodes: readonly NodeSyntax[];
  readonly property: PropertySyntax | undefined;
  readonly other: OtherStatement | undefined;
  readonly value: ValueSyntax | undefined;
  readonly cell: CellSyntax | undefined;
}

/** Finds what stands at `offset`; the end of a span counts as inside. */
export function locate(syntax: DtsSyntax, offset: number): Spot {
  const nodes: NodeSyntax[] = [];
  let items: readonly (NodeSyntax | PropertySyntax | OtherStatement)[] = syntax.items;
  for (;;) {
    const item = findSpan(items, offset);
    if (item?.kind === 'node') {
      nodes.push(item);
      items = item.members;
      continue;
    }
    const property = item?.kind === 'property' ? item : undefined;
    const value = property === undefined ? undefined : findSpan(property.values, offset);
    const cell = value?.kind === 'cells' ? findSpan(value.elements, offset) : undefined;
    return { offset, nodes, property, other: item?.kind === 'property' ? undefined : item, value, cell };
  }
}

/** The last of the ordered spans that holds `offset`. */
export function findSpan<T extends Span>(spans: readonly T[], offset: number): T | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const span = spans[low - 1];
  return span !== undefined && offset <= span.end ? span : undefined;
}

/** Whether `offset` lies in `span`, its end included. */
export function within(span: Span, offset: number): boolean {
  return offset >= span.start && offset <= span.end;
}
