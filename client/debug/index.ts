/** The debugger's part of the extension: what VS Code asks for, and where it is answered. */
import * as vscode from 'vscode';
import type { Server } from '../server.ts';
import type { ViewPanels } from '../views/panels.ts';
import { AdapterLoader } from './adapter.ts';
import { registerDebugCommands } from './commands.ts';
import { configurationProvider, dynamicConfigurations, TYPE } from './configurations.ts';
import { SetupDiagnostics } from './setup.ts';
import { ScenarioTests } from './tests.ts';
import { TimeStatus } from './time.ts';
import { registerValues } from './values.ts';
import { registerDebugViews } from './views.ts';

/** Registers the debugger. */
export function registerDebugger(context: vscode.ExtensionContext, server: Server, panels: ViewPanels): vscode.Disposable[] {
  const loader = new AdapterLoader(context);
  return [
    vscode.debug.registerDebugConfigurationProvider(TYPE, configurationProvider),
    vscode.debug.registerDebugConfigurationProvider(TYPE, dynamicConfigurations, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, {
      createDebugAdapterDescriptor: () => new vscode.DebugAdapterInlineImplementation(loader.module.createAdapter()),
    }),
    new TimeStatus(),
    new ScenarioTests(loader),
    new SetupDiagnostics(loader),
    ...registerValues(),
    ...registerDebugViews(panels, context.workspaceState),
    ...registerDebugCommands(server),
  ];
}
