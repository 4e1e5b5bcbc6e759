/**
 * Scenarios as tests: one item a scenario, one below it for each line that can fail. Running goes
 * through the interpreter alone; debugging starts a session and listens to what it says of each line.
 */
import * as vscode from 'vscode';
import type { AdapterLoader, LineOutcome } from './adapter.ts';
import { configurationFor, SCENARIO, TYPE } from './configurations.ts';

const PATTERN = '**/*.smmu';
const IGNORED = '**/node_modules/**';

/** The scenarios behind a request: those asked for, or all. */
function scenariosOf(request: vscode.TestRunRequest, controller: vscode.TestController): vscode.TestItem[] {
  const chosen = request.include ?? [...controller.items].map(([, item]) => item);
  const excluded = new Set(request.exclude);
  return [...new Set(chosen.map((item) => item.parent ?? item))].filter((item) => !excluded.has(item));
}

/** Passes outcomes of lines on to a run, and settles the scenario at its end. */
class Reporter {
  readonly #run: vscode.TestRun;
  readonly #item: vscode.TestItem;
  readonly #path: string;
  readonly #started = Date.now();
  readonly #seen = new Set<vscode.TestItem>();
  #failure: vscode.TestMessage | undefined;

  constructor(run: vscode.TestRun, item: vscode.TestItem) {
    this.#run = run;
    this.#item = item;
    this.#path = item.uri?.fsPath ?? '';
    run.started(item);
    for (const [, child] of item.children) run.enqueued(child);
  }

  line(outcome: LineOutcome): void {
    const child = outcome.path === this.#path ? this.#item.children.get(String(outcome.line)) : undefined;
    if (outcome.status === 'ok') {
      // A line in a `repeat` fails for good when it fails once.
      if (child !== undefined && !this.#seen.has(child)) this.#run.passed(child);
      return;
    }
    const message = messageOf(outcome);
    this.#failure ??= message;
    this.#run.appendOutput(`${outcome.text}\r\n`, message.location, child ?? this.#item);
    if (child === undefined) return;
    this.#seen.add(child);
    if (outcome.status === 'failed') this.#run.failed(child, message);
    else this.#run.errored(child, message);
  }

  end(problem: string | undefined): void {
    const duration = Date.now() - this.#started;
    if (problem !== undefined) this.#run.errored(this.#item, new vscode.TestMessage(problem), duration);
    else if (this.#failure === undefined) this.#run.passed(this.#item, duration);
    else this.#run.failed(this.#item, this.#failure, duration);
  }

  skip(): void {
    this.#run.skipped(this.#item);
  }
}

function messageOf(outcome: LineOutcome): vscode.TestMessage {
  const { expected, actual, text, path, line } = outcome;
  const message = expected === undefined || actual === undefined ? new vscode.TestMessage(text) : vscode.TestMessage.diff(text, expected, actual);
  message.location = new vscode.Location(vscode.Uri.file(path), new vscode.Position(line, 0));
  return message;
}

/** The Test Explorer's part for scenarios. */
export class ScenarioTests implements vscode.Disposable {
  readonly #controller = vscode.tests.createTestController('vsmmu.scenarios', vscode.l10n.t('SMMU Scenarios'));
  readonly #loader: AdapterLoader;
  readonly #disposables: vscode.Disposable[] = [this.#controller];

  constructor(loader: AdapterLoader) {
    this.#loader = loader;
    this.#controller.resolveHandler = (item) => (item === undefined ? this.#discover() : this.#resolve(item));
    this.#controller.refreshHandler = () => this.#discover();
    this.#controller.createRunProfile(vscode.l10n.t('Run'), vscode.TestRunProfileKind.Run, (request, token) => this.#runAll(request, token), true);
    this.#controller.createRunProfile(vscode.l10n.t('Debug'), vscode.TestRunProfileKind.Debug, (request, token) => this.#debugAll(request, token), true);
    const watcher = vscode.workspace.createFileSystemWatcher(PATTERN);
    watcher.onDidCreate((uri) => void this.#resolve(this.#add(uri)));
    watcher.onDidDelete((uri) => this.#controller.items.delete(uri.toString()));
    watcher.onDidChange((uri) => void this.#refresh(uri));
    this.#disposables.push(watcher, vscode.workspace.onDidOpenTextDocument((document) => {
      if (document.languageId === SCENARIO && document.uri.scheme === 'file') void this.#resolve(this.#add(document.uri));
    }));
    for (const document of vscode.workspace.textDocuments) {
      if (document.languageId === SCENARIO && document.uri.scheme === 'file') void this.#resolve(this.#add(document.uri));
    }
  }

  #add(uri: vscode.Uri): vscode.TestItem {
    const id = uri.toString();
    const known = this.#controller.items.get(id);
    if (known !== undefined) return known;
    const item = this.#controller.createTestItem(id, vscode.workspace.asRelativePath(uri), uri);
    item.canResolveChildren = true;
    this.#controller.items.add(item);
    return item;
  }

  async #discover(): Promise<void> {
    const files = await vscode.workspace.findFiles(PATTERN, IGNORED);
    const found = new Set(files.map((uri) => uri.toString()));
    for (const [id] of this.#controller.items) if (!found.has(id)) this.#controller.items.delete(id);
    await Promise.all(files.map((uri) => this.#resolve(this.#add(uri))));
  }

  async #refresh(uri: vscode.Uri): Promise<void> {
    const item = this.#controller.items.get(uri.toString());
    if (item !== undefined) await this.#resolve(item);
  }

  async #resolve(item: vscode.TestItem): Promise<void> {
    const { uri } = item;
    if (uri === undefined || item.parent !== undefined) return;
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    item.children.replace(this.#loader.module.scenarioTests(uri.fsPath, text).map(({ line, label }) => {
      const child = this.#controller.createTestItem(String(line), label, uri);
      child.range = new vscode.Range(line, 0, line, 0);
      child.sortText = String(line).padStart(6, '0');
      return child;
    }));
  }

  async #runAll(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.#controller.createTestRun(request);
    for (const item of scenariosOf(request, this.#controller)) {
      const reporter = new Reporter(run, item);
      if (token.isCancellationRequested || item.uri === undefined) reporter.skip();
      else reporter.end(await this.#loader.module.runScenario({
        path: item.uri.fsPath, onLine: (outcome) => reporter.line(outcome), isCancelled: () => token.isCancellationRequested,
      }));
    }
    run.end();
  }

  async #debugAll(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.#controller.createTestRun(request);
    for (const item of scenariosOf(request, this.#controller)) {
      const reporter = new Reporter(run, item);
      if (token.isCancellationRequested || item.uri === undefined) reporter.skip();
      else reporter.end(await debug(item.uri, reporter, token));
    }
    run.end();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

/** Debugs a scenario to the end of its session; the answer is why it did not start, or undefined. */
async function debug(uri: vscode.Uri, reporter: Reporter, token: vscode.CancellationToken): Promise<string | undefined> {
  const disposables: vscode.Disposable[] = [];
  const isOurs = (session: vscode.DebugSession): boolean => session.type === TYPE && session.configuration['program'] === uri.fsPath;
  const ended = new Promise<void>((resolve) => {
    disposables.push(vscode.debug.onDidTerminateDebugSession((session) => (isOurs(session) ? resolve() : undefined)));
  });
  disposables.push(
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (isOurs(session) && event === 'vsmmu/line') reporter.line(body as LineOutcome);
    }),
    token.onCancellationRequested(() => void vscode.debug.stopDebugging()),
  );
  const isStarted = await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(uri), configurationFor(uri, { stopOnEntry: false }));
  if (isStarted) await ended;
  for (const disposable of disposables) disposable.dispose();
  return isStarted ? undefined : vscode.l10n.t('The session did not start.');
}
