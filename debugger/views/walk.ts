/**
 * The current transaction as a picture: what it asks for, STE and CD, the tables of each stage with the
 * walks that their own addresses needed, the result. All of the transaction is shown; the part that the
 * present moment has reached is marked. Made of the steps alone.
 */
import { hex, toNumber } from '../../emulator/bits/u64.ts';
import type { Step } from '../../emulator/steps/step.ts';
import { deviceOf } from '../system/names.ts';
import { smmuName } from '../inspect/machineNames.ts';
import type { UnitTrace } from '../session/trace.ts';
import { OWN_SLICE, type Pause } from '../scenario/pace.ts';
import type { Session } from '../session/session.ts';
import { FrameNode } from '../trace/frames.ts';
import { stepText } from '../trace/stepText.ts';
import type { TraceStep } from '../trace/traceStep.ts';
import { frameTitle } from '../trace/tree.ts';
import { addressCell, cell, columns, page, type Reach, type Row, type Table, type ViewSource, type ViewWork, type WalkEntry, type WalkPhase } from './page.ts';
import { type Geometry, splitAddress, stage1Geometry, stage2Geometry } from './split.ts';

/** How many units back a transaction is looked for. */
const MOST_UNITS = 256;

/** A transaction with the unit that it is in, and how much of the unit has happened. */
export interface Found {
  readonly trace: UnitTrace;
  readonly node: FrameNode;
  /** Steps of the unit that lie behind the present moment. */
  readonly reached: number;
}

function transactions(node: FrameNode): FrameNode[] {
  if (node.kind === 'transaction') return [node];
  return node.items.flatMap((item) => (item instanceof FrameNode ? transactions(item) : []));
}

/** The transaction that the moment is in, else the last one before it, else the next of the same line. */
export function* presentTransaction({ moment, timeline }: Session): Generator<Pause, Found | undefined> {
  for (let unit = moment.unit; unit >= Math.max(timeline.oldest, moment.unit - MOST_UNITS); unit--) {
    if (!timeline.isReady(unit)) yield OWN_SLICE;
    const trace = timeline.trace(unit);
    if (trace === undefined) continue;
    const all = transactions(trace.tree.root);
    const reached = unit === moment.unit ? moment.step : trace.steps.length;
    const node = all.findLast(({ first }) => first <= reached) ?? all[0];
    if (node !== undefined) return { trace, node, reached };
    yield;
  }
  return undefined;
}

/** The view. */
export function* walkView(source: ViewSource): ViewWork {
  const { session } = source;
  const found = yield* presentTransaction(session);
  const head = found?.trace.steps[found.node.first - 1];
  if (found === undefined || head?.kind !== 'transaction') {
    return { kind: 'empty', text: 'No transaction has been made yet.', advice: 'Step into a "dma" line of the scenario: the way of its address through the tables appears here.' };
  }
  const { phases } = new Phases(found);
  const device = deviceOf(session.system, head.smmu, head.sid);
  const { action } = found.trace.unit;
  const at = source.place(action.at);
  return page({
    title: `Walk of ${hex(head.address)}`,
    facts: [
      `${device?.name ?? 'unknown device'} on ${smmuName(session.system, head.smmu)}`, stepText(head).label, `line ${action.line + 1}`,
      progressText(found, session),
    ],
    phases, tables: [entryTable(phases, at)],
  });
}

function progressText({ trace, node, reached }: Found, { moment }: Session): string {
  if (trace.unit.index !== moment.unit) return 'ended before the present moment';
  const count = node.last - node.first + 1;
  return reached < node.first ? 'about to begin' : reached >= node.last ? 'complete' : `step ${reached - node.first + 1} of ${count}`;
}

/** Gathers the phases of one transaction. */
class Phases {
  readonly phases: WalkPhase[] = [];
  readonly #steps: readonly TraceStep[];
  readonly #found: Found;

  constructor(found: Found) {
    this.#found = found;
    this.#steps = found.trace.steps;
    let loose: WalkEntry[] = [];
    for (const item of found.node.items) {
      if (typeof item === 'number') loose.push(...this.#entry(item, item));
      else if (item.kind === 'stage 1' || item.kind === 'stage 2' || item.kind === 'configuration') this.#phase(item, null);
      else this.#nested(item, null);
    }
    loose = loose.filter(({ title }) => title !== '');
    if (loose.length > 0) this.phases.push({ id: 'outcome', parent: null, title: 'Outcome', reach: reachOf(loose), split: null, entries: loose });
  }

  #phase(node: FrameNode, parent: string | null): void {
    const id = `${node.kind} ${node.first}-${node.last}`;
    const at = this.phases.length;
    const entries = node.items.flatMap((item) => (typeof item === 'number' ? this.#entry(item, item) : this.#frame(item)));
    const title = node.kind === 'configuration' ? 'Configuration of the stream' : sentence(frameTitle(node, this.#steps));
    // A stage 1 of which not even the first table was reached has nothing to show but the stage 2 in it.
    if (entries.length > 0) this.phases.splice(at, 0, { id, parent, title, reach: reachOf(entries), split: this.#split(node), entries });
  }

  /** A level or the read of a structure: the stage-2 walks of its address become phases of their own. */
  #frame(node: FrameNode): WalkEntry[] {
    if (node.kind === 'stage 2' || node.kind === 'stage 1') {
      this.#phase(node, null);
      return [];
    }
    const own = node.items.find((item) => typeof item === 'number');
    const entries = node.items.flatMap((item) => (typeof item === 'number' ? this.#entry(item, item === own ? node.first : item) : []));
    this.#nested(node, entries[0]?.key ?? null);
    return entries;
  }

  #nested(node: FrameNode, parent: string | null): void {
    for (const item of node.items) if (item instanceof FrameNode) this.#phase(item, parent);
  }

  /** The entry of a step; `first` is where what it stands for began. */
  #entry(number: number, first: number): WalkEntry[] {
    const step = this.#steps[number - 1];
    if (step === undefined || step.kind === 'outcome' || step.kind === 'transaction') return [];
    const { label, detail, tone } = stepText(step);
    const { reached, trace } = this.#found;
    const reach: Reach = reached > number ? 'done' : reached >= first ? 'now' : 'ahead';
    const base = {
      key: `step ${number}`, moment: { unit: trace.unit.index, step: number }, reach, where: '', address: null, level: null, index: null, value: '', meaning: detail, tone,
    };
    if (step.kind === 'fetch') {
      const place = { where: placeText(step), address: step.isCached ? null : toNumber(step.address) };
      return [{ ...base, ...place, kind: 'structure', title: `${step.structure}${step.isCached ? ' (cached)' : ''}` }];
    }
    if (step.kind === 'descriptor') {
      const place = { where: placeText(step), address: toNumber(step.address), level: step.level, index: step.index };
      return [{ ...base, ...place, kind: 'level', title: `Level ${step.level} table`, value: step.type === 'aborted' ? '' : hex(step.value, 16) }];
    }
    const isEnd = step.kind === 'result' || step.kind === 'event' || step.kind === 'stall';
    const written = step.kind === 'update' || step.kind === 'access' ? toNumber(step.address) : null;
    const title = CHECKS[step.kind];
    const named = title === undefined ? { title: sentence(label) } : { title, meaning: [label, detail].filter((text) => text !== '').join('; ') };
    return [{ ...base, kind: isEnd ? 'result' : 'check', address: written, ...named }];
  }

  #split(node: FrameNode): WalkPhase['split'] {
    const own = node.items.flatMap((item) => (typeof item === 'number' ? [item] : item.items.filter((i) => typeof i === 'number')))
      .flatMap((number) => this.#steps[number - 1] ?? []);
    const last = own.findLast((step) => step.kind === 'descriptor');
    if (last?.kind !== 'descriptor') return null;
    const geometry = this.#geometry(last);
    return geometry === undefined ? null : splitAddress(last.input, geometry, last.type === 'table' ? 3 : Math.max(last.level, geometry.start));
  }

  #geometry(step: Step & { readonly kind: 'descriptor' }): Geometry | undefined {
    const structure = step.stage === 1 ? 'CD' : 'STE';
    const { node } = this.#found;
    const fetch = this.#steps.slice(node.first - 1, node.last).findLast((s) => s.kind === 'fetch' && s.structure === structure && !s.isAborted);
    if (fetch?.kind !== 'fetch') return undefined;
    return step.stage === 1 ? stage1Geometry(fetch.words, step.input) : stage2Geometry(fetch.words);
  }
}

/** Short titles of what is a sentence otherwise. */
const CHECKS: Readonly<Partial<Record<TraceStep['kind'], string>>> = { permission: 'Permissions', update: 'Hardware update', access: 'Data' };

function placeText(step: Step & { readonly kind: 'fetch' | 'descriptor' }): string {
  return step.ipa === undefined ? hex(step.address) : `${hex(step.address)} (IPA ${hex(step.ipa)})`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function reachOf(entries: readonly WalkEntry[]): Reach {
  if (entries.some(({ reach }) => reach === 'now')) return 'now';
  const isBegun = entries.some(({ reach }) => reach === 'done');
  return !isBegun ? 'ahead' : entries.some(({ reach }) => reach === 'ahead') ? 'now' : 'done';
}

const REACHES: Readonly<Record<Reach, string>> = { done: '', now: 'the present moment', ahead: 'not reached yet' };

/** The same as the picture in words, in the order in which it happened. */
function entryTable(phases: readonly WalkPhase[], at: ReturnType<ViewSource['place']>): Table {
  const rows = phases.flatMap((phase) => phase.entries.map((entry) => ({ phase, entry }))).toSorted((a, b) => a.entry.moment.step - b.entry.moment.step);
  return {
    id: 'steps', title: 'Step by step', columns: columns('Step', 'Part of', 'What', '`Address', '`Value', 'Meaning'), empty: '',
    rows: rows.map(({ phase, entry }): Row => ({
      cells: [
        cell(String(entry.moment.step), { act: { name: 'goTo', value: entry.moment }, sort: entry.moment.step }),
        cell(`${phase.parent === null ? '' : 'nested: '}${phase.title}`, { place: phase.id === 'outcome' ? at : null }),
        cell(entry.index === null ? entry.title : `${entry.title} [0x${entry.index.toString(16)}]`),
        entry.address === null ? cell(entry.where) : addressCell(entry.address), cell(entry.value), cell(entry.meaning),
      ],
      mark: entry.reach === 'now' ? 'present' : entry.tone === 'bad' ? 'warning' : entry.reach === 'ahead' ? 'muted' : null,
      note: REACHES[entry.reach],
    })),
  };
}
