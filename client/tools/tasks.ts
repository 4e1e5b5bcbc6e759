/**
 * The task `vsmmu`: checks the workspace, or the paths that a tasks.json names, with the bundled
 * command, and hands its findings to the Problems panel. Works without anything installed.
 */
import * as vscode from 'vscode';
import { list, object, text } from '../views/shape.ts';
import { program } from './command.ts';

const TYPE = 'vsmmu';
// Two, as the command names files, and none that looks for the file: VS Code ends a matcher a moment after
// the task, and what it has not looked up by then is lost.
const MATCHERS = ['$vsmmu', '$vsmmu-absolute'];
const PATHS = object({ paths: list(text) });
const ARGUMENTS = object({ args: list(text) });

/** Registers the provider of tasks. */
export function registerTasks(context: vscode.ExtensionContext): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    provideTasks: () => vscode.workspace.workspaceFolders?.map((folder) => checkTask(context, { type: TYPE }, folder)) ?? [],
    resolveTask: ({ definition, scope }) => checkTask(context, definition, typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0]),
  });
}

function checkTask(context: vscode.ExtensionContext, definition: vscode.TaskDefinition, folder: vscode.WorkspaceFolder | undefined): vscode.Task {
  const paths = PATHS(definition) ? definition.paths : ['.'];
  const more = ARGUMENTS(definition) ? definition.args : [];
  const { node, script, env } = program(context);
  const execution = new vscode.ProcessExecution(node, [script, 'check', ...more, ...paths], { env: { ...env }, ...(folder === undefined ? {} : { cwd: folder.uri.fsPath }) });
  const task = new vscode.Task(definition, folder ?? vscode.TaskScope.Workspace, vscode.l10n.t('check device trees and guests'), TYPE, execution, MATCHERS);
  task.group = vscode.TaskGroup.Test;
  return task;
}
