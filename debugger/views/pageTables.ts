/**
 * What a stream can reach, as trees: its stage 1, the stage 2 below it, and both together, with who owns
 * what is reached, who wrote each entry, and what is different from the stop before. Trees are read as far
 * as they are open.
 */
import { parseU64, toNumber } from '../../emulator/bits/u64.ts';
import type { InspectedStream } from '../inspect/context.ts';
import { kindOfChange } from '../inspect/rangeChanges.ts';
import { sizeWords, totalWords } from '../inspect/rangeWords.ts';
import { spaceOf, type Space, type Stage, type TableRange } from '../inspect/ranges.ts';
import { lookupEntry } from '../inspect/tableEntries.ts';
import { readCd, readSte } from '../inspect/streams.ts';
import type { Session } from '../session/session.ts';
import type { System } from '../system/system.ts';
import type { Stretch } from '../trace/writers.ts';
import { cell, columns, type Control, page, type Row, type Table, type Tree, type ViewSource, type ViewWork } from './page.ts';
import { type Chosen, chosenStream } from './pageTables/choice.ts';
import { columnsOf, descriptorCell, rangeWords, spanWords } from './pageTables/columns.ts';
import { changesOf, compareParts, type Comparison } from './pageTables/comparison.ts';
import { domainOf, objectionOf } from './pageTables/owners.ts';
import { type Part, PARTS, spaceOfPart, STAGE_WORDS, STAGES } from './pageTables/parts.ts';
import { type Draft, entriesAt, type Folds, treeRows } from './pageTables/tree.ts';
import { type WriterCells, writerCells } from './pageTables/writerCells.ts';

/** Rows of all trees together at most, and differences that are listed. */
const MOST_ROWS = 2000;
const MOST_CHANGES = 200;

/** What was compared last. */
export interface CompareMemory {
  stop: object | undefined;
  stream: string;
  comparison: Comparison | undefined;
}

/** Nothing compared. */
export function compareMemory(): CompareMemory {
  return { stop: undefined, stream: '', comparison: undefined };
}

/** The tables of a part, with stage 2 where there is one below. */
interface Spaces {
  readonly space: Space;
  readonly second: Space | undefined;
}

/** Everything that the parts of a page are made from. */
interface Shown {
  readonly source: ViewSource;
  readonly chosen: Chosen;
  readonly comparison: Comparison;
  /** The tables of each part at the present moment, or why there are none. */
  readonly spaces: ReadonlyMap<string, Spaces | string>;
  readonly folds: Folds;
  readonly objection: (range: TableRange) => string;
  readonly budget: { left: number };
}

/** The view. */
export function* pageTablesView(source: ViewSource, memory: CompareMemory): ViewWork {
  const { session, options } = source;
  const chosen = yield* chosenStream(source);
  if (chosen === undefined) return { kind: 'empty', text: 'No stream has been configured yet.', advice: 'Step over a line that attaches a device: the ranges that it can reach appear here.' };
  const { stream } = chosen;
  const comparison = yield* compared(session, stream, memory);
  const spaces = new Map(PARTS.map((part) => [part.id, spacesOf(session.system, stream, part)]));
  const shown: Shown = { source, chosen, comparison, spaces, folds: foldsOf(options.get('folds') ?? ''), objection: objectionOf(session.system, stream), budget: { left: MOST_ROWS } };
  const only = STAGES.find((stage) => stage === options.get('stage'));
  const stages = only === undefined ? STAGES : [only];
  const drafts: { readonly stage: Stage; readonly rows: Draft[] }[] = stages.map((stage) => ({ stage, rows: [] }));
  for (const { stage, rows } of drafts) {
    for (const part of PARTS) if (part.stage === stage) for (const row of yield* rowsOf(shown, part)) rows.push(row);
    yield;
  }
  const changes = listedChanges(shown, stages);
  const writers = yield* writerCells(source, [...drafts.flatMap(({ rows }) => rows.flatMap(({ stretches }) => stretches)), ...changes.flatMap(({ stretches }) => stretches)]);
  return page({
    title: `Page tables of ${chosen.name}`, facts: [...ownerFacts(session.system, stream), ...factsOf(shown, stages), ...notFound(shown, drafts)], controls: controlsOf(chosen, options),
    trees: drafts.map(({ stage, rows }) => treeOf(shown, { stage, rows, writers })), tables: changes.length === 0 ? [] : [changeTable(shown, { changes, writers, stages })],
  });
}

/** Compared once for each stop and stream. */
function* compared(session: Session, stream: InspectedStream, memory: CompareMemory): Generator<void, Comparison> {
  const { stop } = session;
  const key = keyOf(stream);
  if (memory.comparison !== undefined && memory.stop === stop && memory.stream === key) return memory.comparison;
  const comparison = yield* compareParts(session, stream);
  [memory.stop, memory.stream, memory.comparison] = [stop, key, comparison];
  return comparison;
}

function keyOf({ smmu, sid, ssid }: InspectedStream): string {
  return `${smmu}:${sid}:${ssid ?? '-'}`;
}

/** `+ID` for what was opened, `-ID` for what was closed. */
function foldsOf(text: string): Folds {
  const words = text.split(' ');
  const all = (sign: string): Set<string> => new Set(words.filter((word) => word.startsWith(sign)).map((word) => word.slice(1)));
  return { opened: all('+'), closed: all('-') };
}

function spacesOf(system: System, stream: InspectedStream, part: Part): Spaces | string {
  const space = spaceOfPart(system, stream, part);
  if (typeof space === 'string') return space;
  const second = part.stage !== 'stage 2' ? spaceOf(system.machine, stream, 'stage 2') : undefined;
  return { space, second: typeof second === 'string' ? undefined : second };
}

function* rowsOf(shown: Shown, part: Part): Generator<void, Draft[]> {
  const { chosen, comparison, spaces, folds, objection, budget } = shown;
  const own = spaces.get(part.id);
  if (own === undefined || typeof own === 'string') return [];
  return yield* treeRows({
    ...own, id: `${keyOf(chosen.stream)}/${part.id}`, root: rootOf(shown, part), changes: changesOf(comparison, part.id), folds, budget, wanted: wantedIn(shown, part, own.space),
    objection: isPhysical(shown, part.stage) ? objection : () => '',
  });
}

/** Whether a stage leads to physical addresses. */
function isPhysical({ spaces }: Shown, stage: Stage): boolean {
  return stage !== 'stage 1' || typeof spaces.get('s2') === 'string';
}

/** What the tables of a part hang on, and where that is written. */
function rootOf({ source, chosen }: Shown, { stage, half }: Part): { readonly name: string; readonly entry: Stretch | undefined } {
  const { machine } = source.session.system;
  const { stream } = chosen;
  const [ste, cd] = [readSte(machine, stream.smmu, stream.sid).address, readCd(machine, stream, stream.ssid ?? 0).address];
  const at = stage === 'stage 2' ? ste : cd;
  const name = stage === 'stage 2' ? 'S2TTB' : `CD ${stream.ssid ?? 0}, TTB${half}`;
  return { name: stage === 'combined' ? `${name} through stage 2` : name, entry: at === undefined ? undefined : { base: at, size: 64 } };
}

/** The address that is looked for, as a part has it: stage 2 is asked for where stage 1 leads. */
function wantedIn(shown: Shown, { stage, half }: Part, space: Space): number | undefined {
  const asked = parseU64((shown.source.options.get('address') ?? '').trim());
  if (asked === undefined) return undefined;
  const whole = (BigInt(asked.hi >>> 0) << 32n) | BigInt(asked.lo >>> 0);
  const first = stage === 'stage 2' ? shown.spaces.get('s1') : undefined;
  if (first !== undefined && typeof first !== 'string') {
    const entry = lookupEntry(first.space.tables, toNumber(asked), { left: 8, stopped: undefined });
    return entry === undefined ? undefined : entry.output + (toNumber(asked) - entry.input);
  }
  const input = whole - space.base;
  return input < 0n || (half === 0 && input >= 1n << BigInt(space.tables.regime.ia)) ? undefined : Number(input);
}

function treeOf(shown: Shown, { stage, rows, writers }: { readonly stage: Stage; readonly rows: readonly Draft[]; readonly writers: WriterCells }): Tree {
  const { keys, titles } = columnsOf(stage, !isPhysical(shown, 'stage 1'));
  const reason = PARTS.filter((part) => part.stage === stage).map(({ id }) => shown.spaces.get(id)).find((spaces) => typeof spaces === 'string');
  return {
    id: stage, title: STAGE_WORDS[stage], columns: titles, empty: typeof reason === 'string' ? sentence(reason) : 'Nothing is mapped.',
    rows: rows.map(({ id, depth, fold, mark, note, cells, stretches }) => ({ id, depth, fold, mark, note, cells: keys.map((key) => (key === 'writer' ? writers(stretches) : cells[key] ?? cell(''))) })),
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

/** Where the writer stands in a row of the differences. */
const WRITER = 5;

/** A row of the differences, but for who wrote it. */
interface ListedChange {
  readonly cells: Row['cells'];
  readonly mark: Row['mark'];
  readonly stretches: readonly Stretch[];
}

function listedChanges(shown: Shown, stages: readonly Stage[]): ListedChange[] {
  const all = shown.comparison.parts.filter(({ part }) => stages.includes(part.stage)).flatMap((listing) => listing.changes.slice(0, MOST_CHANGES).map((change) => ({ listing, change })));
  return all.slice(0, MOST_CHANGES).map(({ listing: { part, base }, change }) => {
    const { input, size, before, after } = change;
    const spaces = shown.spaces.get(part.id);
    const entries = spaces === undefined || typeof spaces === 'string' ? [] : entriesAt(spaces, input, (after ?? before)?.via);
    const kind = kindOfChange(change);
    return {
      cells: [
        cell(STAGE_WORDS[part.stage]), cell(spanWords(base, input, size), { sort: Number(base) + input }), cell(sizeWords(size), { sort: size }), cell(kind),
        descriptorCell(...entries), cell(rangeWords(before)), cell(rangeWords(after)),
      ],
      mark: kind === 'gone' ? 'muted' : 'present', stretches: entries.map((base) => ({ base, size: 8 })),
    };
  });
}

interface Listed {
  readonly changes: readonly ListedChange[];
  readonly writers: WriterCells;
  readonly stages: readonly Stage[];
}

function changeTable({ comparison, source }: Shown, { changes, writers, stages }: Listed): Table {
  const count = comparison.parts.reduce((sum, listing) => sum + (stages.includes(listing.part.stage) ? listing.changes.length : 0), 0);
  const { before } = source.session;
  const first = count > changes.length ? `, the first ${changes.length} of ${count}` : '';
  return {
    id: 'changes', title: `Differences since the stop before${before === undefined ? '' : ` (${before.moment.unit}.${before.moment.step})`}${first}`,
    columns: columns('Tables', '`Addresses', 'Size', 'What', '`Entry at', 'Written by', 'Before', 'Now'), empty: '',
    rows: changes.map(({ cells, mark, stretches }) => ({ cells: [...cells.slice(0, WRITER), writers(stretches), ...cells.slice(WRITER)], mark, note: '' })),
  };
}

function ownerFacts(system: System, stream: InspectedStream): string[] {
  const domain = domainOf(system, stream);
  return domain === undefined ? [] : [`belongs to ${domain}`];
}

/** Where the address that is looked for is not; stage 2 is only asked for it where there is no stage 1. */
function notFound({ source, spaces }: Shown, drafts: readonly { readonly stage: Stage; readonly rows: readonly Draft[] }[]): string[] {
  const asked = (source.options.get('address') ?? '').trim();
  if (asked === '') return [];
  if (parseU64(asked) === undefined) return [`“${asked}” is no address`];
  const hasFirst = spaces.get('s1') !== undefined && typeof spaces.get('s1') !== 'string';
  return drafts.filter(({ stage, rows }) => rows.length > 0 && !(stage === 'stage 2' && hasFirst) && !rows.some(({ isWanted }) => isWanted)).map(({ stage }) => `${asked} is not mapped in ${STAGE_WORDS[stage].toLowerCase()}`);
}

function countWords(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function factsOf({ comparison: { parts, why } }: Shown, stages: readonly Stage[]): string[] {
  const here = parts.filter(({ part }) => stages.includes(part.stage));
  const sum = (pick: (part: (typeof parts)[number]) => number, of: readonly (typeof parts)[number][]): number => of.reduce((total, part) => total + pick(part), 0);
  const changed = sum(({ changes }) => changes.length, here);
  const mapped = stages.flatMap((stage) => {
    const own = here.filter(({ part }) => part.stage === stage);
    const [count, wrong] = [sum((part) => part.count, own), sum((part) => part.wrong, own)];
    const words = [
      ...(count === 0 ? [] : [`${countWords(count, 'range')}, ${totalWords(sum((part) => part.bytes, own))}${own.every(({ isWhole }) => isWhole) ? '' : ' and more'}`]),
      ...(wrong === 0 ? [] : [`${countWords(wrong, 'range')} with a problem`]),
    ];
    return words.length === 0 ? [] : [`${STAGE_WORDS[stage].toLowerCase()}: ${words.join(', ')}`];
  });
  const differences = why !== '' ? why : changed === 0 ? 'no difference since the stop before' : `${countWords(changed, 'difference')} since the stop before`;
  return [...mapped, differences, ...(here.every(({ isWhole }) => isWhole) ? [] : ['very large tables: differences beyond what was counted are left out'])];
}

function controlsOf({ controls }: Chosen, options: ViewSource['options']): Control[] {
  const stage = STAGES.find((one) => one === options.get('stage')) ?? 'all';
  return [
    ...controls,
    { id: 'stage', label: 'Tables', kind: 'choice', value: stage, options: [{ value: 'all', name: 'all' }, ...STAGES.map((value) => ({ value, name: STAGE_WORDS[value] }))] },
    { id: 'address', label: 'Find address', kind: 'text', value: options.get('address') ?? '', options: [] },
  ];
}
