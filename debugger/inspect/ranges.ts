/**
 * What a stream can reach: the ranges of its stage 1, its stage 2, or both together, with permissions,
 * memory type and owner. Neighbours that say the same are one range. A listing is bounded in ranges and
 * in work, and says where to go on.
 */
import type { CdConfig, SteConfig } from '../../emulator/config/compile.ts';
import { MEMATTR } from '../../emulator/fields/values.ts';
import type { Machine } from '../../emulator/machine/machine.ts';
import type { OwnedRange } from '../../emulator/memory/owners.ts';
import { S2_PX, S2_UX, stage1Permissions, stage2Permissions } from '../../emulator/walk/access.ts';
import { applyStage2, attributeName, mairByte } from '../../emulator/walk/attributes.ts';
import type { Regime } from '../../emulator/walk/regime.ts';
import { AF, DBM } from '../../emulator/walk/update.ts';
import { readCd, readSte } from './streams.ts';
import { lookupEntry, tableEntries, type Budget, type TableEntry, type Tables } from './tableEntries.ts';

/** Which tables. `combined` is stage 1 followed by stage 2. */
export type Stage = 'stage 1' | 'stage 2' | 'combined';

/** One range. */
export interface TableRange {
  /** First input address, as a number of the half's own: add 2^64 - 2^ia for the upper half (TTB1). */
  readonly input: number;
  readonly size: number;
  /** Where it leads; undefined where it leads nowhere. */
  readonly output: number | undefined;
  /** Where stage 1 alone leads, in combined tables. */
  readonly via: number | undefined;
  /** Level of its first descriptor. */
  readonly level: number;
  /** `rwx`, or `user r--, privileged rw-`, with what bits alone do not say. */
  readonly permissions: string;
  /** The same as bits: read 1, write 2, execute 4. */
  readonly access: Access;
  readonly attributes: string;
  /** Who owns the memory, where the output is a physical address. */
  readonly owner: string | undefined;
  /** Physical address of the first descriptor. */
  readonly descriptor: number;
  /** What is wrong with it. */
  readonly problem: string | undefined;
}

/** What each privilege may do, as bits: read 1, write 2, execute 4; and what bits alone do not say. */
export interface Access {
  readonly user: number;
  readonly privileged: number;
  readonly flags: string;
}

const NO_ACCESS: Access = { user: 0, privileged: 0, flags: '' };

/** A set of tables of a stream, ready to be listed. */
export interface Space {
  readonly stage: Stage;
  readonly tables: Tables;
  /** Added to inputs: where the half begins. */
  readonly base: bigint;
  /** A leaf in pieces, from an input address on: each leads to one place of one owner. */
  readonly pieces: (entry: TableEntry, from: number, budget: Budget) => Iterable<TableRange>;
}

/** A part of a listing. */
export interface Listing {
  readonly ranges: readonly TableRange[];
  /** Where to go on; undefined at the end. */
  readonly next: number | undefined;
  /** Why it ended early, where that was not the number of ranges. */
  readonly note: string | undefined;
}

/** Descriptors that one listing reads at most. */
const MOST_DESCRIPTORS = 1 << 16;

const WORDS3 = (bits: number): string => `${(bits & 1) !== 0 ? 'r' : '-'}${(bits & 2) !== 0 ? 'w' : '-'}${(bits & 4) !== 0 ? 'x' : '-'}`;

/** Permissions of both privileges as text. Bits are those of `walk/access.ts`. */
export function permissionText(unprivileged: number, privileged: number): string {
  const [user, kernel] = [WORDS3(unprivileged), WORDS3(privileged)];
  return user === kernel ? user : `user ${user}, privileged ${kernel}`;
}

/** Stage-2 permissions in the form of stage-1 ones: one word for each privilege. */
function splitStage2(permissions: number): readonly [number, number] {
  const data = permissions & 3;
  return [data | ((permissions & S2_UX) !== 0 ? 4 : 0), data | ((permissions & S2_PX) !== 0 ? 4 : 0)];
}

/** The tables of a stream, or a sentence that says why there are none. `half` 1 is TTB1. */
export function spaceOf(machine: Machine, stream: { readonly smmu: number; readonly sid: number; readonly ssid: number | undefined }, stage: Stage, half: 0 | 1 = 0): Space | string {
  const { smmu, sid, ssid } = stream;
  const ste = readSte(machine, smmu, sid);
  if (ste.config === undefined || ste.config.broken !== null) return ste.problem ?? 'the STE cannot be read';
  const second = stage2Of(machine, smmu, ste.config);
  if (stage === 'stage 2') return second ?? 'the STE has no stage 2';
  const cd = readCd(machine, { smmu, sid }, ssid ?? 0);
  if (cd.config === undefined || cd.config.broken !== null) return cd.problem ?? 'the CD cannot be read';
  if (stage === 'combined' && second === undefined) return 'the STE has no stage 2';
  return stage1Of(machine, cd.config, { second, half, isCombined: stage === 'combined' }) ?? (half === 0 ? 'walks through TTB0 are disabled (EPD0)' : 'walks through TTB1 are disabled (EPD1)');
}

/** The tables of stage 2, and how their leaves are to be read. */
type Stage2Space = Space & { readonly fwb: boolean; readonly xnx: boolean };

function stage2Of(machine: Machine, smmu: number, ste: SteConfig): Stage2Space | undefined {
  const regime = ste.s2;
  if (regime === null) return undefined;
  const xnx = machine.smmus[smmu]?.parts.features.xnx === true;
  const owners = machine.owners.ranges;
  return {
    fwb: ste.fwb, xnx, stage: 'stage 2', tables: { memory: machine.memory, regime, locate: (address) => address }, base: 0n,
    pieces: (entry) => {
      const [user, privileged] = splitStage2(stage2Permissions(entry.hi, entry.lo, xnx));
      const range = { ...permitted({ user, privileged, flags: flagText(regime, entry) }), attributes: stage2Type(entry.lo, ste.fwb) };
      return byOwner(owners, entry, { ...range, via: undefined, output: entry.output, input: entry.input, size: entry.size });
    },
  };
}

function permitted(access: Access): Pick<TableRange, 'access' | 'permissions'> {
  return { access, permissions: permissionText(access.user, access.privileged) + access.flags };
}

function stage2Type(lo: number, fwb: boolean): string {
  const code = (lo >>> 2) & 15;
  if (fwb) return `FWB ${code & 7}`;
  return (MEMATTR as Readonly<Record<number, string>>)[code] ?? `reserved ${code}`;
}

/** What permission bits alone do not say: no access flag, or clean and writable by a hardware update. */
function flagText(regime: Regime, entry: TableEntry): string {
  const { hi, lo } = entry;
  const isReadOnly = ((lo & 0x80) !== 0) === (regime.stage === 1);
  const isClean = regime.hd && (hi & DBM) !== 0 && isReadOnly;
  return `${isClean ? ' (clean: a write makes it writable)' : ''}${(lo & AF) === 0 ? ' (AF=0)' : ''}`;
}

interface Stage1Options {
  readonly second: Stage2Space | undefined;
  readonly half: 0 | 1;
  readonly isCombined: boolean;
}

function stage1Of(machine: Machine, cd: CdConfig, options: Stage1Options): Space | undefined {
  const { second, half, isCombined } = options;
  const regime = half === 0 ? cd.lower : cd.upper;
  if (regime === null) return undefined;
  const owners = machine.owners.ranges;
  const through = second === undefined ? undefined : translator(second.tables);
  const output = second === undefined ? undefined : translator(second.tables);
  const plain = (entry: TableEntry): Iterable<TableRange> => {
    const range = { ...stage1Text(cd, regime, entry), via: undefined, output: entry.output, input: entry.input, size: entry.size };
    return second === undefined ? byOwner(owners, entry, range) : [{ ...range, level: entry.level, owner: undefined, descriptor: entry.descriptor, problem: undefined }];
  };
  return {
    stage: isCombined ? 'combined' : 'stage 1', base: half === 0 ? 0n : (1n << 64n) - (1n << BigInt(regime.ia)),
    tables: { memory: machine.memory, regime, locate: (address) => (through === undefined ? address : through(address, { left: 0, stopped: undefined })?.output) },
    pieces: isCombined && second !== undefined && output !== undefined ? (entry, from, budget) => combined({ cd, regime, owners, second, through: output, entry, budget }, from) : plain,
  };
}

type Through = (address: number, budget: Budget) => { readonly output: number; readonly left: number; readonly entry: TableEntry } | undefined;

/** Stage 2 of addresses, remembering the last leaf. */
function translator(tables: Tables): Through {
  let last: TableEntry | undefined;
  return (address, budget) => {
    const isSame = last !== undefined && address >= last.input && address < last.input + last.size;
    const entry = isSame ? last : lookupEntry(tables, address, budget);
    if (entry === undefined) return undefined;
    last = entry;
    const offset = address - entry.input;
    return { output: entry.output + offset, left: entry.size - offset, entry };
  };
}

function stage1Bits(cd: CdConfig, entry: TableEntry): readonly [number, number] {
  const bits = stage1Permissions(entry.hi, entry.lo, entry.limits, cd.limits);
  return [bits & 7, bits >>> 3];
}

function stage1Text(cd: CdConfig, regime: Regime, entry: TableEntry): Pick<TableRange, 'access' | 'permissions' | 'attributes'> {
  const [user, privileged] = stage1Bits(cd, entry);
  return { ...permitted({ user, privileged, flags: flagText(regime, entry) }), attributes: attributeName(mairByte(cd.mair0, cd.mair1, (entry.lo >>> 2) & 7)) };
}

interface CombinedParts {
  readonly cd: CdConfig;
  readonly regime: Regime;
  readonly owners: readonly OwnedRange[];
  readonly second: Stage2Space;
  readonly through: Through;
  readonly entry: TableEntry;
  readonly budget: Budget;
}

function* combined(parts: CombinedParts, from: number): Generator<TableRange> {
  const { cd, regime, owners, second, through, entry, budget } = parts;
  const [user, kernel] = stage1Bits(cd, entry);
  const type = mairByte(cd.mair0, cd.mair1, (entry.lo >>> 2) & 7);
  for (let done = Math.max(0, from - entry.input); done < entry.size; ) {
    if (budget.left <= 0) {
      budget.stopped = entry.input + done;
      return;
    }
    const at = through(entry.output + done, budget);
    const size = Math.min(entry.size - done, at?.left ?? 4096);
    const place = { input: entry.input + done, size, via: entry.output + done };
    done += size;
    if (at === undefined) {
      yield { ...nowhere(entry, 'stage 2 does not map the output of stage 1'), ...place };
      continue;
    }
    const [user2, kernel2] = splitStage2(stage2Permissions(at.entry.hi, at.entry.lo, second.xnx));
    const flags = flagText(regime, entry) || flagText(second.tables.regime, at.entry);
    const attributes = attributeName(applyStage2(type, (at.entry.lo >>> 2) & 15, second.fwb));
    yield* byOwner(owners, entry, { ...place, output: at.output, ...permitted({ user: user & user2, privileged: kernel & kernel2, flags }), attributes });
  }
}

/** A range that leads nowhere. */
export function nowhere({ input, size, level, descriptor }: TableEntry, problem: string | undefined): TableRange {
  return { input, size, level, descriptor, output: undefined, via: undefined, ...permitted(NO_ACCESS), permissions: '---', attributes: '', owner: undefined, problem };
}

type Unowned = Omit<TableRange, 'level' | 'owner' | 'descriptor' | 'problem' | 'output'> & { readonly output: number };

/** A range in pieces of one owner each. */
function* byOwner(owners: readonly OwnedRange[], entry: TableEntry, range: Unowned): Generator<TableRange> {
  const end = range.output + range.size;
  let low = 0;
  let high = owners.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const owned = owners[middle];
    if (owned !== undefined && owned.base + owned.size <= range.output) low = middle + 1;
    else high = middle;
  }
  for (let at = range.output; at < end; ) {
    const owned = owners[low];
    const isInside = owned !== undefined && owned.base <= at;
    const until = Math.min(end, owned === undefined ? end : isInside ? owned.base + owned.size : owned.base);
    const done = at - range.output;
    yield {
      input: range.input + done, size: until - at, output: at, via: range.via === undefined ? undefined : range.via + done, level: entry.level, permissions: range.permissions,
      access: range.access, attributes: range.attributes, owner: isInside ? owned.owner : undefined, descriptor: entry.descriptor, problem: undefined,
    };
    if (isInside) low++;
    at = until;
  }
}

function leadsOn(from: number | undefined, size: number, to: number | undefined): boolean {
  return from === undefined ? to === undefined : from + size === to;
}

/** Whether a range, or one that begins as it does and has another size, goes on as another one does: in input, output and all that it says. */
export function isContinued(a: TableRange, b: TableRange, size = a.size): boolean {
  if (a.input + size !== b.input || !leadsOn(a.output, size, b.output) || !leadsOn(a.via, size, b.via)) return false;
  return a.permissions === b.permissions && a.attributes === b.attributes && a.owner === b.owner && a.problem === b.problem;
}

/** The ranges that an entry stands for: pieces of a leaf, or what is wrong with it. */
export function rangesOf(space: Space, entry: TableEntry, from: number, budget: Budget): Iterable<TableRange> {
  return entry.problem === undefined ? space.pieces(entry, from, budget) : [nowhere(entry, entry.problem)];
}

/** A range of a listing that is being made. */
type Growing = Omit<TableRange, 'size'> & { size: number };

/** Lists at most `most` ranges from an input address on, reading at most `work` descriptors. */
export function listRanges(space: Space, from: number, most: number, work = MOST_DESCRIPTORS): Listing {
  const budget: Budget = { left: work, stopped: undefined };
  const ranges: Growing[] = [];
  for (const entry of tableEntries(space.tables, from, budget)) {
    for (const whole of rangesOf(space, entry, from, budget)) {
      const range = clipped(whole, from);
      const last = ranges.at(-1);
      if (range === undefined) continue;
      if (last !== undefined && isContinued(last, range)) last.size += range.size;
      else if (ranges.length >= most) return { ranges, next: range.input, note: undefined };
      else ranges.push({ ...range });
    }
    if (budget.stopped !== undefined) break;
  }
  const note = budget.stopped === undefined ? undefined : `stopped after ${work} descriptors, at input 0x${budget.stopped.toString(16)}`;
  return { ranges, next: budget.stopped, note };
}

/** The part of a range from an address on. */
function clipped(range: TableRange, from: number): TableRange | undefined {
  if (from <= range.input) return range;
  return from >= range.input + range.size ? undefined : partOf(range, from, range.input + range.size);
}

/** The part of a range between two input addresses within it. */
export function partOf(range: TableRange, from: number, to: number): TableRange {
  const cut = from - range.input;
  if (cut === 0 && to - from === range.size) return range;
  const on = (address: number | undefined): number | undefined => (address === undefined ? undefined : address + cut);
  return { ...range, input: from, size: to - from, output: on(range.output), via: on(range.via) };
}
