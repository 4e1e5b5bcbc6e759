/**
 * State that is too large to be kept once for each change: a log of changes under the undo log, and the
 * state that they lead to, computed as far as it is asked for. Going back computes it anew from the
 * start; memory grows with the number of changes, not with their number times the size of the state.
 */
import type { History } from './history.ts';
import { LogTree } from './logTree.ts';

/** How a log becomes a state. */
export interface LogRules<E, S> {
  /** The state before the first entry. */
  readonly start: () => S;
  /** Carries an entry out, in place. */
  readonly apply: (state: S, entry: E) => void;
}

/** A log and the state that it leads to; entries are data that JSON can hold. */
export class ReplayedLog<E, S> {
  readonly #rules: LogRules<E, S>;
  readonly #log: LogTree<E>;
  #state: S;
  /** The list that the state is computed for. */
  #of = 0;

  constructor(history: History, name: string, rules: LogRules<E, S>) {
    this.#rules = rules;
    this.#log = new LogTree(history, name);
    this.#state = rules.start();
  }

  /** The state now; read it, and do not keep it. */
  get state(): S {
    if (this.#of === this.#log.tip) return this.#state;
    const further = this.#log.since(this.#of);
    if (further === undefined) this.#state = this.#rules.start();
    for (const entry of further ?? this.#log.since(0) ?? []) this.#rules.apply(this.#state, entry);
    this.#of = this.#log.tip;
    return this.#state;
  }

  /** Adds a change. */
  push(entry: E): void {
    this.#log.push(entry);
  }
}
