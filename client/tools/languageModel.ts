/**
 * Offers the tools to language models in VS Code (1.95 and newer; older ones have no such thing, and
 * nothing is offered). A tool reads files of the workspace and runs nothing of it. In a workspace that
 * is not trusted it says so instead: the command knows no trust and would follow includes outside.
 */
import { isAbsolute, relative, resolve } from 'node:path';
import * as vscode from 'vscode';
import { runCommand } from './command.ts';
import { type Tool, TOOLS } from './definitions.ts';

/** The part of a newer VS Code's API that is used here; the types are those of the oldest that we run in. */
interface NewerApi {
  readonly lm?: {
    registerTool?(name: string, tool: { invoke(options: { readonly input: unknown }, token: vscode.CancellationToken): Promise<unknown> }): vscode.Disposable;
  };
  readonly LanguageModelToolResult?: new (content: readonly unknown[]) => unknown;
  readonly LanguageModelTextPart?: new (value: string) => unknown;
}

/** Registers every tool, where VS Code has tools. */
export function registerTools(context: vscode.ExtensionContext): vscode.Disposable[] {
  const { lm, LanguageModelToolResult: Result, LanguageModelTextPart: Text } = vscode as unknown as NewerApi;
  const register = lm?.registerTool;
  if (lm === undefined || register === undefined || Result === undefined || Text === undefined) return [];
  return [...TOOLS].map(([name, tool]) => register.call(lm, name, {
    invoke: async ({ input }, token) => new Result([new Text(await answer(context, tool, input, token))]),
  }));
}

async function answer(context: vscode.ExtensionContext, tool: Tool, input: unknown, token: vscode.CancellationToken): Promise<string> {
  if (!vscode.workspace.isTrusted) return 'The workspace is not trusted. The user has to trust it first.';
  const folders = vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath) ?? [];
  const call = tool(input, (path) => insideOf(folders, path));
  if (typeof call === 'string') return call;
  return runCommand(context, call.args, { cwd: folders[0] ?? context.extensionPath, input: call.input, token });
}

/** The absolute path, if it is in one of the folders. */
function insideOf(folders: readonly string[], path: string): string | undefined {
  for (const folder of folders) {
    const absolute = resolve(folder, path);
    const way = relative(folder, absolute);
    if (!way.startsWith('..') && !isAbsolute(way)) return absolute;
  }
  return undefined;
}
