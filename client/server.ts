/**
 * Starts the language server as a process of its own and connects VS Code to it. Knows no message
 * of ours: those are sent by the files that need them.
 */
import * as vscode from 'vscode';
import { LanguageClient, TransportKind, type LanguageClientOptions } from 'vscode-languageclient/node';
import { BLOB_SCHEME } from './blobs.ts';
import { linkToRule } from './rules.ts';

/** Language ids of files that a board explains: device trees under ours and that of other extensions, and Xen guests. */
export const BOARD_LANGUAGES: readonly string[] = ['dts', 'devicetree', 'xl-cfg'];

/** Language ids that we serve: those, and scenarios. */
const LANGUAGES: readonly string[] = [...BOARD_LANGUAGES, 'smmu-scenario'];

/** The server, not started yet. */
export function createServer(context: vscode.ExtensionContext): LanguageClient {
  const module = context.asAbsolutePath('dist/server.js');
  const options: LanguageClientOptions = {
    documentSelector: LANGUAGES.flatMap((language) => ['file', 'untitled', BLOB_SCHEME].map((scheme) => ({ scheme, language }))),
    synchronize: { configurationSection: 'vsmmu' },
    initializationOptions: () => ({
      settings: vscode.workspace.getConfiguration('vsmmu'),
      trusted: vscode.workspace.isTrusted,
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
  return new LanguageClient('vsmmu', 'vSMMU Workbench', { module, transport: TransportKind.ipc }, options);
}
