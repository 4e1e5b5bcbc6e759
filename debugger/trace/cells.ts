/**
 * State of the machine by name: which cells belong to something that can be watched, what a cell is
 * called, what changed between two positions, who changed something last. Bookkeeping (hash chains,
 * counters of caches) has no name and is passed over.
 */
import { hex, u64, type U64 } from '../../emulator/bits/u64.ts';
import type { CellChange, Cells } from '../../emulator/history/history.ts';
import { registerName } from '../../emulator/fields/registers.ts';
import type { System } from '../system/system.ts';

/** Something that can be watched or asked about. */
export type DataTarget =
  /** Physical memory; with a mask, only these bits of the 32-bit word at `address`. */
  | { readonly kind: 'memory'; readonly address: number; readonly size: number; readonly mask?: number | undefined }
  /** A register of an SMMU of the machine by its offset in page 0 (page-1 registers too); size in bytes, mask as above. */
  | { readonly kind: 'register'; readonly smmu: number; readonly offset: number; readonly size: number; readonly mask?: number | undefined }
  /** Named state of caches, hypervisors and drivers; all of it without a field. */
  | { readonly kind: 'state'; readonly name: string; readonly field?: string | undefined };

/** Something that changed. */
export type Change =
  | { readonly kind: 'memory'; readonly address: number; readonly before: U64; readonly after: U64 }
  /** 32 bits; `offset` in page 0, of page-1 registers without the 0x10000. */
  | { readonly kind: 'register'; readonly smmu: number; readonly offset: number; readonly before: number; readonly after: number }
  /** Anything else by its name, with values for people. */
  | { readonly kind: 'other'; readonly name: string; readonly before: string; readonly after: string };

type CellTest = (cells: Cells, index: number) => boolean;

/** A test of cells for a target. */
function targetTest(system: System, target: DataTarget): CellTest {
  if (target.kind === 'memory') {
    const { address, size } = target;
    return ({ label }, index) => label?.kind === 'memory' && (label.base ?? 0) + index * 4 < address + size && (label.base ?? 0) + index * 4 + 4 > address;
  }
  if (target.kind === 'register') {
    const own = system.machine.smmus[target.smmu]?.parts.registers.cells;
    const first = (target.offset & 0x3ff) >>> 2;
    return (cells, index) => cells === own && index >= first && index < first + target.size / 4;
  }
  return ({ label }, index) => label?.name === target.name && (target.field === undefined || fieldOf(label, index) === target.field);
}

function fieldOf(label: NonNullable<Cells['label']>, index: number): string {
  if (label.kind === 'records') return `entry ${Math.floor(index / (label.width ?? 1))}`;
  return label.show === undefined ? label.fields?.[index] ?? `${index}` : '';
}

/** The position right before the last change of a target before another position; -1 where none is known. The machine must stand at `before`. */
export function lastChange(system: System, target: DataTarget, before: number): number {
  const { history } = system.machine;
  const test = targetTest(system, target);
  const mask = target.kind === 'state' ? undefined : target.mask;
  const later = new Map<Cells, Map<number, number>>();
  return history.find(before, history.oldest, (cells, index, _position, old) => {
    if (!test(cells, index)) return false;
    if (mask === undefined) return true;
    const known = later.get(cells) ?? new Map<number, number>();
    later.set(cells, known);
    const after = known.get(index) ?? cells.data[index] ?? 0;
    known.set(index, old);
    return ((after ^ old) & mask) !== 0;
  });
}

/** Positions right before each change of targets between two positions, in order; with masks only where their bits change. */
export function changesOf(system: System, targets: readonly DataTarget[], range: { readonly from: number; readonly to: number }): { readonly target: number; readonly position: number }[] {
  const tests = targets.map((t) => targetTest(system, t));
  const masks = targets.map((t) => (t.kind === 'state' ? undefined : t.mask));
  const { history } = system.machine;
  const found: { target: number; position: number }[] = [];
  let needsValues = false;
  history.find(range.from, range.to, (cells, index, position) => {
    tests.forEach((test, target) => {
      if (!test(cells, index)) return;
      found.push({ target, position });
      needsValues ||= masks[target] !== undefined;
    });
    return false;
  });
  if (!needsValues) return found;
  const values = new Map(history.changes(range.from, range.to).map((c) => [c.position, c.before ^ c.after]));
  return found.filter(({ target, position }) => masks[target] === undefined || ((values.get(position) ?? 0) & (masks[target] ?? 0)) !== 0);
}

/** What is different at one position from what it was at an earlier one. Leaves the machine where it is. */
export function changesBetween(system: System, from: number, to: number): Change[] {
  const { history } = system.machine;
  const here = history.position;
  const net = new Map<Cells, Map<number, CellChange>>();
  for (const change of history.changes(from, to)) {
    if (change.cells.label === undefined) continue;
    const cells = net.get(change.cells) ?? new Map<number, CellChange>();
    net.set(change.cells, cells);
    cells.set(change.index, { ...change, before: cells.get(change.index)?.before ?? change.before });
  }
  history.seek(to);
  const named = [...net].flatMap(([cells, changes]) => cellsChanged(system, cells, new Map([...changes].filter(([, c]) => c.before !== c.after))));
  history.seek(here);
  return named;
}

type ByIndex = ReadonlyMap<number, CellChange>;

function cellsChanged(system: System, cells: Cells, changes: ByIndex): Change[] {
  const { label } = cells;
  if (label === undefined || changes.size === 0) return [];
  if (label.kind === 'memory') return memoryWords(cells, label.base ?? 0, changes);
  if (label.kind === 'records') return records(label.name, label.width ?? 1, changes);
  const smmu = label.kind === 'registers' ? system.machine.smmus.findIndex((s) => s.parts.registers.cells === cells) : -1;
  if (smmu >= 0) return [...changes.values()].map((c) => ({ kind: 'register', smmu, offset: c.index * 4, before: c.before >>> 0, after: c.after >>> 0 }));
  if (label.show !== undefined) {
    const before = Array.from(cells.data, (value, i) => changes.get(i)?.before ?? value);
    return [{ kind: 'other', name: label.name, before: label.show(before), after: label.show(Array.from(cells.data)) }];
  }
  return [...changes.values()].map((c) => {
    const field = label.kind === 'registers' ? registerName(c.index * 4) : fieldOf(label, c.index);
    return { kind: 'other', name: `${label.name}.${field}`, before: hex(u64(0, c.before)), after: hex(u64(0, c.after)) };
  });
}

/** Changed memory in words of 64 bits. */
function memoryWords(cells: Cells, base: number, changes: ByIndex): Change[] {
  const words = [...new Set([...changes.keys()].map((i) => i & ~1))].sort((a, b) => a - b);
  return words.map((i) => {
    const [lo, hi] = [cells.data[i] ?? 0, cells.data[i + 1] ?? 0];
    return { kind: 'memory', address: base + i * 4, before: u64(changes.get(i + 1)?.before ?? hi, changes.get(i)?.before ?? lo), after: u64(hi, lo) };
  });
}

/** Records of a cache: whether one appeared, went or changed. The second word of a record in use is not zero. */
function records(name: string, width: number, changes: ByIndex): Change[] {
  const slots = new Set([...changes.keys()].filter((i) => i % width > 0).map((i) => Math.floor(i / width)));
  return [...slots].sort((a, b) => a - b).map((slot) => {
    const mark = changes.get(slot * width + 1);
    const after = mark === undefined ? 'changed' : mark.after === 0 ? 'free' : 'in use';
    return { kind: 'other', name: `${name} entry ${slot}`, before: mark?.before === 0 ? 'free' : 'in use', after };
  });
}
