/**
 * Signature help in cells: the parts of the entry being typed, from the provider's cell count or
 * from the bus. Works on half-typed text: it reads the raw tokens before the cursor.
 */
import type { DtNode } from '../../model/devicetree/tree/tree.ts';
import type { Board } from './board.ts';
import { type CellRole, cellEntries, providerRoles } from './cellLayout.ts';
import { cursorCells } from './cursor.ts';
import { providerCells } from './knowledge.ts';
import type { RawDocument } from './raw/document.ts';

/** The parts of one entry, and which of them is being typed. */
export interface CellSignature {
  readonly title: string;
  readonly roles: readonly CellRole[];
  readonly active: number;
}

/** The signature at the cursor, undefined outside cells or where nothing is known. */
export function cellSignature(board: Board, document: RawDocument, offset: number): CellSignature | undefined {
  const cursor = cursorCells(board, document, offset);
  if (cursor === undefined) return undefined;
  const { property, node, reference, since, index } = cursor;
  if (providerCells(property) !== undefined) {
    const provider = reference === undefined ? undefined : board.tree.labels.get(reference);
    const roles = provider === undefined ? [{ name: 'phandle', because: undefined }] : providerRoles(property, provider);
    const active = reference === undefined || since >= roles.length ? 0 : since;
    return { title: property, roles, active };
  }
  return busSignature(node, { property, index });
}

/** `reg`, `ranges` and the like: the same parts again and again. */
function busSignature(node: DtNode | undefined, at: { property: string; index: number }): CellSignature | undefined {
  const property = node?.properties.get(at.property);
  if (property === undefined) return undefined;
  const entries = cellEntries(property);
  const entry = entries.findLast((candidate) => candidate.first <= at.index);
  const length = entry?.roles.length ?? 0;
  if (entry === undefined || length === 0) return undefined;
  return { title: at.property, roles: entry.roles, active: (at.index - entry.first) % length };
}
