/**
 * Scenarios on the connection: open documents, and their problems to the editor. A scenario may have
 * problems in files that it includes, so they are always sent, also to editors that ask.
 */
import type { CheckedScenario } from '../../debugger/scenario/check/check.ts';
import type { Sources } from '../../debugger/scenario/declarations.ts';
import { folderOf, joinPath } from '../../model/devicetree/source/paths.ts';
import type { System } from '../../model/platform/guests/types.ts';
import type { Problem } from '../../model/problem.ts';
import type { ScenarioDocument } from '../features/scenario/document.ts';
import { largeFileNotice } from '../workspace/hints.ts';
import { Scenarios } from '../workspace/scenarios.ts';
import { toDiagnostic } from './convert.ts';
import type { Session } from './session.ts';

const LANGUAGE = 'smmu-scenario';

/** Whether a document is a scenario for the editor. */
export function isScenarioDocument(languageId: string, path: string): boolean {
  return languageId === LANGUAGE || path.endsWith('.smmu');
}

/** The scenarios of one connection. */
export class OpenScenarios {
  private readonly scenarios: Scenarios;
  private readonly documents = new Map<string, ScenarioDocument>();
  /** Closed files that were last sent problems, by the scenario that includes them. */
  private readonly shown = new Map<string, ReadonlySet<string>>();

  constructor(private readonly session: Session) {
    const { files } = session;
    this.scenarios = new Scenarios(session.scheduler, {
      files: {
        readText: (path) => files.readText(path), readBytes: (path) => files.readBytes(path),
        resolve: (from, name) => (/^(?:\/|[A-Za-z]:[\\/])/.test(name) ? name : joinPath(folderOf(from), name)),
      },
      get limits() { return session.settings.limits; },
      system: (sources) => this.system(sources),
      checked: (path, scenario) => this.send(path, scenario),
    });
  }

  isOpen(path: string): boolean {
    return this.scenarios.isOpen(path);
  }

  openDocument(path: string, text: string): void {
    this.session.files.setOpen(path, text);
    this.scenarios.add(path);
    this.scenarios.changed(path);
  }

  changeDocument(path: string, text: string): void {
    this.session.files.setOpen(path, text);
    this.scenarios.changed(path);
  }

  closeDocument(path: string): void {
    const isShown = this.shown.get(path) ?? new Set();
    this.session.files.setClosed(path);
    this.scenarios.remove(path);
    this.documents.delete(path);
    this.shown.delete(path);
    for (const file of [path, ...isShown]) this.clear(file);
    this.scenarios.changed(path);
  }

  /** A board, a guest or another file changed. */
  changed(path: string): void {
    this.scenarios.changed(path);
  }

  /** Files on disk, settings or trust changed. */
  refresh(): void {
    this.scenarios.refresh();
  }

  ready(path: string, milliseconds: number): Promise<void> {
    return this.scenarios.ready(path, milliseconds);
  }

  /** An open scenario as the features see it; undefined for one that is too long for them. */
  document(path: string): ScenarioDocument | undefined {
    const text = this.session.documents.get(path)?.text;
    if (text === undefined || text.length > this.session.editorChars) return undefined;
    const checked = this.scenarios.latest(path);
    const known = this.documents.get(path);
    const document = known?.text === text && known.checked === checked ? known : { path, text, checked };
    this.documents.set(path, document);
    return document;
  }

  /** The problems of an open scenario in one file, at the levels that the user wants. */
  problems(path: string, file = path): Problem[] {
    const { rules } = this.session.settings;
    return (this.scenarios.latest(path)?.problems ?? []).filter((problem) => problem.range.file === file).flatMap((problem) => {
      const level = rules.get(problem.id);
      return level === 'off' ? [] : [level === undefined ? problem : { ...problem, level }];
    });
  }

  private *system(sources: Sources): Generator<void, System | undefined> {
    const { board, project, guests } = sources;
    if (project !== undefined) return yield* this.session.guests.systemOfProject(project.path);
    return board === undefined ? undefined : yield* this.session.guests.systemOfFiles({ board: board.path, configs: guests.map((one) => one.path) });
  }

  private send(path: string, { problems }: CheckedScenario): void {
    const before = this.shown.get(path) ?? new Set<string>();
    const others = new Set(problems.map((one) => one.range.file).filter((file) => file !== path && this.session.documents.get(file) === undefined));
    this.shown.set(path, others);
    for (const file of [path, ...others]) this.sendOne(path, file);
    for (const file of before) if (!others.has(file) && this.session.documents.get(file) === undefined) this.clear(file);
  }

  private sendOne(path: string, file: string): void {
    const { places, host, documents, editorChars, uris } = this.session;
    const document = places.document(file);
    if (document === undefined) return;
    const notice = file === path ? largeFileNotice(path, document.text.length, editorChars) : [];
    const diagnostics = [...notice, ...this.problems(path, file)].map((problem) => toDiagnostic(problem, document, places, host.pages));
    const version = documents.version(file);
    void host.connection.sendDiagnostics({ uri: uris.toEditor(file), diagnostics, ...(version === undefined ? {} : { version }) });
  }

  private clear(file: string): void {
    void this.session.host.connection.sendDiagnostics({ uri: this.session.uris.toEditor(file), diagnostics: [] });
  }
}
