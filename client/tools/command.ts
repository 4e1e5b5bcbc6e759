/**
 * Runs the bundled `vsmmu` command, with the Node that VS Code itself runs on: nothing has to be
 * installed, and nothing of the workspace is executed.
 */
import { spawn } from 'node:child_process';
import * as vscode from 'vscode';

/** A run that takes longer is given up, in ms. */
const LONGEST_RUN = 60_000;
/** More output than anybody, or any model, reads. */
const MAX_OUTPUT = 100_000;

/** The program, and the environment in which VS Code's own program is a plain Node. */
export function program(context: vscode.ExtensionContext): { readonly node: string; readonly script: string; readonly env: Readonly<Record<string, string>> } {
  return { node: process.execPath, script: context.asAbsolutePath('dist/vsmmu.js'), env: { ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' } };
}

/** Runs it to its end, and answers what it printed. */
export function runCommand(context: vscode.ExtensionContext, args: readonly string[], options: { cwd: string; input: string; token: vscode.CancellationToken }): Promise<string> {
  const { node, script, env } = program(context);
  const child = spawn(node, [script, ...args], { cwd: options.cwd, env: { ...process.env, ...env }, timeout: LONGEST_RUN });
  const cancelled = options.token.onCancellationRequested(() => child.kill());
  let output = '';
  const take = (chunk: Buffer): void => {
    if (output.length < MAX_OUTPUT) output += chunk.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  // A command that reads no input may end before it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      cancelled.dispose();
      resolve(output.length > MAX_OUTPUT ? `${output.slice(0, MAX_OUTPUT)}\n[the rest is left out]` : output);
    });
  });
}
