/**
 * Everything that happened so far, as units in blocks. Running goes on at the end only; the steps of
 * older units are made again when they are asked for, by running their block once more from where it
 * began and undoing it. Bounded: steps by a cache, units by what the history still holds. Knows nothing
 * of breakpoints.
 */
import type { Ran, Runner, RunnerState, Unit } from '../run/unit.ts';
import { finish, isSteps, type Work } from '../scenario/pace.ts';
import type { Action } from '../scenario/program.ts';
import type { System } from '../system/system.ts';
import { Threads } from '../trace/threads.ts';
import { Block, BLOCK_UNITS } from './block.ts';
import { Collector, type Edit } from './collector.ts';
import { UnitTrace } from './trace.ts';
import type { Boot, Moment, SessionLimits } from './types.ts';

/** Steps of past units kept ready; and while something moves, which passes them by: what lives on is what costs time when garbage is collected. */
const CACHED_STEPS = 2_000;
const PASSING_STEPS = 600;
const STEPS_PER_UNIT = 65_536;
/** Units that can be gone back to, however little each of them changes. */
const UNITS = 2 ** 21;
/** Blocks at least, so that some can be dropped and some stay. */
const LEAST_BLOCKS = 4;

/** What is about to happen, or happened. */
export interface NextUnit {
  readonly action: Action;
  readonly actor: string | undefined;
  readonly iterations: readonly number[];
}

/** The time of one run. */
export class Timeline {
  readonly system: System;
  readonly threads: Threads;
  readonly #runner: Runner;
  readonly #collector: Collector;
  readonly #cachedSteps: number;
  readonly #mostBlocks: number;
  readonly #edits = new Map<number, Edit[]>();
  /** Blocks whose steps are kept: whole ones; of the last one as far as it goes. The least recently used come first. */
  #cache: { readonly block: Block; readonly traces: UnitTrace[] }[] = [];
  /**
   * Whether making steps again may leave the machine where that began. Coming back each time would
   * cost a motion through the past far more than the steps themselves.
   */
  isRoaming = false;
  #blocks: Block[] = [];
  #count = 0;
  #state: RunnerState;
  /** Position after the last unit, and before edits that were made since. */
  #end: number;
  #base: number;

  constructor(boot: Boot, limits: SessionLimits = {}) {
    const { program, system, runner } = boot;
    this.system = system;
    this.#runner = runner;
    this.threads = new Threads(system, program.actions);
    const { history } = system.machine;
    history.recording = true;
    this.#collector = new Collector(history, limits.stepsPerUnit ?? STEPS_PER_UNIT);
    this.#cachedSteps = limits.cachedSteps ?? CACHED_STEPS;
    this.#mostBlocks = Math.max(LEAST_BLOCKS, (limits.units ?? UNITS) / BLOCK_UNITS);
    system.observe(this.#collector);
    this.#state = runner.state;
    this.#end = this.#base = history.position;
  }

  /** How many units ran. */
  get count(): number {
    return this.#count;
  }

  /** The first unit that can still be gone back to. */
  get oldest(): number {
    return this.#blocks.find((b) => b.base >= this.system.machine.history.oldest)?.first ?? this.#count;
  }

  /** What a unit does: one that ran, or the next one; undefined at the end of the scenario. */
  action(unit: number): NextUnit | undefined {
    return unit < this.#count ? this.trace(unit)?.unit : this.#atEnd(() => this.#runner.next);
  }

  /** The line of a unit; costs less than all of `action`. */
  line(unit: number): Action | undefined {
    return unit < this.#count ? this.#blockOf(unit)?.action(unit) : this.action(unit)?.action;
  }

  /** The interpreter before a unit. */
  state(unit: number): RunnerState {
    return (unit < this.#count ? this.trace(unit)?.unit.before : undefined) ?? this.#state;
  }

  #atEnd<T>(ask: () => T): T {
    this.#runner.state = this.#state;
    return ask();
  }

  /** Runs the next unit; false at the end of the scenario. */
  run(): boolean {
    return finish(this.runSteps());
  }

  /** The same in slices. Left in the middle of a unit, that unit has not happened. */
  *runSteps(): Generator<void, boolean> {
    const { history } = this.system.machine;
    history.seek(this.#end);
    const unit = this.#count;
    const block = this.#openBlock();
    this.#runner.state = this.#state;
    const work = this.#execute(unit, false);
    const trace = work !== undefined && isSteps(work) ? yield* work : work;
    if (trace === undefined) {
      if (block.count === 0) this.#drop(block);
      return false;
    }
    this.#state = this.#runner.state;
    this.#end = this.#base = trace.unit.end;
    block.add(trace.unit, trace.steps);
    this.#count++;
    // A block that is no longer in the cache is made again when it is asked for.
    this.#cached(block)?.push(trace);
    return true;
  }

  #openBlock(): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && !last.isFull) return last;
    const block = new Block(this.#count, this.#state, this.#base);
    this.#blocks.push(block);
    this.#keep(block, []);
    if (this.#blocks.length > this.#mostBlocks || (this.#blocks[0]?.base ?? 0) < this.system.machine.history.oldest) this.#forget();
    return block;
  }

  /** Drops the last block. */
  #drop(block: Block): void {
    this.#uncache(block);
    this.#blocks.pop();
  }

  /** Drops blocks that cannot be gone back to; a quarter at once where there are too many. */
  #forget(): void {
    const { oldest } = this.system.machine.history;
    const from = this.#blocks.length > this.#mostBlocks ? Math.ceil(this.#mostBlocks / 4) : this.#blocks.findIndex((b) => b.base >= oldest);
    for (const block of this.#blocks.splice(0, Math.min(from, this.#blocks.length - 1))) this.#uncache(block);
  }

  /** Runs a unit where the machine stands; with the edits before it where `isAgain`. */
  #execute(unit: number, isAgain: boolean): Work<UnitTrace> | undefined {
    const edits = this.#edits.get(unit) ?? [];
    if (isAgain) for (const edit of edits) if (edit.step === 0) edit.apply();
    const before = this.#runner.state;
    this.#collector.begin(edits);
    const work = this.#runner.start();
    if (work !== undefined) return isSteps(work) ? this.#goOn(unit, before, work) : this.#traceOf(unit, before, work);
    this.#collector.end();
    return undefined;
  }

  *#goOn(unit: number, before: RunnerState, work: Generator<void, Ran>): Generator<void, UnitTrace> {
    try {
      return this.#traceOf(unit, before, yield* work);
    } finally {
      this.#collector.end();
    }
  }

  #traceOf(unit: number, before: RunnerState, ran: Ran): UnitTrace {
    const { steps, positions } = this.#collector.end();
    if (ran.outcome.status !== 'ok') {
      steps.push({ kind: 'outcome', outcome: ran.outcome, smmu: -1, position: ran.end });
      positions.push(ran.end);
    }
    const { action, actor, iterations, start, end, outcome } = ran;
    const full: Unit = { index: unit, action, actor, iterations, before, start, end, steps: steps.length, outcome };
    return new UnitTrace(full, { steps, positions }, this.threads);
  }

  #keep(block: Block, traces: UnitTrace[]): void {
    const most = this.isRoaming ? Math.min(this.#cachedSteps, PASSING_STEPS) : this.#cachedSteps;
    let sum = block.steps;
    const others = this.#cache.filter((c) => c.block !== block);
    const from = others.findLastIndex((c) => (sum += c.block.steps) > most);
    this.#cache = [...others.slice(from + 1), { block, traces }];
  }

  #cached(block: Block): UnitTrace[] | undefined {
    return this.#cache.findLast((c) => c.block === block)?.traces;
  }

  #uncache(block: Block): void {
    this.#cache = this.#cache.filter((c) => c.block !== block);
  }

  #blockOf(unit: number): Block | undefined {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#blocks[middle]?.first ?? 0) <= unit) low = middle;
      else high = middle - 1;
    }
    const block = this.#blocks[low];
    return block !== undefined && unit >= block.first && unit < block.first + block.count ? block : undefined;
  }

  /** Whether the steps of a unit that ran are at hand, and need not be made again. */
  isReady(unit: number): boolean {
    const block = this.#blockOf(unit);
    return block !== undefined && this.#cached(block) !== undefined;
  }

  /** A unit that ran, with its steps; undefined where it did not, or is forgotten. */
  trace(unit: number): UnitTrace | undefined {
    const block = this.#blockOf(unit);
    if (block === undefined) return undefined;
    const found = this.#cached(block);
    return found === undefined ? finish(this.traceSteps(unit)) : found[unit - block.first];
  }

  /** The same in slices, where a unit that does much is made again; until it is there, the machine is nobody else's. */
  *traceSteps(unit: number): Generator<void, UnitTrace | undefined> {
    const block = this.#blockOf(unit);
    if (block === undefined) return undefined;
    let traces = this.#cached(block);
    if (traces === undefined) this.#keep(block, traces = yield* this.#derive(block));
    return traces[unit - block.first];
  }

  /** Runs a block again, and undoes it. */
  *#derive(block: Block): Generator<void, UnitTrace[]> {
    const { history } = this.system.machine;
    const here = history.position;
    if (!history.seek(block.base)) return [];
    const { state } = this.#runner;
    this.#runner.state = block.state;
    try {
      return yield* history.speculateSteps(() => this.#again(block));
    } finally {
      this.#runner.state = state;
      if (!this.isRoaming) history.seek(here);
    }
  }

  *#again(block: Block): Generator<void, UnitTrace[]> {
    const traces: UnitTrace[] = [];
    for (let i = 0; i < block.count; i++) {
      const work = this.#execute(block.first + i, true);
      if (work === undefined) break;
      traces.push(isSteps(work) ? yield* work : work);
    }
    return traces;
  }

  /** How many steps a unit has that ran. */
  stepsOf(unit: number): number {
    return this.#blockOf(unit)?.stepsOf(unit) ?? 0;
  }

  /** Whether an exception is among the steps of a unit that ran. */
  isExceptional(unit: number): boolean {
    return this.#blockOf(unit)?.isExceptional(unit) ?? false;
  }

  /** The history positions around a unit that ran. */
  range(unit: number): { readonly from: number; readonly to: number } {
    const block = this.#blockOf(unit);
    return block === undefined ? { from: this.#end, to: this.#end } : { from: block.start(unit), to: block.end(unit) };
  }

  /** The history position of a moment. */
  position(moment: Moment): number {
    if (moment.step <= 0 || moment.unit >= this.#count) return this.range(moment.unit).from;
    return this.trace(moment.unit)?.positions[moment.step - 1] ?? this.range(moment.unit).to;
  }

  /** The first unit that ends after a position: the one that made the change there, unless that was made by hand before it. */
  unitAfter(position: number): number {
    let low = this.oldest;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.range(middle).to > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The first moment that is after a position. */
  momentAfter(position: number): Moment {
    const low = this.unitAfter(position);
    if (low >= this.#count || this.range(low).from > position) return { unit: low, step: 0 };
    const trace = this.trace(low);
    const step = trace?.stepAfter(position) ?? 0;
    return trace === undefined || step > trace.steps.length ? { unit: low + 1, step: 0 } : { unit: low, step };
  }

  /** Changes the machine by hand at a moment: what came later never happened. */
  edit(moment: Moment, apply: () => void): void {
    const { unit, step } = moment;
    const before = unit < this.#count ? this.trace(unit)?.unit.before ?? this.#state : this.#state;
    this.system.machine.history.seek(this.range(unit).from);
    this.#truncate(unit);
    const kept = (this.#edits.get(unit) ?? []).filter((e) => e.step <= step);
    this.#edits.set(unit, [...kept, { step, apply }]);
    this.#state = before;
    if (step === 0) apply();
    this.#end = this.system.machine.history.position;
    if (step > 0) this.run();
  }

  #truncate(unit: number): void {
    for (const edited of this.#edits.keys()) if (edited > unit) this.#edits.delete(edited);
    for (let block = this.#blocks.at(-1); block !== undefined && this.#count > unit; block = this.#blocks.at(-1)) {
      this.#count = Math.max(unit, block.first);
      if (block.first >= unit) {
        this.#base = block.base;
        this.#drop(block);
      } else {
        this.#base = block.end(unit - 1);
        this.#cached(block)?.splice(unit - block.first);
        block.truncate(unit);
      }
    }
  }
}
