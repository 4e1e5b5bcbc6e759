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

/** What `dist/dap.js` offers. */
export interface AdapterModule {
  createAdapter(): vscode.DebugAdapter;
  /** The lines of a scenario that can fail, in their order. */
  scenarioTests(path: string, text: string): readonly ScenarioTest[];
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
