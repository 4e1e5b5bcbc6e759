/** What the server tells an editor that it can do. */
import { type ServerCapabilities, TextDocumentSyncKind } from 'vscode-languageserver/node';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../features/semanticTokens.ts';

/** The answer to `initialize`; `pulls` where the editor asks for diagnostics itself. */
export function serverCapabilities(pulls: boolean): ServerCapabilities {
  return {
    positionEncoding: 'utf-16',
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
    hoverProvider: true,
    completionProvider: { triggerCharacters: ['&', '<', '"', '/', '#', ' ', '{', '.', '=', '@'], resolveProvider: false },
    signatureHelpProvider: { triggerCharacters: ['<', ' '], retriggerCharacters: [' ', ','] },
    definitionProvider: true,
    declarationProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    documentSymbolProvider: true,
    workspaceSymbolProvider: true,
    codeActionProvider: { codeActionKinds: ['quickfix', 'refactor.rewrite'] },
    codeLensProvider: { resolveProvider: false },
    documentLinkProvider: { resolveProvider: false },
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: { firstTriggerCharacter: '}', moreTriggerCharacter: [';', '\n'] },
    renameProvider: { prepareProvider: true },
    foldingRangeProvider: true,
    selectionRangeProvider: true,
    inlayHintProvider: { resolveProvider: false },
    semanticTokensProvider: {
      legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
      full: true,
      range: true,
    },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    ...(pulls ? { diagnosticProvider: { identifier: 'vsmmu', interFileDependencies: true, workspaceDiagnostics: false } } : {}),
  };
}
