/**
 * The views of boards and their guests: each is a request to the language server for the file that
 * it was opened from. The file is opened in the background if no editor shows it, so that a restored
 * view has its data too.
 */
import * as vscode from 'vscode';
import type { Server } from '../server.ts';
import { TO_WEB, type ToWeb } from './messages.ts';
import type { View } from './panels.ts';

/** What differs between the views. */
const BOARD_VIEWS: readonly { readonly id: string; readonly request: string; readonly title: (file: string) => string }[] = [
  { id: 'topology', request: 'vsmmu/topology', title: (file) => vscode.l10n.t('Topology of {0}', file) },
  { id: 'streams', request: 'vsmmu/streams', title: (file) => vscode.l10n.t('Streams of {0}', file) },
  { id: 'ownership', request: 'vsmmu/ownership', title: (file) => vscode.l10n.t('Ownership of {0}', file) },
];

/** All views that the language server feeds. */
export function boardViews(server: Server): View[] {
  const changed = new vscode.EventEmitter<void>();
  server.onNotification('vsmmu/modelChanged', () => changed.fire());
  server.onNotification('vsmmu/contextChanged', () => changed.fire());
  return BOARD_VIEWS.map(({ id, request, title }) => ({
    id,
    title: (subject) => title(subject.slice(subject.lastIndexOf('/') + 1)),
    load: (subject) => load(server, request, subject),
    onChanged: changed.event,
  }));
}

async function load(server: Server, request: string, subject: string): Promise<ToWeb> {
  const uri = vscode.Uri.parse(subject);
  const document = await vscode.workspace.openTextDocument(uri);
  const answer: unknown = await server.sendRequest(request, { uri: document.uri.toString() });
  if (TO_WEB(answer)) return answer;
  return { kind: 'empty', text: vscode.l10n.t('The language server gave no answer.'), advice: vscode.l10n.t('Run "vSMMU: Restart Language Server".') };
}
