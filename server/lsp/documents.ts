/**
 * The editor's open documents: text kept up to date by incremental changes, with versions. A
 * change to a document that is not open, or of an older version, is ignored: editors race.
 */
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver/node';
import { RawDocument } from '../features/raw/document.ts';

/** Open documents by path. */
export class OpenDocuments {
  private readonly documents = new Map<string, TextDocument>();
  private readonly parsed = new Map<string, RawDocument>();

  open(path: string, version: number, text: string): void {
    this.documents.set(path, TextDocument.create(path, 'dts', version, text));
    this.parsed.delete(path);
  }

  /** Applies changes and returns the new text; undefined where there is nothing to change. */
  change(path: string, version: number, changes: TextDocumentContentChangeEvent[]): string | undefined {
    const document = this.documents.get(path);
    if (document === undefined) return undefined;
    TextDocument.update(document, changes, version);
    this.parsed.delete(path);
    return document.getText();
  }

  close(path: string): void {
    this.documents.delete(path);
    this.parsed.delete(path);
  }

  /** How many documents are open. */
  get count(): number {
    return this.documents.size;
  }

  version(path: string): number | undefined {
    return this.documents.get(path)?.version;
  }

  /** The document as it is now, with what was read from it so far. */
  get(path: string): RawDocument | undefined {
    const known = this.parsed.get(path);
    const document = this.documents.get(path);
    if (known !== undefined || document === undefined) return known;
    const parsed = new RawDocument(path, document.getText());
    this.parsed.set(path, parsed);
    return parsed;
  }
}
