/**
 * Proposals for property names and string values: what the bindings that everybody shares define,
 * and what the board's own nodes have, those of the same kind of device first.
 */
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import { knownCompatibles } from '../../model/platform/bindings.ts';
import { stringsOf } from '../../model/platform/values.ts';
import type { Board } from './board.ts';
import type { Proposal } from './completion.ts';
import { nodeAround } from './cursor.ts';
import { PROPERTY_NOTES, providerCells, STRING_VALUES } from './knowledge.ts';
import type { RawDocument } from './raw/document.ts';

/** Property names for the node around the cursor; with `own` only those that it has. */
export function* propertyNameItems(board: Board, document: RawDocument, offset: number, own = false): Generator<Proposal> {
  const node = nodeAround(board, document, offset);
  if (own) {
    for (const label of node?.properties.keys() ?? []) yield { label, kind: 'property' };
    return;
  }
  const kin = new Set(stringsOf(node?.properties.get('compatible')));
  const seen = new Map<string, number>();
  for (const other of board.nodes()) {
    const related = kin.size > 0 && other !== node && stringsOf(other.properties.get('compatible')).some((name) => kin.has(name));
    for (const name of other.properties.keys()) seen.set(name, Math.min(related ? 2 : 5, seen.get(name) ?? 5));
  }
  for (const name of PROPERTY_NOTES.keys()) if (!seen.has(name)) seen.set(name, 5);
  for (const [label, rank] of seen) {
    if (label === '' || node?.properties.has(label) === true) continue;
    const documentation = PROPERTY_NOTES.get(label);
    const known = documentation === undefined ? {} : { documentation };
    yield { label, kind: 'property', rank: rank === 5 && documentation !== undefined ? 4 : rank, ...known, ...insertion(node, label) };
  }
}

const BOOLEANS = new Set(['dma-coherent', 'interrupt-controller', 'gpio-controller', 'msi-controller', 'ranges', 'dma-ranges', 'xen,passthrough']);
const STRINGS = /^(?:compatible|status|model|device_type|label|.*-names|enable-method|phy-mode|dr_mode)$/;

/** How the statement goes on after the name. */
function insertion(node: DtNode | undefined, name: string): Partial<Proposal> {
  if (node === undefined || BOOLEANS.has(name)) return { insert: `${name};` };
  if (STRINGS.test(name)) return { insert: `${name} = "$0";`, snippet: true };
  if (providerCells(name) !== undefined) return { insert: `${name} = <&$0>;`, snippet: true };
  if (name === 'reg' || name.endsWith('-cells') || PROPERTY_NOTES.has(name)) return { insert: `${name} = <$0>;`, snippet: true };
  return {};
}

/** Values of a string property. */
export function* stringItems(board: Board, property: string): Generator<Proposal> {
  const fixed = STRING_VALUES.get(property);
  if (fixed !== undefined) {
    for (const [rank, label] of fixed.entries()) yield { label, kind: 'value', rank };
    return;
  }
  if (property !== 'compatible' && !property.endsWith('-names')) return;
  const seen = new Set<string>();
  for (const node of board.nodes()) for (const name of stringsOf(node.properties.get(property))) seen.add(name);
  if (property === 'compatible') for (const name of knownCompatibles()) seen.add(name);
  for (const label of seen) yield { label, kind: 'value' };
}
