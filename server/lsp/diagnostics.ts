/**
 * Problems to the editor: pushed after each analysis to editors that do not ask, handed out to
 * those that do. A problem is shown in the file it stands in; an open file shows what its own
 * board says, a closed one what the first analysed board says.
 */
import {
  type Diagnostic, type DocumentDiagnosticParams, type DocumentDiagnosticReport, DocumentDiagnosticReportKind,
  LSPErrorCodes, ResponseError,
} from 'vscode-languageserver/node';
import type { Compilation } from '../../model/devicetree/compile.ts';
import type { Problem } from '../../model/problem.ts';
import { RawDocument } from '../features/raw/document.ts';
import type { Analysis } from '../workspace/analysis.ts';
import { hintsOf, largeFileNotice } from '../workspace/hints.ts';
import { toDiagnostic } from './convert.ts';
import type { Session } from './session.ts';

/** How long a pull waits for its analysis before the editor is told to ask again. */
const PULL_PATIENCE = 1000;

/** What the editor was last told of the files that a board's analysis spoke of. */
export class Diagnostics {
  /** Closed files with problems, with the board that reported them. */
  private readonly shown = new Map<string, string>();
  private pulls = false;

  constructor(private readonly session: Session) {}

  /** The editor asks by itself: nothing is pushed any more. */
  usePull(): void {
    this.pulls = true;
  }

  /** After an analysis of `root`: shows what it says of every file it speaks for. */
  analysed(root: string, analysis: Analysis): void {
    if (this.pulls) return;
    const { workspace } = this.session;
    const open = new Set(workspace.documents);
    for (const path of open) if (workspace.contextOf(path)?.root === root) this.push(path, analysis);
    for (const path of analysis.problems.keys()) {
      if (!open.has(path) && (this.shown.get(path) ?? root) === root) {
        this.shown.set(path, root);
        this.push(path, analysis);
      }
    }
    for (const [path, by] of this.shown) if (by === root && !analysis.problems.has(path)) this.clear(path);
  }

  /** Before a long analysis is done: what the compiler says of the root file, if that is open and nothing was said of it yet. */
  early({ root, files }: Compilation, problems: ReadonlyMap<string, readonly Problem[]>): void {
    const text = files.get(root)?.text;
    const isNews = !this.pulls && this.session.documents.version(root) !== undefined && this.session.workspace.latest(root) === undefined;
    if (text === undefined || !isNews) return;
    const document = new RawDocument(root, text);
    const found = problems.get(root) ?? [];
    // Without a version, as more is to come for this one.
    this.send(root, found.map((problem) => toDiagnostic(problem, document, this.session.places, this.session.host.pages)), undefined);
  }

  /** The board of an open file changed to one that is analysed already. */
  contextChanged(path: string): void {
    const analysis = this.session.workspace.latest(path);
    if (!this.pulls && analysis !== undefined) this.push(path, analysis);
  }

  /** What systems say of a file has changed: sends it together with its board's problems, where those are pushed. */
  guestsChanged(path: string): boolean {
    const analysis = this.pulls ? undefined : this.session.workspace.latest(path);
    if (analysis !== undefined) this.push(path, analysis);
    return analysis !== undefined;
  }

  /** A document was closed: its problems go, and with it those of files that only its board read. */
  closed(path: string): void {
    if (this.pulls) return;
    this.clear(path);
    for (const [file, by] of this.shown) if (by === path) this.clear(file);
  }

  async pull(params: DocumentDiagnosticParams): Promise<DocumentDiagnosticReport> {
    const { workspace, uris } = this.session;
    const path = uris.fromEditor(params.textDocument.uri);
    const analysis = await workspace.ready(path, PULL_PATIENCE);
    if (this.session.documents.get(path) === undefined) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    if (analysis === undefined || !workspace.isCurrent(path)) {
      throw new ResponseError(LSPErrorCodes.ServerCancelled, 'The board is still being analysed', { retriggerRequest: true });
    }
    const resultId = String(analysis.serial);
    if (params.previousResultId === resultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
    return {
      kind: DocumentDiagnosticReportKind.Full, resultId,
      items: this.diagnostics(path, analysis),
      relatedDocuments: this.related(path, analysis),
    };
  }

  /** Full reports of the closed files that the same board has problems in. */
  private related(path: string, analysis: Analysis): NonNullable<Extract<DocumentDiagnosticReport, { kind: 'full' }>['relatedDocuments']> {
    const related = [...analysis.problems.keys()].filter((file) => file !== path && this.session.documents.get(file) === undefined);
    return Object.fromEntries(related.map((file) => [this.session.uris.toEditor(file), {
      kind: DocumentDiagnosticReportKind.Full, items: this.diagnostics(file, analysis),
    }]));
  }

  private diagnostics(path: string, analysis: Analysis): Diagnostic[] {
    const document = analysis.board.document(path);
    if (document === undefined) return [];
    const places = {
      document: (file: string) => analysis.board.document(file) ?? this.session.places.document(file),
      uri: this.session.places.uri,
    };
    const problems = analysis.problems.get(path) ?? [];
    const isOpen = this.session.documents.get(path) !== undefined;
    const limit = this.session.editorChars;
    const hints = isOpen && document.text.length <= limit ? hintsOf(analysis.compilation, analysis.board, path) : [];
    const notice = isOpen ? largeFileNotice(path, document.text.length, limit) : [];
    const system = this.pulls ? [] : this.session.guests.problems(path);
    return [...notice, ...problems, ...system, ...hints].map((problem) => toDiagnostic(problem, document, places, this.session.host.pages));
  }

  private push(path: string, analysis: Analysis): void {
    const version = this.session.documents.version(path);
    this.send(path, this.diagnostics(path, analysis), version);
  }

  private clear(path: string): void {
    this.shown.delete(path);
    this.send(path, [], undefined);
  }

  private send(path: string, diagnostics: Diagnostic[], version: number | undefined): void {
    const uri = this.session.uris.toEditor(path);
    void this.session.host.connection.sendDiagnostics(version === undefined ? { uri, diagnostics } : { uri, version, diagnostics });
  }
}
