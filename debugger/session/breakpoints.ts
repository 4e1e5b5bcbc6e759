/**
 * Breakpoints: what was asked for, what became of it, and at which moments of a unit each holds, as
 * far as that can be told without conditions. The same moments whichever way time goes.
 */
import { toNumber } from '../../emulator/bits/u64.ts';
import { parseExpression } from '../expression/parser.ts';
import { precedenceSlips, slipText } from '../expression/slips.ts';
import { changesOf } from '../trace/cells.ts';
import { EXCEPTION_FILTERS, filtersOf } from '../trace/exceptions.ts';
import { actorDoubt, nameTest } from '../trace/stepNames.ts';
import { touches } from '../trace/touches.ts';
import type { TraceStep } from '../trace/traceStep.ts';
import type { Action } from '../scenario/program.ts';
import { hasStream } from '../system/names.ts';
import type { System, SystemDevice } from '../system/system.ts';
import { parseHitCondition, type HitTest } from './hitCondition.ts';
import type { Lines } from './lines.ts';
import type { Timeline } from './timeline.ts';
import type { Breakpoint, BreakpointRequest, BreakpointScope, DataTarget } from './types.ts';

type StepTest = (step: TraceStep) => boolean;

/** A breakpoint in use. */
export interface Active {
  readonly id: number;
  readonly request: BreakpointRequest;
  breakpoint: Breakpoint;
  /** How many of its moments lie behind the present one, since it was set. */
  hits: number;
  readonly hitTest: HitTest | undefined;
  /** For scenario lines. */
  readonly line: { readonly file: string; readonly line: number } | undefined;
  /** For everything that a step can be. */
  readonly test: StepTest | undefined;
  /** For changes of state. */
  readonly target: DataTarget | undefined;
}

/** Which breakpoints have a moment at each step of a unit; step n + 1 is right after its end. */
export type Hits = ReadonlyMap<number, readonly Active[]>;

const NO_HITS: Hits = new Map();

/** What breakpoints are set in. */
export interface BreakpointPlace {
  readonly timeline: Timeline;
  readonly lines: Lines;
}

/** The breakpoints of a session. */
export class Breakpoints {
  #place: BreakpointPlace;
  #all: Active[] = [];
  /** Those that steps are asked for, of them those that are no exceptions, those that watch state, those on lines. */
  #stepwise: readonly Active[] = [];
  #ordinary: readonly Active[] = [];
  #watched: readonly Active[] = [];
  #onLines: readonly Active[] = [];
  #lastId = 0;

  constructor(place: BreakpointPlace) {
    this.#place = place;
  }

  /** Moves all breakpoints to another run of the scenario. */
  move(place: BreakpointPlace): void {
    this.#place = place;
    this.#use(this.#all.map((a) => this.#make(a.request, a.id)));
  }

  #use(all: Active[]): void {
    this.#all = all;
    this.#stepwise = all.filter((a) => a.test !== undefined);
    this.#ordinary = this.#stepwise.filter((a) => a.request.kind !== 'exception');
    this.#watched = all.filter((a) => a.target !== undefined);
    this.#onLines = all.filter((a) => a.line !== undefined);
  }

  /** All breakpoints. */
  get all(): readonly Active[] {
    return this.#all;
  }

  /** Whether some breakpoint watches state. */
  get isWatching(): boolean {
    return this.#watched.length > 0;
  }

  /** Whether some breakpoint stands on a line of the scenario. */
  get hasLines(): boolean {
    return this.#onLines.length > 0;
  }

  /** Whether counts of hits matter, so that moments may not be skipped. */
  get isCounting(): boolean {
    return this.#all.some((a) => a.hitTest !== undefined);
  }

  /** Puts breakpoints in place of those of a scope. Those that stay keep their ids and counts. */
  set(scope: BreakpointScope, requests: readonly BreakpointRequest[]): Breakpoint[] {
    const isOld = (a: Active): boolean => a.request.kind === scope.kind && (a.request.kind !== 'line' || scope.file === undefined || a.request.file === scope.file);
    const old = this.#all.filter(isOld);
    const made = requests.map((request) => {
      const text = JSON.stringify(request);
      const at = old.findIndex((a) => JSON.stringify(a.request) === text);
      return at >= 0 ? old.splice(at, 1)[0] ?? this.#make(request, ++this.#lastId) : this.#make(request, ++this.#lastId);
    });
    this.#use([...this.#all.filter((a) => !isOld(a)), ...made]);
    return made.map((a) => a.breakpoint);
  }

  #make(request: BreakpointRequest, id: number): Active {
    const base = { id, request, hits: 0, hitTest: undefined, line: undefined, test: undefined, target: undefined };
    const refused = (message: string): Active => ({ ...base, breakpoint: { id, request, verified: false, message, line: undefined } });
    const hitTest = request.hitCondition === undefined ? undefined : parseHitCondition(request.hitCondition);
    if (typeof hitTest === 'string') return refused(hitTest);
    const wrong = conditionProblem(request.condition);
    if (wrong !== undefined) return refused(wrong);
    const made = this.#resolve(request);
    if (typeof made === 'string') return refused(made);
    const message = made.message ?? conditionAdvice(request.condition);
    return { ...base, hitTest, ...made, breakpoint: { id, request, verified: made.isDoubtful !== true, message, line: made.line?.line ?? made.deviceLine } };
  }

  #resolve(request: BreakpointRequest): Resolved | string {
    switch (request.kind) {
      case 'line': return this.#resolveLine(request.file, request.line);
      case 'function': {
        const { system } = this.#place.timeline;
        const test = nameTest(request.name, system.hypervisor?.name);
        if (typeof test === 'string') return test;
        const doubt = actorDoubt(request.name, actorsOf(system));
        return doubt === undefined ? { test } : { test, message: doubt, isDoubtful: true };
      }
      case 'instruction': return { test: (step) => readsAt(step, request.address) };
      case 'exception': {
        const isKnown = EXCEPTION_FILTERS.some((f) => f.id === request.filter);
        return isKnown ? { test: (step) => filtersOf(step).includes(request.filter) } : `There is no exception filter ${request.filter}; there are ${EXCEPTION_FILTERS.map((f) => f.id).join(', ')}.`;
      }
      case 'data': return this.#resolveData(request);
    }
  }

  #resolveData({ target, access }: BreakpointRequest & { kind: 'data' }): Resolved | string {
    if (target.kind === 'register' && this.#place.timeline.system.machine.smmus[target.smmu] === undefined) return 'There is no such SMMU.';
    const smmu = target.kind === 'register' ? target.smmu : -1;
    const test: StepTest = (step) => touches(step).some((t) => {
      if (access === 'change' || (access === 'read' && t.isWrite) || (access === 'write' && !t.isWrite) || t.kind !== target.kind) return false;
      if (target.kind === 'memory') return t.address < target.address + target.size && t.address + t.size > target.address;
      return target.kind === 'register' && step.smmu === smmu && t.address < (target.offset & 0x3ff) + target.size && t.address + t.size > (target.offset & 0x3ff);
    });
    const isStepwise = access !== 'change' && target.kind !== 'state';
    return { ...(isStepwise ? { test } : {}), ...(access === 'read' ? {} : { target }) };
  }

  #resolveLine(file: string, line: number): Resolved | string {
    const { lines, timeline } = this.#place;
    const legal = lines.legal(file);
    if (legal === undefined) {
      const device = lines.deviceAt(timeline.system.devices, file, line);
      if (device === undefined) return 'No device of this scenario is described on this line.';
      return { test: (step) => isTransactionOf(step, device), message: `Stops where a transaction of ${device.name} starts.`, deviceLine: line };
    }
    const at = legal.find((l) => l >= line);
    return at === undefined ? 'No action stands on this line or below it.' : { line: { file, line: at } };
  }

  /** Lines that a breakpoint can go to, from one line to another. */
  locations(file: string, from: number, to: number): number[] {
    const { lines, timeline } = this.#place;
    const legal = lines.legal(file) ?? lines.deviceLines(timeline.system.devices, file);
    return legal.filter((l) => l >= from && l <= to);
  }

  /** Breakpoints on the line of a unit. */
  atLine(action: Action | undefined): Active[] {
    return action === undefined ? [] : this.#onLines.filter((a) => a.line?.line === action.line && a.line.file === action.at.file);
  }

  /** Whether the steps of a unit that ran must be looked at. */
  needsSteps(unit: number): boolean {
    return this.#stepwiseIn(unit).length > 0;
  }

  #stepwiseIn(unit: number): readonly Active[] {
    return this.#place.timeline.isExceptional(unit) ? this.#stepwise : this.#ordinary;
  }

  /** The moments inside a unit that ran, from its first step to right after its end. */
  inUnit(unit: number): Hits {
    const { timeline } = this.#place;
    const stepwise = this.#stepwiseIn(unit);
    const watched = this.#watched;
    const changes = watched.length === 0 ? [] : changesOf(timeline.system, watched.flatMap((a) => a.target ?? []), timeline.range(unit));
    if (stepwise.length === 0 && changes.length === 0) return NO_HITS;
    const trace = timeline.trace(unit);
    if (trace === undefined) return NO_HITS;
    const hits = new Map<number, Active[]>();
    const add = (step: number, active: Active): void => {
      const there = hits.get(step);
      if (there === undefined) hits.set(step, [active]);
      else if (!there.includes(active)) there.push(active);
    };
    if (stepwise.length > 0) trace.steps.forEach((step, i) => { for (const a of stepwise) if (a.test?.(step) === true) add(i + 1, a); });
    for (const { target, position } of changes) {
      const active = watched[target];
      if (active !== undefined) add(trace.stepAfter(position), active);
    }
    return hits;
  }
}

/** What keeps a condition from ever being computed. */
function conditionProblem(condition: string | undefined): string | undefined {
  if (condition === undefined || condition.trim() === '') return undefined;
  const [first] = parseExpression(condition).problems;
  return first === undefined ? undefined : `The condition \`${condition}\` is no expression: ${first.message}.`;
}

/** What is odd about a condition that can be computed. */
function conditionAdvice(condition: string | undefined): string | undefined {
  const [slip] = condition === undefined ? [] : precedenceSlips(parseExpression(condition).expression);
  return slip === undefined ? undefined : `The condition \`${condition}\`: ${slipText(slip)} Put parentheses where they are meant.`;
}

interface Resolved {
  readonly line?: { readonly file: string; readonly line: number };
  readonly test?: StepTest;
  readonly target?: DataTarget;
  readonly message?: string | undefined;
  readonly deviceLine?: number;
  /** It is set, but hardly ever holds: the message says why. */
  readonly isDoubtful?: boolean;
}

/** Who may be named in steps: hypervisors name their parts after these. */
function actorsOf({ domains, smmus, devices, hypervisor }: System): string[] {
  return [...domains, ...smmus, ...devices].map((one) => one.name).concat(hypervisor?.name ?? []);
}

function isTransactionOf(step: TraceStep, device: SystemDevice): boolean {
  return step.kind === 'transaction' && step.smmu === device.smmu && hasStream(device, step.sid);
}

/** Whether a step carries out, or reads, what lies at an address. */
function readsAt(step: TraceStep, address: number): boolean {
  if (step.kind !== 'command' && step.kind !== 'descriptor' && step.kind !== 'fetch') return false;
  const at = toNumber(step.address);
  const size = step.kind === 'command' ? 16 : step.kind === 'descriptor' ? 8 : Math.max(8, step.words.length * 4);
  return address >= at && address < at + size && (step.kind !== 'fetch' || !step.isCached);
}
