/**
 * What all hypervisor models have in common: a name and a profile, operations that are traced, counted
 * and undone, a console, and the isolation monitor. What a hypervisor does is not here. Operations
 * happen at once and in the order in which they are called; there is no preemption.
 */
import type { Machine } from '../machine/machine.ts';
import type { HypervisorStep, Observer } from '../steps/step.ts';
import type { ComparedStream } from './compare.ts';
import { Costs, type CostName } from './costs.ts';
import { storeWatch, type StoreWatch } from './memoryView.ts';
import { IsolationMonitor, type IsolationPolicy } from './monitor.ts';
import { Box, Journal } from './state.ts';

/** What came of an operation. Failures are outcomes, not exceptions. */
export interface Outcome {
  readonly ok: boolean;
  /** One sentence or an error name such as `-EINVAL`. */
  readonly text: string;
  /** A number that the operation gives, for example an identifier. */
  readonly value?: number;
}

/** An operation that somebody outside may ask for, by name and with plain values. */
export interface Operation<H> {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly string[];
  readonly run: (hypervisor: H, values: OperationValues) => Outcome;
}

/** The values of an operation's parameters by name. */
export type OperationValues = Readonly<Record<string, string | number>>;

/** A hypervisor above a machine. */
export interface Hypervisor {
  readonly name: string;
  /** Which behaviour: the posted code, a corrected one, the architecture. */
  readonly profile: string;
  readonly runtime: Runtime;
  /** Brings everything up to the point where guests, or the host above EL2, can act. Once, first. */
  boot(): Outcome;
  /** What can be asked for. */
  readonly operations: readonly Pick<Operation<never>, 'name' | 'text' | 'parameters'>[];
  /** Carries out an operation; an unknown name or a missing value is an outcome too. */
  perform(name: string, values: OperationValues): Outcome;
  /** The streams that some guest configures by itself, each with the guest's entry and the hardware's. Looking changes and counts nothing. */
  compareStreams(): readonly ComparedStream[];
}

/** Success. */
export function done(text = 'done', value?: number): Outcome {
  return value === undefined ? { ok: true, text } : { ok: true, text, value };
}

/** Failure. */
export function failed(text: string): Outcome {
  return { ok: false, text };
}

/** The operations of a model, and which of their parameters are text; all others are whole numbers from 0. */
export interface OperationTable<H> {
  readonly operations: readonly Operation<H>[];
  readonly texts: ReadonlySet<string>;
}

/** Sizes in bytes and pages that one operation may ask for; each page is work. Other numbers are exact ones. */
const MOST: ReadonlyMap<string, number> = new Map([['size', 2 ** 26], ['pgcount', 2 ** 14]]);

/** An operation by name whose values are all there and make sense, or why it cannot be carried out. */
export function findOperation<H>(table: OperationTable<H>, name: string, values: OperationValues): Operation<H> | Outcome {
  const operation = table.operations.find((o) => o.name === name);
  if (operation === undefined) return failed(`no operation ${name}`);
  for (const parameter of operation.parameters) {
    const value = values[parameter];
    if (value === undefined) return failed(`${name} needs ${parameter}`);
    const most = MOST.get(parameter) ?? Number.MAX_SAFE_INTEGER;
    const isFine = table.texts.has(parameter) || (Number.isSafeInteger(Number(value)) && Number(value) >= 0 && Number(value) <= most && value !== '');
    if (!isFine) return failed(`${name}: ${parameter} must be a whole number from 0 to 0x${most.toString(16)}`);
  }
  return operation;
}

/** A line of the hypervisor's console. */
export interface LogLine {
  readonly actor: string;
  readonly text: string;
}

/** The services that a model is written with. */
export class Runtime {
  readonly machine: Machine;
  readonly costs: Costs;
  readonly monitor: IsolationMonitor;
  readonly #name: string;
  readonly #log: Journal<LogLine>;
  readonly #crash: Box<string>;
  #depth = 0;

  constructor(machine: Machine, name: string, policy: IsolationPolicy) {
    this.machine = machine;
    this.#name = name;
    this.costs = new Costs(machine.history, name);
    this.#log = new Journal(machine.history, `${name}.log`);
    this.#crash = new Box(machine.history, `${name}.crash`, '');
    this.monitor = new IsolationMonitor(machine, policy);
  }

  /** Who is told each step, besides the monitor. Set this, not the machine's own observer. */
  set observer(observer: Observer | null) {
    this.monitor.next = observer;
  }

  /** The observer. */
  get observer(): Observer | null {
    return this.monitor.next;
  }

  /** The console so far. */
  get log(): readonly LogLine[] {
    return this.#log.entries;
  }

  /** Why the hypervisor stopped for good, or undefined while it runs. */
  get crash(): string | undefined {
    return this.#crash.value === '' ? undefined : this.#crash.value;
  }

  /** Runs an operation. The outermost one is a step of the history: `back(1)` undoes it whole. */
  operation(actor: string, text: string, run: () => Outcome): Outcome {
    this.note(actor, 'operation', text);
    this.#depth++;
    const outcome = this.crash === undefined ? run() : failed(`the hypervisor has stopped: ${this.crash}`);
    this.#depth--;
    this.note(actor, 'result', outcome.text);
    if (this.#depth === 0 && this.machine.history.recording) this.machine.history.mark();
    return outcome;
  }

  /** Reports something that happened, and counts it where a counter is named. */
  note(actor: string, action: HypervisorStep['action'], text: string, cost?: CostName): void {
    if (cost !== undefined) this.costs.count(cost);
    const { probe } = this.machine;
    if (probe.isOn && this.observer !== null) probe.step({ kind: 'hypervisor', actor, action, text, depth: this.#depth });
  }

  /** Reports the stores of somebody while there is an observer besides the monitor. */
  stores(actor: string): StoreWatch {
    return storeWatch(this.machine.probe, actor, () => this.observer !== null);
  }

  /** Prints to the console. */
  print(text: string, actor = this.#name): void {
    this.#log.push({ actor, text });
    this.note(actor, 'log', text);
  }

  /** Stops the hypervisor for good: nothing runs any more until the step is undone. */
  stop(text: string): void {
    if (this.crash !== undefined) return;
    this.#crash.value = text;
    this.print(text);
    this.note(this.#name, 'crash', text);
  }
}
