/** Values of expressions as nodes of the variables view. Structures keep their fields' bits and can be changed. */
import { textOf, type ExpressionValue } from '../expression/value.ts';
import { group, leaf, paged, type VariableNode } from './node.ts';
import { setWhole, structureNode, structureOf, type NumberReader } from './structure.ts';

/** A value as a node. `expression` gives the same value again, where there is one. */
export function valueNode(name: string, value: ExpressionValue, read: NumberReader, expression?: string): VariableNode {
  const again = expression === undefined ? {} : { expression };
  if (value.kind === 'list') return listNode(name, value.items, read, { own: expression, of: expression });
  if (value.kind !== 'record') return leaf(name, textOf(value), again);
  const structure = structureOf(value);
  if (structure !== undefined) {
    const isWhole = structure.place !== undefined && structure.layout.words <= 2;
    return structureNode(name, structure, read, { value: textOf(value), ...again, ...(isWhole ? { set: (text: string) => setWhole(structure, text, read) } : {}) });
  }
  const { items } = value;
  return group(name, textOf(value), () => [
    ...value.fields.map((f) => valueNode(f.name, f.value, read, expression === undefined ? undefined : `${expression}.${f.name}`)),
    ...(items === undefined ? [] : [listNode('entries', items, read, { of: expression })]),
  ], again);
}

/** `own` gives the list again, `of` what its entries are chosen from. */
function listNode(name: string, items: readonly ExpressionValue[], read: NumberReader, expression: { readonly own?: string | undefined; readonly of: string | undefined }): VariableNode {
  const { own, of } = expression;
  const at = (i: number): VariableNode => {
    const item = items[i];
    return item === undefined ? leaf(`[${i}]`, '') : valueNode(`[${i}]`, item, read, of === undefined ? undefined : `(${of})[${i}]`);
  };
  return paged(name, items.length === 1 ? '1 entry' : `${items.length} entries`, { count: items.length, at }, own === undefined ? {} : { expression: own });
}
