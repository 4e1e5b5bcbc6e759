/**
 * Text for the console: what hypervisors print and what the scenario says, each once, when its moment
 * is first passed forwards. Going back prints nothing; another future prints its own.
 */
import { compareMoments } from './moments.ts';
import type { Timeline } from './timeline.ts';
import type { Moment, SessionOptions } from './types.ts';

/** The console of a session. */
export class Output {
  readonly #timeline: Timeline;
  readonly #print: SessionOptions['output'];
  /** Everything before it, and it itself, has been printed. */
  #at: Moment = { unit: 0, step: 0 };

  constructor(timeline: Timeline, print: SessionOptions['output']) {
    this.#timeline = timeline;
    this.#print = print;
  }

  /** Prints a text. */
  print(text: string, category: 'log' | 'console' | 'problem', moment: Moment): void {
    this.#print?.(text, category, moment);
  }

  /** What comes after a moment will be another future. */
  rewind(moment: Moment): void {
    if (compareMoments(moment, this.#at) < 0) this.#at = moment;
  }

  /** Prints what lies between the last moment that was revealed and another one. */
  reveal(moment: Moment): void {
    if (this.#print === undefined || compareMoments(moment, this.#at) <= 0) return;
    for (let { unit, step } = this.#at; unit <= moment.unit; unit++, step = 0) this.#unit(unit, step, unit === moment.unit ? moment.step : undefined);
    this.#at = moment;
  }

  /** Prints of one unit the steps after one up to another; all of them, and what came of it, where it is over. */
  #unit(unit: number, after: number, upTo: number | undefined): void {
    if (unit >= this.#timeline.count) return;
    const trace = this.#timeline.trace(unit);
    const last = upTo ?? trace?.steps.length ?? 0;
    for (let n = after + 1; n <= last; n++) {
      const step = trace?.steps[n - 1];
      if (step?.kind === 'hypervisor' && step.action === 'log') this.print(`${step.actor}: ${step.text}`, 'console', { unit, step: n });
      if (step?.kind === 'outcome') this.print(step.outcome.text, 'problem', { unit, step: n });
    }
    // One that failed has said so as its outcome.
    if (upTo === undefined && trace?.unit.action.verb === 'echo' && trace.unit.outcome.status === 'ok') this.print(trace.unit.outcome.text, 'log', { unit, step: last });
  }
}
