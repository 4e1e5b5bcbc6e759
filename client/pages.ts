/**
 * Read-only pages that are made, not stored, such as the page of a rule. The server writes them in
 * Markdown; VS Code's own Markdown extension renders it; a link to a line of a file opens it beside
 * the page. No script runs in a page: what needs one is a view (`views/`).
 */
import * as vscode from 'vscode';

/** A link of Markdown to a file, with the line after `#L`. */
const FILE_LINK = /\]\((file:[^)#\s]*)(?:#L(\d+))?\)/g;

const STYLE = `
  body { padding: 0 1.5em 2em; line-height: 1.45; }
  h1 { font-size: 1.5em; font-weight: 600; margin: 0.9em 0 0.7em; }
  h2 { font-size: 1.15em; font-weight: 600; margin: 1.6em 0 0.5em; }
  table { border-collapse: collapse; }
  th { text-align: left; font-weight: 600; }
  th, td { padding: 0.25em 1.2em 0.25em 0; vertical-align: baseline; border-bottom: 1px solid var(--vscode-widget-border, rgba(128, 128, 128, 0.35)); }
  code { font-family: var(--vscode-editor-font-family); font-size: 0.95em; color: inherit; background: none; padding: 0; }
  td code { white-space: nowrap; }
  pre, pre code { font-size: var(--vscode-editor-font-size); }
  pre { padding: 0.8em 1em; overflow-x: auto; border-radius: 4px; background: var(--vscode-textCodeBlock-background); }
  a { color: var(--vscode-textLink-foreground); text-decoration: none; }
  a:hover { text-decoration: underline; }
`;

/** Markdown cannot link to files from a page, but to commands. */
function withCommands(markdown: string): string {
  return markdown.replace(FILE_LINK, (_, uri: string, line: string | undefined) => {
    const query = encodeURIComponent(JSON.stringify([uri, Number(line ?? 1)]));
    return `](command:vsmmu.openLine?${query.replaceAll(')', '%29')})`;
  });
}

/** The group of editors for what a page or a view leads to: where it is open already, else any other than theirs. */
function otherColumn(uri: vscode.Uri): vscode.ViewColumn {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const others = all.filter((group) => group !== activeTabGroup);
  const isOpen = ({ tabs }: vscode.TabGroup): boolean => tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString());
  return (others.find(isOpen) ?? others[0])?.viewColumn ?? vscode.ViewColumn.Beside;
}

/** Opens a file at a line, from 1, in the other group of editors. */
export async function openLine(uri: unknown, line: unknown): Promise<void> {
  if (typeof uri !== 'string' || typeof line !== 'number') return;
  const position = new vscode.Position(Math.max(0, line - 1), 0);
  const selection = new vscode.Range(position, position);
  const target = vscode.Uri.parse(uri);
  await vscode.window.showTextDocument(target, { selection, viewColumn: otherColumn(target) });
}

export class Pages implements vscode.Disposable {
  readonly #panels = new Map<string, vscode.WebviewPanel>();

  /** Shows a page; one of the same title is replaced. */
  async show(title: string, markdown: string): Promise<void> {
    const body = await vscode.commands.executeCommand<string>('markdown.api.render', withCommands(markdown));
    const panel = this.#panels.get(title) ?? this.#open(title);
    panel.webview.html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';">
      <title>${title.replaceAll('<', '&lt;')}</title><style>${STYLE}</style></head><body>${body}</body></html>`;
    panel.reveal();
  }

  #open(title: string): vscode.WebviewPanel {
    const options = { enableCommandUris: ['vsmmu.openLine'], enableFindWidget: true };
    const panel = vscode.window.createWebviewPanel('vsmmu.page', title, vscode.ViewColumn.Active, options);
    panel.onDidDispose(() => this.#panels.delete(title));
    this.#panels.set(title, panel);
    return panel;
  }

  dispose(): void {
    for (const panel of this.#panels.values()) panel.dispose();
  }
}
