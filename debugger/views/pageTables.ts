/**
 * What the streams can reach: the ranges of stage 1, stage 2 or both, with permissions, memory type and
 * owner, and what is different since the stop before. The stop before is remembered by whoever keeps a
 * `RangeMemory`; a listing that does not fit on a page is compared as far as it is shown.
 */
import { streamText } from '../inspect/machineNames.ts';
import { listRanges, spaceOf, type Stage, type TableRange } from '../inspect/ranges.ts';
import { presentStream } from '../inspect/scopes.ts';
import { knownStreams } from '../inspect/symbols.ts';
import { inputText } from '../inspect/tableNodes.ts';
import type { InspectedStream } from '../inspect/context.ts';
import type { Session } from '../session/session.ts';
import type { System } from '../system/system.ts';
import { addressCell, cell, columns, type Control, page, type Row, type Table, type ViewSource, type ViewWork } from './page.ts';
import { presentTransaction } from './walk.ts';

/** Ranges of one table at most. */
const MOST = 300;

/** What was shown at some stop, and at the stop before it. */
export interface RangeMemory {
  stop: object | undefined;
  now: ReadonlyMap<string, readonly Line[]>;
  before: ReadonlyMap<string, readonly Line[]>;
}

/** A range as it is shown and compared. */
interface Line {
  readonly input: string;
  readonly range: TableRange;
}

/** Nothing remembered. */
export function rangeMemory(): RangeMemory {
  return { stop: undefined, now: new Map(), before: new Map() };
}

const STAGES: readonly Stage[] = ['stage 1', 'stage 2', 'combined'];
const WORDS: Readonly<Record<Stage, string>> = { 'stage 1': 'Stage 1', 'stage 2': 'Stage 2', combined: 'Stage 1 and stage 2 together' };

interface StreamOf {
  readonly id: string;
  readonly name: string;
  readonly smmu: number;
  readonly sid: number;
}

function streamsOf(system: System): StreamOf[] {
  return system.machine.smmus.flatMap((_, smmu) => knownStreams(system, smmu).map((sid) => ({ id: `${smmu}:${sid}`, name: streamText(system, smmu, sid), smmu, sid })));
}

/** The stream of the transaction that the walk view shows. */
function* streamOfTransaction(session: Session): Generator<void, InspectedStream | undefined> {
  const found = yield* presentTransaction(session);
  const head = found?.trace.steps[found.node.first - 1];
  return head?.kind === 'transaction' ? { smmu: head.smmu, sid: head.sid, ssid: head.ssid } : undefined;
}

function hasTables({ machine }: System, { smmu, sid }: StreamOf): boolean {
  return (['stage 1', 'stage 2'] as const).some((stage) => typeof spaceOf(machine, { smmu, sid, ssid: undefined }, stage) !== 'string');
}

/** The view. */
export function* pageTablesView(source: ViewSource, memory: RangeMemory): ViewWork {
  const { session, inspector, options } = source;
  const { system } = session;
  const streams = streamsOf(system);
  const present = presentStream(inspector) ?? (yield* streamOfTransaction(session));
  const wanted = options.get('stream') ?? 'present';
  const stream = streams.find(({ id }) => id === wanted) ?? streams.find(({ smmu, sid }) => smmu === present?.smmu && sid === present.sid)
    ?? streams.find((one) => hasTables(system, one)) ?? streams[0];
  if (stream === undefined) return { kind: 'empty', text: 'No stream has been configured yet.', advice: 'Step over a line that attaches a device: the ranges that it can reach appear here.' };
  const asked = { smmu: stream.smmu, sid: stream.sid, ssid: stream.smmu === present?.smmu && stream.sid === present.sid ? present.ssid : undefined };
  const chosen = options.get('stage') ?? 'all';
  if (memory.stop !== session.stop) [memory.before, memory.now, memory.stop] = [memory.now, new Map(), session.stop];
  const now = new Map(memory.now);
  const tables = STAGES.filter((stage) => chosen === 'all' || chosen === stage).map((stage) => {
    const { lines, note } = linesOf(system, asked, stage);
    const key = `${stream.id} ${stage}`;
    now.set(key, lines);
    return stageTable(stage, lines, { before: memory.before.get(key), note });
  });
  memory.now = now;
  return page({ title: `Page tables of ${stream.name}`, facts: factsOf(tables), controls: controlsOf(streams, wanted, chosen), tables });
}

function controlsOf(streams: readonly StreamOf[], stream: string, stage: string): Control[] {
  return [
    { id: 'stream', label: 'Stream', kind: 'choice', value: stream, options: [{ value: 'present', name: 'of the present moment' }, ...streams.map(({ id, name }) => ({ value: id, name }))] },
    { id: 'stage', label: 'Tables', kind: 'choice', value: stage, options: [{ value: 'all', name: 'all' }, ...STAGES.map((value) => ({ value, name: WORDS[value] }))] },
  ];
}

function factsOf(tables: readonly Table[]): string[] {
  const changed = tables.reduce((sum, { rows }) => sum + rows.filter(({ note }) => note !== '').length, 0);
  return [changed === 0 ? 'no difference since the stop before' : `${changed} ${changed === 1 ? 'difference' : 'differences'} since the stop before`];
}

function linesOf(system: System, stream: { readonly smmu: number; readonly sid: number; readonly ssid: number | undefined }, stage: Stage): { readonly lines: readonly Line[]; readonly note: string } {
  const notes: string[] = [];
  const lines = ([0, 1] as const).flatMap((half) => {
    if (half === 1 && stage === 'stage 2') return [];
    const space = spaceOf(system.machine, stream, stage, half);
    if (typeof space === 'string') {
      if (half === 0) notes.push(space);
      return [];
    }
    const { ranges, next, note } = listRanges(space, 0, MOST);
    if (next !== undefined) notes.push(note ?? `the first ${MOST} ranges are shown`);
    return ranges.map((range) => ({ input: inputText(space, range.input), range }));
  });
  return { lines, note: notes.join('; ') };
}

/** What of a range shows in a row, for comparison. */
function said({ input, range }: Line): string {
  return [input, range.size, range.output, range.permissions, range.attributes, range.owner, range.problem].join('|');
}

function stageTable(stage: Stage, lines: readonly Line[], { before, note }: { readonly before: readonly Line[] | undefined; readonly note: string }): Table {
  const old = new Map((before ?? lines).map((line) => [line.input, line]));
  const inputs = new Set(lines.map(({ input }) => input));
  const rows = lines.map((line): Row => {
    const was = old.get(line.input);
    return rowOf(line, was === undefined ? 'new' : said(was) === said(line) ? '' : `was ${rangeSaid(was.range)}`);
  });
  const gone = [...old.values()].filter(({ input }) => !inputs.has(input)).map((line) => rowOf(line, 'gone'));
  return {
    id: stage, title: `${WORDS[stage]}${note === '' || lines.length === 0 ? '' : ` (${note})`}`, rows: [...rows, ...gone],
    columns: columns('`From', '`To', 'Size', '`Output', '`Permissions', 'Memory', 'Owner', '`Descriptor'),
    empty: note === '' ? 'Nothing is mapped.' : sentence(note),
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

function rangeSaid({ size, output, permissions }: TableRange): string {
  return `${sizeText(size)} to ${output === undefined ? 'nowhere' : `0x${output.toString(16)}`} ${permissions}`;
}

function sizeText(size: number): string {
  const unit = ([['G', 2 ** 30], ['M', 2 ** 20], ['K', 2 ** 10]] as const).find(([, bytes]) => size % bytes === 0);
  return unit === undefined ? String(size) : `${size / unit[1]}${unit[0]}`;
}

function rowOf({ input, range }: Line, note: string): Row {
  const { size, output, permissions, attributes, owner, descriptor, problem } = range;
  const start = BigInt(input);
  return {
    cells: [
      cell(input, { sort: Number(start) }), cell(`0x${(start + BigInt(size) - 1n).toString(16)}`, { sort: Number(start) + size }), cell(sizeText(size), { sort: size }),
      cell(output === undefined ? '' : `0x${output.toString(16)}`, { sort: output ?? null }), cell(permissions), cell(problem ?? attributes), cell(owner ?? ''),
      addressCell(descriptor),
    ],
    mark: problem !== undefined ? 'warning' : note === 'gone' ? 'muted' : note === '' ? null : 'present', note,
  };
}
