/**
 * The rules' pages, as the server tells them: a picker over all of them, and a link from each
 * diagnostic's code to its page.
 */
import * as vscode from 'vscode';
import type { Server } from './server.ts';

/** One rule as `vsmmu/rules` answers it. */
interface RulePage {
  readonly id: string;
  readonly title: string;
  readonly level: string;
  readonly markdown: string;
}

const ICON: Readonly<Record<string, string>> = { error: '$(error)', warning: '$(warning)' };

/** Makes the diagnostic's code a link to the rendered page; the server's own link is to its source. */
export function linkToRule(diagnostic: vscode.Diagnostic): vscode.Diagnostic {
  const value = typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code;
  if (typeof value === 'string') {
    const query = encodeURIComponent(JSON.stringify([value]));
    diagnostic.code = { value, target: vscode.Uri.parse(`command:vsmmu.explainRule?${query}`) };
  }
  return diagnostic;
}

/** The page of rule `id`, or of the one that the user picks; undefined where there is none. */
export async function chooseRule(server: Server, id?: unknown): Promise<RulePage | undefined> {
  const { rules } = await server.sendRequest<{ rules: readonly RulePage[] }>('vsmmu/rules', {});
  if (typeof id === 'string') return rules.find((rule) => rule.id === id);
  const items = rules.map((rule) => ({
    label: `${ICON[rule.level] ?? '$(info)'} ${rule.title}`,
    description: rule.id,
    rule,
  }));
  const placeHolder = vscode.l10n.t('Rule to explain');
  const chosen = await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  return chosen?.rule;
}
