/**
 * The interpreter: carries out one line after the other through the table of handlers. Its state is
 * plain immutable data, so that a debugger can go back to any of them; the machine has its undo log.
 */
import type { U64 } from '../../emulator/bits/u64.ts';
import { evaluate, withNames, type Scope } from '../expression/evaluate.ts';
import type { Expression } from '../expression/ast.ts';
import { asNumber, kindName, numberValue, type ExpressionValue } from '../expression/value.ts';
import { inspectScope } from '../inspect/runScope.ts';
import { finish, isSteps, type Work } from '../scenario/pace.ts';
import type { Action, Program } from '../scenario/program.ts';
import type { System } from '../system/system.ts';
import type { Act, Memo } from './act.ts';
import { Arguments, Unusable, unusable } from './arguments.ts';
import { HANDLERS } from './handlers.ts';
import { advance, MOST_IDLE, settle, type Around, type Leaf, type Place, type Settled } from './place.ts';
import { finishStalls } from './stalls.ts';
import type { Ran, Runner, RunnerState, UnitOutcome } from './unit.ts';

/** Actions of a run that sets no limit. */
export const DEFAULT_LIMIT = 1_000_000;

/** With every field that there is: copies that change some cost little, copies that get more of them much. */
const START: Memo = { spent: 0, dma: undefined, last: undefined, read: {}, uninvalidated: undefined, dmaDevice: undefined, dmaSmmu: undefined, waiting: [] };
const STOP_VERBS: ReadonlySet<string> = new Set(['expect.refused', 'expect.crash']);

/** What is known when an action begins. */
interface Begin {
  readonly settled: Settled;
  readonly before: RunnerState;
  /** The position of the history. */
  readonly start: number;
}

/** Where expressions get their names from, in place of what an inspector of the machine gives. */
export type ScopeMaker = (system: System, state: () => RunnerState) => Scope;

/** The interpreter of a program on a system. */
export class ScenarioRunner implements Runner {
  readonly #program: Program;
  readonly #system: System;
  readonly #limit: number;
  readonly #scope: Scope;
  #place: Place = { at: 0 };
  #memo: Memo = START;
  #variables: ReadonlyMap<string, ExpressionValue> = new Map();
  /** The scope with the variables, as long as they are the same. */
  #layer: { readonly of: ReadonlyMap<string, ExpressionValue>; readonly scope: Scope } | undefined;
  #settled: { readonly of: Place; readonly value: Settled | undefined } | undefined;

  constructor(program: Program, system: System, options: { readonly limit: number; readonly scope?: ScopeMaker | undefined }) {
    this.#program = program;
    this.#system = system;
    this.#limit = options.limit;
    this.#scope = (options.scope ?? inspectScope)(system, () => this.state);
  }

  get state(): RunnerState {
    return { frames: [this.#place, this.#memo], variables: this.#variables, last: this.#memo.dma };
  }

  set state(state: RunnerState) {
    const [place, memo] = state.frames as readonly [Place, Memo];
    this.#place = place;
    this.#memo = memo;
    this.#variables = state.variables;
    this.#settled = undefined;
  }

  get next(): Runner['next'] {
    const leaf = this.#leaf?.leaf;
    return leaf === undefined ? undefined : { action: leaf.action, actor: actorName(leaf), iterations: leaf.iterations };
  }

  get loops(): ReadonlyMap<string, number> {
    return this.#leaf?.leaf.loops ?? new Map<string, number>();
  }

  /** The line to be carried out next, blocks entered. */
  get #leaf(): Settled | undefined {
    if (this.#settled?.of !== this.#place) {
      this.#settled = { of: this.#place, value: settle(this.#program.actions, this.#place, { count: (action, around) => this.#count(action, around), idle: { left: MOST_IDLE } }) };
    }
    return this.#settled.value;
  }

  run(): Ran | undefined {
    const work = this.start();
    return work === undefined || !isSteps(work) ? work : finish(work);
  }

  start(): Work<Ran> | undefined {
    const settled = this.#leaf;
    if (settled === undefined) return undefined;
    const begin = { settled, before: this.state, start: this.#system.machine.history.position };
    const work = settled.leaf.problem === undefined ? this.#carryOut(settled.leaf) : error(settled.leaf.problem);
    return isSteps(work) ? this.#goOn(begin, work) : this.#ran(begin, work);
  }

  *#goOn(begin: Begin, work: Generator<void, UnitOutcome>): Generator<void, Ran> {
    return this.#ran(begin, yield* work);
  }

  #ran({ settled: { leaf, place }, before, start }: Begin, outcome: UnitOutcome): Ran {
    const { history } = this.#system.machine;
    // A block that cannot be entered, or a used-up limit, ends the run.
    const isStopped = leaf.problem !== undefined || this.#memo.spent > this.#limit;
    this.#place = isStopped ? { at: this.#program.actions.length } : advance(place);
    return {
      action: leaf.action, actor: actorName(leaf), iterations: leaf.iterations, before, start, end: history.position,
      outcome: this.#judged(outcome, isStopped ? this.#limit : undefined),
    };
  }

  #carryOut(leaf: Leaf): Work<UnitOutcome> {
    const handler = HANDLERS.get(leaf.action.verb);
    if (handler === undefined) return error(`nothing is known of ${leaf.action.verb}`);
    const scope = this.#scopeAt(leaf);
    let spent = this.#memo.spent + 1;
    const act: Act = {
      system: this.#system, domain: leaf.domain, variables: this.#variables, scope, memo: this.#memo,
      args: new Arguments(leaf.action, (expression) => numberOf(expression, scope)),
      spend: (cost) => {
        spent += cost;
      },
    };
    const keep = (outcome: UnitOutcome): UnitOutcome => {
      this.#memo = { ...act.memo, spent };
      this.#variables = act.variables;
      return outcome;
    };
    const work = guarded(() => finishStalls(act, () => handler(act)));
    return isSteps(work) ? carriedOn(work, keep) : keep(work);
  }

  /** A refusal is what it should be only where the next line says so; a used-up limit is no success. */
  #judged(outcome: UnitOutcome, usedUp: number | undefined): UnitOutcome {
    if (usedUp !== undefined && this.#memo.spent > usedUp) {
      return error(`stopped: the scenario used up its limit of ${usedUp} steps; raise it with \`limit steps=N\` if it is meant to be so long`);
    }
    if (outcome.status !== 'failed' || outcome.isRefusal !== true) return outcome;
    const next = this.#leaf?.leaf.action.verb;
    return next !== undefined && STOP_VERBS.has(next) ? { ...outcome, status: 'ok' } : outcome;
  }

  #scopeAt({ loops }: Around): Scope {
    if (this.#layer?.of !== this.#variables) this.#layer = { of: this.#variables, scope: withNames(this.#variables, this.#scope) };
    if (loops.size === 0) return this.#layer.scope;
    return withNames(new Map([...loops].map(([name, round]): [string, ExpressionValue] => [name, numberValue(round)])), this.#layer.scope);
  }

  #count(action: Action, around: Around): number | string {
    const scope = this.#scopeAt(around);
    const counted = guardedValue(() => new Arguments(action, (expression) => numberOf(expression, scope)).number('count'));
    return counted;
  }
}

function actorName({ action, domain }: Leaf): string | undefined {
  const device = action.values.get('device');
  const isDevice = action.verb === 'dma' || action.verb === 'ats' || action.verb === 'page-request';
  return isDevice && device?.kind === 'word' ? device.text : domain;
}

function error(text: string): UnitOutcome {
  return { status: 'error', text };
}

function guarded(run: () => Work<UnitOutcome>): Work<UnitOutcome> {
  const result = guardedValue(run);
  return typeof result === 'string' ? error(result) : result;
}

/** An action that is done in slices, to its end. */
function* carriedOn(work: Generator<void, UnitOutcome>, keep: (outcome: UnitOutcome) => UnitOutcome): Generator<void, UnitOutcome> {
  try {
    return keep(yield* work);
  } catch (problem) {
    if (problem instanceof Unusable) return keep(error(problem.message));
    throw problem;
  }
}

function guardedValue<T>(run: () => T): T | string {
  try {
    return run();
  } catch (problem) {
    if (problem instanceof Unusable) return problem.message;
    throw problem;
  }
}

function numberOf(expression: Expression, scope: Scope): U64 {
  const result = evaluate(expression, scope);
  if (!result.ok) return unusable(result.message);
  return asNumber(result.value) ?? unusable(`${kindName(result.value)} is not a number`);
}

