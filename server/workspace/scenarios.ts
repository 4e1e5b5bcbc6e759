/**
 * The open scenarios: each is read and checked in slices, first by itself, so that the first word is
 * quick, and then on its board. Whenever a file changes that took part, it is checked anew. Knows
 * nothing of LSP; boards and files come through the host.
 */
import { type CheckedScenario, checkSteps } from '../../debugger/scenario/check/check.ts';
import { type Sources, sourcesOfSteps } from '../../debugger/scenario/declarations.ts';
import type { ScenarioLimits } from '../../debugger/scenario/limits.ts';
import { boardNames, NO_BOARD } from '../../debugger/scenario/machine.ts';
import type { ScenarioFiles } from '../../debugger/scenario/program.ts';
import { readScenarioSteps } from '../../debugger/scenario/read.ts';
import type { System } from '../../model/platform/guests/types.ts';
import type { Scheduler } from './scheduler.ts';

/** What scenarios need from the server. */
export interface ScenarioHost {
  readonly files: ScenarioFiles;
  readonly limits: Partial<ScenarioLimits>;
  /** The system that a scenario names, in slices; undefined where there is none. */
  system(sources: Sources): Generator<void, System | undefined>;
  /** A scenario has been checked. */
  checked(path: string, scenario: CheckedScenario): void;
}

/** The open scenarios of a workspace. */
export class Scenarios {
  /** The last check of each; undefined before the first. */
  private readonly open = new Map<string, CheckedScenario | undefined>();
  /** The files that took part in the last check. */
  private readonly parts = new Map<string, ReadonlySet<string>>();

  constructor(private readonly scheduler: Scheduler, private readonly host: ScenarioHost) {}

  isOpen(path: string): boolean {
    return this.open.has(path);
  }

  /** The last check of an open scenario, as it is. */
  latest(path: string): CheckedScenario | undefined {
    return this.open.get(path);
  }

  /** A scenario was opened. */
  add(path: string): void {
    this.open.set(path, undefined);
    this.start(path);
  }

  /** A scenario was closed. */
  remove(path: string): void {
    this.open.delete(path);
    this.parts.delete(path);
    this.scheduler.cancel(keyOf(path));
  }

  /** A file changed: what it is part of is checked anew. */
  changed(path: string): void {
    for (const scenario of this.open.keys()) if (scenario === path || this.parts.get(scenario)?.has(path) === true) this.start(scenario, scenario !== path);
  }

  /** Files, settings or trust changed. */
  refresh(): void {
    for (const path of this.open.keys()) this.start(path, true);
  }

  /** Waits until a scenario is checked, at most `milliseconds`. */
  async ready(path: string, milliseconds: number): Promise<void> {
    await this.scheduler.settled(keyOf(path), milliseconds);
  }

  /** What follows from other files comes behind their own analysis, and takes its result. */
  private start(path: string, background = false): void {
    this.scheduler.start({ key: keyOf(path), background, run: () => this.check(path) });
  }

  private *check(path: string): Generator<void, void> {
    const { files, limits } = this.host;
    const before = this.open.get(path);
    const reading = yield* readScenarioSteps(path, files, { limits, previous: before?.reading });
    const sources = yield* sourcesOfSteps(reading, (from, name) => files.resolve(from, name));
    const named = [sources.board, sources.project, sources.image, ...sources.guests].flatMap((one) => (one === undefined ? [] : [one.path]));
    const known = new Set([...reading.files.keys(), ...reading.inclusions.map((one) => one.path), ...named]);
    this.parts.set(path, known);
    if (before === undefined) this.take(path, yield* checkSteps(reading, NO_BOARD, { files, limits }));
    const system = yield* this.host.system(sources);
    this.parts.set(path, new Set([...known, ...(system === undefined ? [] : filesOf(system))]));
    this.take(path, yield* checkSteps(reading, system === undefined ? NO_BOARD : boardNames(system), { files, limits }));
  }

  private take(path: string, scenario: CheckedScenario): void {
    if (!this.open.has(path)) return;
    this.open.set(path, scenario);
    this.host.checked(path, scenario);
  }
}

/** Every file that a system was read from. */
function filesOf({ host, domains }: System): string[] {
  return [...(host === undefined ? [] : [host.path, ...host.text.files.keys()]), ...domains.flatMap(({ config }) => (config === undefined ? [] : [config.syntax.path]))];
}

function keyOf(path: string): string {
  return `scenario ${path}`;
}
