/**
 * The connection to the language server, a bundle of its own (`dist/client.js`): the package that speaks
 * the protocol is larger than everything else of the client together. `Server` loads it after the
 * extension is active.
 */
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, TransportKind } from 'vscode-languageclient/node';
import { linkToRule } from './rules.ts';
import { readVirtual, virtualSchemes } from './virtualFiles.ts';

/** What differs between this client and any other. */
export interface ClientParts {
  /** The server's program. */
  readonly module: string;
  readonly languages: readonly string[];
  readonly schemes: readonly string[];
}

/** A client, not started yet. */
export function createClient({ module, languages, schemes }: ClientParts): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: languages.flatMap((language) => [...schemes, ...virtualSchemes()].map((scheme) => ({ scheme, language }))),
    synchronize: { configurationSection: 'vsmmu' },
    initializationOptions: () => ({
      settings: vscode.workspace.getConfiguration('vsmmu'),
      trusted: vscode.workspace.isTrusted,
      readsVirtual: virtualSchemes().length > 0,
    }),
    middleware: {
      handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(linkToRule)),
      provideDiagnostics: async (document, previous, token, next) => {
        const report = await next(document, previous, token);
        if (report !== null && report !== undefined && 'items' in report) report.items.forEach(linkToRule);
        return report;
      },
    },
  };
  const client = new LanguageClient('vsmmu', 'vSMMU Workbench', { module, transport: TransportKind.ipc }, options);
  client.onRequest('vsmmu/readVirtual', readVirtual);
  return client;
}
