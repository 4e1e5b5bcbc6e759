/**
 * The vocabulary of a debug session: moments, commands, stops, frames, breakpoints. Plain data, nothing
 * of any protocol: the adapter translates it, tests compare it.
 */
import type { ExceptionInfo } from '../trace/exceptions.ts';
import type { Runner, RunnerState } from '../run/unit.ts';
import type { Program } from '../scenario/program.ts';
import type { System } from '../system/system.ts';
import type { SourceRange } from '../../model/problem.ts';
import type { ExpressionValue } from '../expression/value.ts';
import type { DataTarget } from '../trace/cells.ts';
import type { TraceStep } from '../trace/traceStep.ts';

export type { DataTarget } from '../trace/cells.ts';
export type { Thread } from '../trace/threads.ts';
export type { ExceptionInfo } from '../trace/exceptions.ts';

/** A place in time. Step 0 is before the unit, step k right after its k-th step. */
export interface Moment {
  readonly unit: number;
  readonly step: number;
}

/** `statement`: a scenario line, inside of it frames. `line`: one phase or level. `instruction`: one step. */
export type Granularity = 'statement' | 'line' | 'instruction';

/** Which way time goes. */
export type Direction = 'forward' | 'backward';

/** What can be asked for. All of them end in exactly one stop. */
export type Command =
  | { readonly kind: 'continue'; readonly direction: Direction; /** Breakpoints in other threads are passed by. */ readonly thread?: number | undefined }
  | {
    readonly kind: 'step'; readonly how: 'in' | 'over' | 'out'; readonly direction: Direction; readonly granularity: Granularity;
    /** Goes on until this thread has made a step. */
    readonly thread?: number | undefined;
  }
  /** To a moment, with breakpoints on the way unless `isJump`. */
  | { readonly kind: 'to'; readonly moment: Moment; readonly isJump?: boolean; readonly reason?: StopReason }
  /** Forward to the next time that a line is about to run. */
  | { readonly kind: 'to line'; readonly file: string; readonly line: number }
  /** Back to the moment right after the last change of something. */
  | { readonly kind: 'to writer'; readonly target: DataTarget };

/** Why the session stands. `end` and `start`: no more time in that direction. */
export type StopReason = 'entry' | 'step' | 'breakpoint' | 'exception' | 'goto' | 'pause' | 'end' | 'start' | 'edit' | 'restart' | 'writer';

/** A stop. */
export interface Stop {
  readonly reason: StopReason;
  readonly moment: Moment;
  /** The thread that made the step of this moment. */
  readonly thread: number;
  /** Ids of the breakpoints that hold here. */
  readonly breakpoints: readonly number[];
  /** For people: one sentence. */
  readonly text: string;
  readonly exception: ExceptionInfo | undefined;
}

/** A stack frame at a moment, innermost first. */
export interface Frame {
  /** Unique within the moment; 0 is the innermost. */
  readonly id: number;
  /** One line for people. */
  readonly name: string;
  /** What it is, for example `stage 1` or `level`. */
  readonly kind: string;
  readonly at: SourceRange | undefined;
  /** First moment of it, and last. */
  readonly first: Moment;
  readonly last: Moment;
  /** Physical address that is read there, where there is one. */
  readonly address: number | undefined;
}

/** Where `step in` could go. */
export interface StepTarget {
  readonly label: string;
  readonly moment: Moment;
}

/** Conditions of any breakpoint. */
export interface BreakpointOptions {
  /** An expression. */
  readonly condition?: string | undefined;
  /** `5`, `>= 5`, `% 5`, ... */
  readonly hitCondition?: string | undefined;
  /** Text to print instead of stopping; `{expression}` is computed. */
  readonly logMessage?: string | undefined;
}

/** A breakpoint as it is asked for. Lines count from 0. */
export type BreakpointRequest = BreakpointOptions & (
  | { readonly kind: 'line'; readonly file: string; readonly line: number }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'data'; readonly target: DataTarget; readonly access: 'read' | 'write' | 'readWrite' | 'change' }
  | { readonly kind: 'instruction'; readonly address: number }
  | { readonly kind: 'exception'; readonly filter: string }
);

/** Which breakpoints a request replaces: all of a kind; for lines all of a file. */
export type BreakpointScope = { readonly kind: BreakpointRequest['kind']; readonly file?: string };

/** A breakpoint as it is. */
export interface Breakpoint {
  readonly id: number;
  readonly request: BreakpointRequest;
  readonly verified: boolean;
  /** Why it is not verified, or what was made of it. */
  readonly message: string | undefined;
  /** Where it went, for lines. */
  readonly line: number | undefined;
}

/** Evaluates text at the present moment; `names` come before all others. */
export interface Evaluator {
  condition(text: string, names: ReadonlyMap<string, ExpressionValue>): boolean | { readonly error: string };
  /** The value as text, or why there is none. */
  text(text: string, names: ReadonlyMap<string, ExpressionValue>): string;
}

/** What a session needs of a scenario, made anew for each restart. */
export interface Boot {
  readonly program: Program;
  readonly system: System;
  readonly runner: Runner;
}

/** Limits; all of them have defaults. */
export interface SessionLimits {
  /** Steps of past units kept in memory. */
  readonly cachedSteps?: number;
  /** Units that can be gone back to, whatever the history holds. */
  readonly units?: number;
  /** Steps of one unit that can be stopped at; what follows counts as one. */
  readonly stepsPerUnit?: number;
}

/** How a session is made. */
export interface SessionOptions {
  /** Builds the scenario from its files; called for each start. */
  readonly boot: () => Boot;
  /** For conditions and log messages; made for each boot. */
  readonly evaluator?: (session: SessionView) => Evaluator;
  /** Told of text for the console, once for each time that it is passed forwards. */
  readonly output?: (text: string, category: 'log' | 'console' | 'problem', moment: Moment) => void;
  readonly limits?: SessionLimits;
  /** Reads a text for line numbers: boards, configs. Scenario texts are known. */
  readonly readText?: (path: string) => string | undefined;
}

/** What evaluators and inspectors see of a session. */
export interface SessionView {
  readonly program: Program;
  readonly system: System;
  readonly moment: Moment;
  /** The step of the present moment; undefined before a unit. */
  readonly step: TraceStep | undefined;
  /** The interpreter before the unit of the present moment: variables, last DMA. */
  readonly state: RunnerState;
}
