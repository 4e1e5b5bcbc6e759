/** The columns of the trees of page tables, and the cells of what stands in them. */
import { accessWords, addressWords, sizeWords } from '../../inspect/rangeWords.ts';
import type { Stage, TableRange } from '../../inspect/ranges.ts';
import { addressCell, type Cell, cell, columns, type Tree } from '../page.ts';

/** What a column shows. */
export type Column = 'input' | 'size' | 'what' | 'via' | 'output' | 'access' | 'memory' | 'owner' | 'descriptor' | 'writer';

/** Cells by column; those that are left out are empty. */
export type Cells = Partial<Readonly<Record<Column, Cell>>>;

interface Columns {
  readonly keys: readonly Column[];
  readonly titles: Tree['columns'];
}

function made(...pairs: readonly (readonly [Column, string])[]): Columns {
  return { keys: pairs.map(([key]) => key), titles: columns(...pairs.map(([, title]) => title)) };
}

const SAID = [['access', 'Permissions'], ['memory', 'Memory']] as const;
const ENTRY = [['descriptor', '`Entry at'], ['writer', 'Written by']] as const;
const FIRST = made(['input', '`IOVA'], ['size', 'Size'], ['what', 'Entry'], ['output', '`PA'], ...SAID, ['owner', 'Owner'], ...ENTRY);
const NESTED = made(['input', '`IOVA'], ['size', 'Size'], ['what', 'Entry'], ['output', '`IPA'], ...SAID, ...ENTRY);
const SECOND = made(['input', '`IPA'], ['size', 'Size'], ['what', 'Entry'], ['output', '`PA'], ...SAID, ['owner', 'Owner'], ...ENTRY);
const BOTH = made(['input', '`IOVA'], ['size', 'Size'], ['via', '`IPA'], ['output', '`PA'], ['access', 'Effective permissions'], ['memory', 'Memory'], ['owner', 'Owner'], ...ENTRY);

/** The columns of a stage. */
export function columnsOf(stage: Stage, isNested: boolean): Columns {
  if (stage === 'combined') return BOTH;
  return stage === 'stage 2' ? SECOND : isNested ? NESTED : FIRST;
}

/** `0x1000–0x1fff`, of a half that begins at `base`. */
export function spanWords(base: bigint, input: number, size: number): string {
  const start = base + BigInt(input);
  return `${addressWords(start)}–${addressWords(start + BigInt(size) - 1n)}`;
}

/** The cells of a range. */
export function rangeCells(base: bigint, range: TableRange): Cells {
  const { input, size, via, output, access, attributes, owner } = range;
  const address = (value: number | undefined): Cell => cell(value === undefined ? '' : addressWords(value), { sort: value ?? null });
  return {
    input: cell(spanWords(base, input, size)), size: cell(sizeWords(size)), via: address(via), output: address(output),
    access: cell(output === undefined ? '' : accessWords(access)), memory: cell(attributes), owner: cell(owner ?? (output === undefined ? '' : 'nobody')),
  };
}

/** The cell of the addresses of entries; each leads to who wrote it. */
export function descriptorCell(...addresses: readonly number[]): Cell {
  return { parts: addresses.flatMap((address) => addressCell(address).parts), sort: addresses[0] ?? null };
}

/** What a range says, in one line; empty for none. */
export function rangeWords(range: TableRange | undefined): string {
  if (range === undefined) return '';
  const { output, via, access, attributes, owner, problem } = range;
  if (problem !== undefined) return problem;
  const to = via === undefined ? addressWords(output ?? 0) : `${addressWords(via)} → ${addressWords(output ?? 0)}`;
  return [to, accessWords(access), attributes, ...(owner === undefined ? [] : [`of ${owner}`])].join(', ');
}
