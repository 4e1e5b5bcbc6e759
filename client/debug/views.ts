/**
 * The views of the active session. The adapter makes their data; they are loaded anew at every stop,
 * edit and change of session. What the user chose in a view is kept here, and sent with each request.
 */
import * as vscode from 'vscode';
import { PLACE, type Place, TO_WEB, type ToWeb } from '../views/messages.ts';
import type { View, ViewPanels } from '../views/panels.ts';
import { flag, nullable, number, object, text } from '../views/shape.ts';
import { openLine } from '../pages.ts';
import { TYPE } from './configurations.ts';

/** There is one panel of each view; it follows the active session. */
const SUBJECT = 'active session';

/** The views, by the ids of their panels, which the adapter knows them by too. */
const VIEWS: readonly { readonly id: string; readonly command: string; readonly title: () => string }[] = [
  { id: 'walk', command: 'vsmmu.showWalk', title: () => vscode.l10n.t('Walk') },
  { id: 'timeline', command: 'vsmmu.showTimeline', title: () => vscode.l10n.t('Timeline') },
  { id: 'queues', command: 'vsmmu.showQueues', title: () => vscode.l10n.t('Queues') },
  { id: 'pageTables', command: 'vsmmu.showPageTables', title: () => vscode.l10n.t('Page Tables') },
  { id: 'guestHost', command: 'vsmmu.showGuestHost', title: () => vscode.l10n.t('Guest Against Host STE') },
];

const LISTED = 200;
/** Rows of trees of which it is remembered that they were opened or closed. */
const MOST_FOLDS = 400;

const CHOSEN = object({ id: text, value: text });
const FOLDED = object({ id: text, isOpen: flag });
const MOMENT = object({ unit: number, step: number });
const ADDRESS = object({ address: number });
const COMPARED = object({ text });
const WRITER = object({ text, place: nullable(PLACE) });

/** The active session, where it is one of ours. */
function active(): vscode.DebugSession | undefined {
  const session = vscode.debug.activeDebugSession;
  return session?.type === TYPE ? session : undefined;
}

/** Why there is nothing to show. */
function empty(reason: string, advice: string | null): ToWeb {
  return { kind: 'empty', text: reason, advice };
}

async function load(view: string, options: ReadonlyMap<string, string>): Promise<ToWeb> {
  const session = active();
  if (session === undefined) {
    return empty(vscode.l10n.t('No scenario is being debugged.'), vscode.l10n.t('Open a scenario (.smmu) and press F5. "vSMMU: Open Examples" has some to begin with.'));
  }
  try {
    const answer: unknown = await session.customRequest('vsmmu/view', { view, options: Object.fromEntries(options) });
    return TO_WEB(answer) ? answer : empty(vscode.l10n.t('The debugger gave no answer.'), null);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason === 'notStopped') return empty(vscode.l10n.t('The scenario is running.'), vscode.l10n.t('Pause it, or wait for a breakpoint.'));
    return empty(reason, null);
  }
}

/** A text that was made for the session: VS Code shows it by the session and its number. */
const MADE = /^debug:(.*)\?ref=(\d+)$/;

/** Opens a line of a file, or of a text that was made for the session. */
async function openPlace({ uri, line }: Place): Promise<void> {
  const [, name, reference] = MADE.exec(uri) ?? [];
  if (name === undefined) return openLine(uri, line);
  const path = decodeURIComponent(name);
  const source = vscode.debug.asDebugSourceUri({ name: path, path, sourceReference: Number(reference) }, active());
  await openLine(source.toString(), line);
}

/** Goes to a moment. */
async function goTo(value: unknown): Promise<void> {
  if (MOMENT(value)) await active()?.customRequest('vsmmu/goTo', value);
}

/** Opens the line that wrote an address last. */
async function openWriter(value: unknown): Promise<void> {
  if (!ADDRESS(value)) return;
  const answer: unknown = await active()?.customRequest('vsmmu/writer', value);
  if (!WRITER(answer)) return;
  vscode.window.setStatusBarMessage(answer.text, 10_000);
  if (answer.place === null) void vscode.window.showInformationMessage(`vSMMU: ${answer.text}`);
  else await openPlace(answer.place);
}

/** Lets the user choose what to compare the run with, and compares. */
async function compare(): Promise<void> {
  const files = await vscode.workspace.findFiles('**/*.smmu', '**/node_modules/**', LISTED);
  const again = { label: vscode.l10n.t('This scenario, run afresh'), detail: vscode.l10n.t('Shows what edits by hand, or changes of files, have led to.'), asked: {} };
  const previous = { label: vscode.l10n.t('The run before the last restart'), asked: { run: 'previous' } };
  const others = files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((uri) => ({ label: vscode.workspace.asRelativePath(uri), asked: { program: uri.fsPath } }));
  const chosen = await vscode.window.showQuickPick([again, previous, ...others], { title: vscode.l10n.t('Compare the run with'), placeHolder: vscode.l10n.t('A scenario is run beside this one, up to the first difference') });
  if (chosen === undefined) return;
  const answer: unknown = await active()?.customRequest('vsmmu/compare', chosen.asked);
  if (COMPARED(answer)) vscode.window.setStatusBarMessage(answer.text, 10_000);
}

/** What the user chose in a view, kept with the workspace: it is there again when the window was loaded anew. */
class Choices {
  readonly #key: string;
  readonly #store: vscode.Memento;
  readonly options: Map<string, string>;

  constructor(view: string, store: vscode.Memento) {
    this.#key = `views.${view}`;
    this.#store = store;
    const kept: unknown = store.get(this.#key);
    this.options = new Map(Object.entries(typeof kept === 'object' && kept !== null ? kept : {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }

  /** Remembers that a row of a tree was opened or closed: the latest last, the oldest are forgotten. */
  fold(id: string, isOpen: boolean): void {
    const others = (this.options.get('folds') ?? '').split(' ').filter((word) => word !== '' && word.slice(1) !== id);
    this.set('folds', [...others, `${isOpen ? '+' : '-'}${id}`].slice(-MOST_FOLDS).join(' '));
  }

  /** Remembers a choice. Another search begins on its first page, and a page is not remembered. */
  set(id: string, value: string): void {
    if (id !== 'page') this.options.delete('page');
    this.options.set(id, value);
    const kept = [...this.options].filter(([name]) => name !== 'page');
    void this.#store.update(this.#key, Object.fromEntries(kept));
  }
}

/** Registers the views of the debugger, and the commands that open them. */
export function registerDebugViews(panels: ViewPanels, store: vscode.Memento): vscode.Disposable[] {
  const changed = new vscode.EventEmitter<void>();
  for (const { id, title } of VIEWS) panels.register(viewOf({ id, title }, changed, new Choices(id, store)));
  return [
    changed,
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event }) => {
      if (session.type === TYPE && event === 'vsmmu/time') changed.fire();
    }),
    vscode.debug.onDidTerminateDebugSession(({ type }) => {
      if (type === TYPE) changed.fire();
    }),
    vscode.debug.onDidChangeActiveDebugSession(() => changed.fire()),
    ...VIEWS.map(({ id, command }) => vscode.commands.registerCommand(command, () => panels.show(id, SUBJECT, vscode.ViewColumn.Beside))),
  ];
}

function viewOf({ id, title }: { readonly id: string; readonly title: () => string }, changed: vscode.EventEmitter<void>, choices: Choices): View {
  return {
    id, title, load: () => load(id, choices.options), onChanged: changed.event, open: openPlace,
    actions: {
      goTo: (_, value) => goTo(value),
      writer: (_, value) => openWriter(value),
      fold: async (_, value) => {
        if (!FOLDED(value)) return;
        choices.fold(value.id, value.isOpen);
        changed.fire();
      },
      set: async (_, value) => {
        if (!CHOSEN(value)) return;
        if (value.id === 'compare') {
          await compare();
          return changed.fire();
        }
        choices.set(value.id, value.value);
        changed.fire();
      },
    },
  };
}
