/**
 * What is wrong with the machine of an open scenario, as diagnostics beside those of the language server,
 * which may not build machines: the adapter's bundle, which the Test Explorer has loaded for the scenario
 * anyway, is asked. Only where the server finds no error, as `vsmmu check` does it, and with the settings
 * that a run has: none.
 */
import * as vscode from 'vscode';
import { linkToRule } from '../rules.ts';
import type { AdapterLoader, SetupProblem } from './adapter.ts';
import { SCENARIO } from './configurations.ts';

const RULE = 'scenario-setup';
/** A person who types pauses so long, in ms. */
const PAUSE = 400;

const SEVERITIES: Readonly<Record<string, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error, warning: vscode.DiagnosticSeverity.Warning, information: vscode.DiagnosticSeverity.Information, hint: vscode.DiagnosticSeverity.Hint,
};

/** The level of the rule in the settings, where they have one: `off` or another. */
function levelOf(document: vscode.TextDocument): string | undefined {
  return vscode.workspace.getConfiguration('vsmmu', document).get<Readonly<Record<string, string>>>('rules')?.[RULE];
}

/** Headers and macros of the settings are no part of a run, so what misses them may not be judged. */
function hasOwnHeaders(document: vscode.TextDocument): boolean {
  const settings = vscode.workspace.getConfiguration('vsmmu', document);
  return (settings.get<readonly string[]>('includeRoots') ?? []).length > 0 || Object.keys(settings.get<object>('defines') ?? {}).length > 0;
}

function codeOf({ code }: vscode.Diagnostic): unknown {
  return typeof code === 'object' ? code.value : code;
}

function hasErrors(document: vscode.TextDocument): boolean {
  return vscode.languages.getDiagnostics(document.uri).some((one) => one.severity === vscode.DiagnosticSeverity.Error && codeOf(one) !== RULE);
}

function diagnosticOf({ message, start, end }: SetupProblem, level: string): vscode.Diagnostic {
  const range = new vscode.Range(start.line, start.character, end.line, end.character);
  const diagnostic = new vscode.Diagnostic(range, message, SEVERITIES[level] ?? vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'vsmmu';
  diagnostic.code = RULE;
  return linkToRule(diagnostic);
}

/** The diagnostics of open scenarios. */
export class SetupDiagnostics implements vscode.Disposable {
  readonly #loader: AdapterLoader;
  readonly #shown = vscode.languages.createDiagnosticCollection('vsmmu-setup');
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** The check of a scenario that is under way or done; another one cancels it. */
  readonly #checks = new Map<string, object>();
  readonly #disposables: vscode.Disposable[] = [this.#shown];

  constructor(loader: AdapterLoader) {
    this.#loader = loader;
    const { workspace, languages } = vscode;
    this.#disposables.push(
      workspace.onDidOpenTextDocument((document) => this.#schedule(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#schedule(document)),
      workspace.onDidSaveTextDocument(() => workspace.textDocuments.forEach((document) => this.#schedule(document))),
      workspace.onDidGrantWorkspaceTrust(() => workspace.textDocuments.forEach((document) => this.#schedule(document))),
      workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)),
      // The server has spoken: with errors of its own there is nothing to add.
      languages.onDidChangeDiagnostics(({ uris }) => {
        for (const document of workspace.textDocuments) if (uris.some((uri) => uri.toString() === document.uri.toString()) && hasErrors(document)) this.#shown.delete(document.uri);
      }),
    );
    workspace.textDocuments.forEach((document) => this.#schedule(document));
  }

  #schedule(document: vscode.TextDocument): void {
    if (document.languageId !== SCENARIO || document.uri.scheme !== 'file' || !vscode.workspace.isTrusted) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(key, setTimeout(() => void this.#check(document), PAUSE));
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const key = document.uri.toString();
    const check = {};
    this.#checks.set(key, check);
    this.#timers.delete(key);
    const level = levelOf(document);
    if (document.isClosed || level === 'off' || hasOwnHeaders(document)) return this.#shown.delete(document.uri);
    const texts = new Map(vscode.workspace.textDocuments.filter(({ uri, isDirty }) => uri.scheme === 'file' && isDirty).map((one) => [one.uri.fsPath, one.getText()]));
    const found = await this.#loader.module.checkSetup({ path: document.uri.fsPath, texts, isCancelled: () => this.#checks.get(key) !== check });
    if (found === undefined || this.#checks.get(key) !== check || hasErrors(document)) return;
    const own = found.filter(({ path }) => vscode.Uri.file(path).toString() === key);
    this.#shown.set(document.uri, own.map((one) => diagnosticOf(one, level ?? one.level)));
  }

  #forget(uri: vscode.Uri): void {
    clearTimeout(this.#timers.get(uri.toString()));
    this.#timers.delete(uri.toString());
    this.#checks.delete(uri.toString());
    this.#shown.delete(uri);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }
}
