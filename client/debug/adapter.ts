/**
 * Loads the debug adapter into the extension host, but only when the first session or test asks for it:
 * it is a bundle of its own, so that starting the extension costs what it did without a debugger.
 */
import { createRequire } from 'node:module';
import * as vscode from 'vscode';

/** An expectation of a scenario, or another line that can fail. */
export interface ScenarioTest {
  /** From 0. */
  readonly line: number;
  readonly label: string;
}

/** What came of one line of a scenario. */
export interface LineOutcome {
  readonly path: string;
  /** From 0. */
  readonly line: number;
  readonly status: 'ok' | 'failed' | 'error';
  readonly text: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** A run that is under way; ends early when `isCancelled` says so. */
export interface TestRun {
  readonly path: string;
  onLine(outcome: LineOutcome): void;
  isCancelled(): boolean;
}

/** Something wrong with the machine of a scenario. Lines and columns count from 0. */
export interface SetupProblem {
  readonly level: string;
  readonly message: string;
  readonly path: string;
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** A scenario to be looked at, with the texts of the editor that are not saved. */
export interface SetupCheck {
  readonly path: string;
  readonly texts: ReadonlyMap<string, string>;
  isCancelled(): boolean;
}

/** What `dist/dap.js` offers. */
export interface AdapterModule {
  createAdapter(): vscode.DebugAdapter;
  /** The lines of a scenario that can fail, in their order. */
  scenarioTests(path: string, text: string): readonly ScenarioTest[];
  /** What is wrong with the machine of a scenario; undefined where it was cancelled. */
  checkSetup(check: SetupCheck): Promise<readonly SetupProblem[] | undefined>;
  /** Runs a scenario in slices; resolves at its end, to why it could not run or undefined. */
  runScenario(run: TestRun): Promise<string | undefined>;
}

/** The adapter's bundle, loaded on first use. */
export class AdapterLoader {
  readonly #path: string;
  #module: AdapterModule | undefined;

  constructor(context: vscode.ExtensionContext) {
    this.#path = context.asAbsolutePath('dist/dap.js');
  }

  get module(): AdapterModule {
    this.#module ??= createRequire(this.#path)(this.#path) as AdapterModule;
    return this.#module;
  }
}
