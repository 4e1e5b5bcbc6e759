/**
 * What came of the lines that can fail, for the Test Explorer and for the last words of a session. The
 * interpreter runs units again when their steps are asked for, so a line counts once for each round of
 * the loops around it, and the latest run of it holds.
 */
import type { Ran, Runner, RunnerState } from '../run/unit.ts';
import { isSteps, type Work } from '../scenario/pace.ts';
import { isExpectation, lineOutcome, type LineOutcome } from './testRun.ts';

/** Rounds that are told apart; beyond, the last outcomes are not counted. */
const MOST = 100_000;

interface Noted {
  readonly outcome: LineOutcome;
  readonly isExpectation: boolean;
}

/** Outcomes of one run of a scenario. */
export class Outcomes {
  readonly #latest = new Map<string, Noted>();
  /** How many of them are actions that failed. */
  #failed = 0;

  /** Takes note of a unit. */
  note(unit: Ran): void {
    const isExpected = isExpectation(unit.action.verb);
    const isGoodAction = !isExpected && unit.outcome.status === 'ok';
    if (isGoodAction && this.#failed === 0) return;
    const key = `${unit.action.at.file}:${unit.action.line}:${unit.iterations.join('.')}`;
    // An action that went well says nothing, unless it had failed before time was taken back.
    const isKnown = this.#latest.has(key);
    if (isGoodAction) {
      if (this.#latest.delete(key)) this.#failed--;
    } else if (isKnown || this.#latest.size < MOST) {
      if (!isKnown && !isExpected) this.#failed++;
      this.#latest.set(key, { outcome: lineOutcome(unit), isExpectation: isExpected });
    }
  }

  /** The outcomes, in the order in which lines were first reached. */
  get all(): readonly LineOutcome[] {
    return [...this.#latest.values()].map(({ outcome }) => outcome);
  }

  /** One for each line, in the same order: of a line that ran more than once the first that failed, or else the last. */
  get byLine(): readonly LineOutcome[] {
    const lines = new Map<string, LineOutcome>();
    for (const outcome of this.all) {
      const key = `${outcome.path}:${outcome.line}`;
      if ((lines.get(key)?.status ?? 'ok') === 'ok') lines.set(key, outcome);
    }
    return [...lines.values()];
  }

  /** Whether anything failed. */
  get hasFailed(): boolean {
    return this.all.some(({ status }) => status !== 'ok');
  }

  /** The last words. */
  get summary(): string {
    const expectations = [...this.#latest.values()].filter(({ isExpectation: isOne }) => isOne);
    const failures = this.#failed === 0 ? '' : `, and ${this.#failed === 1 ? '1 action' : `${this.#failed} actions`} failed`;
    if (expectations.length === 0) return `The scenario is over; it expects nothing${failures}.`;
    const good = expectations.filter(({ outcome }) => outcome.status === 'ok').length;
    if (good < expectations.length) return `The scenario is over: ${good} of ${expectations.length} expectations hold${failures}.`;
    return `The scenario is over: ${good === 1 ? 'its expectation holds' : `all ${good} expectations hold`}${failures}.`;
  }
}

/** An interpreter whose outcomes are noted. */
export class NotingRunner implements Runner {
  readonly #runner: Runner;
  readonly #outcomes: Outcomes;

  constructor(runner: Runner, outcomes: Outcomes) {
    this.#runner = runner;
    this.#outcomes = outcomes;
  }

  get state(): RunnerState {
    return this.#runner.state;
  }

  set state(state: RunnerState) {
    this.#runner.state = state;
  }

  get next(): Runner['next'] {
    return this.#runner.next;
  }

  get loops(): Runner['loops'] {
    return this.#runner.loops;
  }

  run(): Ran | undefined {
    const unit = this.#runner.run();
    if (unit !== undefined) this.#outcomes.note(unit);
    return unit;
  }

  start(): Work<Ran> | undefined {
    const work = this.#runner.start();
    if (work === undefined) return undefined;
    if (isSteps(work)) return this.#noted(work);
    this.#outcomes.note(work);
    return work;
  }

  *#noted(work: Generator<void, Ran>): Generator<void, Ran> {
    const unit = yield* work;
    this.#outcomes.note(unit);
    return unit;
  }
}
