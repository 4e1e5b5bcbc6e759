/**
 * State of the machine by name: which cells belong to something that can be watched, what a cell is
 * called, what changed between two positions, who changed something last. Bookkeeping (hash chains,
 * counters of caches) has no name and is passed over.
 */
import type { CellChange, Cells } from '../../emulator/history/history.ts';
import type { System } from '../system/system.ts';
import { registerName } from './registerName.ts';

/** Something that can be watched or asked about. */
export type DataTarget =
  /** Physical memory; with a mask, only these bits of the 32-bit word at `address`. */
  | { readonly kind: 'memory'; readonly address: number; readonly size: number; readonly mask?: number | undefined }
  /** A register of an SMMU of the machine by its offset in page 0 (page-1 registers too); size in bytes, mask as above. */
  | { readonly kind: 'register'; readonly smmu: number; readonly offset: number; readonly size: number; readonly mask?: number | undefined }
  /** Named state of caches, hypervisors and drivers; all of it without a field. */
  | { readonly kind: 'state'; readonly name: string; readonly field?: string | undefined };

/** Something that changed. */
export interface NamedChange {
  readonly target: DataTarget;
  /** For people. */
  readonly name: string;
  /** Values as text. */
  readonly before: string;
  readonly after: string;
}

type CellTest = (cells: Cells, index: number) => boolean;

/** A test of cells for a target. */
export function targetTest(system: System, target: DataTarget): CellTest {
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
export function changesBetween(system: System, from: number, to: number): NamedChange[] {
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

function cellsChanged(system: System, cells: Cells, changes: ByIndex): NamedChange[] {
  const { label } = cells;
  if (label === undefined || changes.size === 0) return [];
  if (label.kind === 'memory') return memoryWords(cells, label.base ?? 0, changes);
  if (label.kind === 'records') return records(label.name, label.width ?? 1, changes);
  const smmu = label.kind === 'registers' ? system.machine.smmus.findIndex((s) => s.parts.registers.cells === cells) : -1;
  if (smmu >= 0) return [...changes.values()].map((c) => register(system, smmu, c));
  if (label.show !== undefined) {
    const before = Array.from(cells.data, (value, i) => changes.get(i)?.before ?? value);
    return [{ target: { kind: 'state', name: label.name }, name: label.name, before: label.show(before), after: label.show(Array.from(cells.data)) }];
  }
  return [...changes.values()].map((c) => {
    const field = label.kind === 'registers' ? registerName(c.index * 4) : fieldOf(label, c.index);
    return { target: { kind: 'state', name: label.name, field }, name: `${label.name}.${field}`, before: hex32(c.before), after: hex32(c.after) };
  });
}

function hex32(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

function hex64(hi: number, lo: number): string {
  return `0x${(hi >>> 0).toString(16).padStart(8, '0')}${(lo >>> 0).toString(16).padStart(8, '0')}`;
}

/** Changed memory in words of 64 bits. */
function memoryWords(cells: Cells, base: number, changes: ByIndex): NamedChange[] {
  const words = [...new Set([...changes.keys()].map((i) => i & ~1))].sort((a, b) => a - b);
  return words.map((i) => {
    const lo = changes.get(i);
    const hi = changes.get(i + 1);
    const [oldLo, oldHi] = [lo?.before ?? cells.data[i] ?? 0, hi?.before ?? cells.data[i + 1] ?? 0];
    const address = base + i * 4;
    return {
      target: { kind: 'memory', address, size: 8 }, name: `memory 0x${address.toString(16)}`,
      before: hex64(oldHi, oldLo), after: hex64(cells.data[i + 1] ?? 0, cells.data[i] ?? 0),
    };
  });
}

function register(system: System, smmu: number, change: CellChange): NamedChange {
  const offset = change.index * 4;
  const owner = system.smmus.find((s) => s.index === smmu)?.name ?? `smmu${smmu}`;
  return { target: { kind: 'register', smmu, offset, size: 4 }, name: `${owner}.${registerName(offset)}`, before: hex32(change.before), after: hex32(change.after) };
}

/** Records of a cache: whether one appeared, went or changed. The second word of a live record is not zero. */
function records(name: string, width: number, changes: ByIndex): NamedChange[] {
  const slots = [...new Set([...changes.keys()].map((i) => Math.floor(i / width)))].filter((slot) => [...changes.keys()].some((i) => Math.floor(i / width) === slot && i % width > 0));
  return slots.sort((a, b) => a - b).map((slot) => {
    const mark = changes.get(slot * width + 1);
    const before = mark?.before === 0 ? 'free' : 'in use';
    const after = mark?.after === 0 ? 'free' : mark === undefined ? 'changed' : 'in use';
    return { target: { kind: 'state', name, field: `entry ${slot}` }, name: `${name} entry ${slot}`, before, after };
  });
}
