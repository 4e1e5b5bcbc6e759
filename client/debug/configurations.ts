/**
 * Launch configurations that nobody had to write: for the scenario in front, for those of the
 * workspace, and what is left out of a written one. Without a word about it, a session stops at the
 * first line where no breakpoint would stop it.
 */
import * as vscode from 'vscode';

/** The language of scenarios, and the type of our sessions. */
export const SCENARIO = 'smmu-scenario';
export const TYPE = 'vsmmu';
const LISTED = 50;

/** A configuration for one scenario. */
export function configurationFor(uri: vscode.Uri, more: object = {}): vscode.DebugConfiguration {
  const name = vscode.workspace.asRelativePath(uri);
  return { type: TYPE, request: 'launch', name: vscode.l10n.t('Debug {0}', name.slice(name.lastIndexOf('/') + 1)), program: uri.fsPath, ...more };
}

/** The scenario in front, if the active editor shows one. */
function activeScenario(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === SCENARIO ? document : undefined;
}

function hasBreakpoints(): boolean {
  return vscode.debug.breakpoints.some((point) => point.enabled
    && (!(point instanceof vscode.SourceBreakpoint) || /\.(smmu|dtsi?|dtso)$/.test(point.location.uri.path)));
}

/** A document that is no file yet travels as text. */
function unsavedText(program: unknown): { scenario?: string } {
  const document = vscode.workspace.textDocuments.find((open) => open.isUntitled && open.uri.fsPath === program);
  return document === undefined ? {} : { scenario: document.getText() };
}

/** Fills in what a configuration leaves open; undefined ends the attempt. */
export const configurationProvider: vscode.DebugConfigurationProvider = {
  resolveDebugConfiguration(_, configuration) {
    if (configuration.type !== undefined && configuration.type !== '') return configuration;
    const document = activeScenario();
    return document === undefined ? undefined : configurationFor(document.uri);
  },
  resolveDebugConfigurationWithSubstitutedVariables(_, configuration) {
    if (typeof configuration['program'] !== 'string') {
      void vscode.window.showErrorMessage(vscode.l10n.t('vSMMU: the launch configuration names no scenario ("program").'));
      return undefined;
    }
    const stopOnEntry = configuration['stopOnEntry'] ?? !hasBreakpoints();
    return { ...configuration, stopOnEntry, ...unsavedText(configuration['program']) };
  },
};

/** The scenarios of the workspace, for "Run and Debug" without `launch.json`. */
export const dynamicConfigurations: vscode.DebugConfigurationProvider = {
  async provideDebugConfigurations() {
    const files = await vscode.workspace.findFiles('**/*.smmu', '**/node_modules/**', LISTED);
    return files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((uri) => configurationFor(uri));
  },
};

/** Starts the scenario that a button or a menu names, or the one in front. */
export async function startScenario(uri: unknown, options: { readonly noDebug: boolean }): Promise<void> {
  const target = uri instanceof vscode.Uri ? uri : activeScenario()?.uri;
  if (target === undefined) throw new Error(vscode.l10n.t('open a scenario (.smmu) first'));
  await vscode.workspace.textDocuments.find((document) => document.uri.toString() === target.toString() && !document.isUntitled)?.save();
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(target), configurationFor(target), options);
}
