/**
 * Reads files of a virtual workspace for the language server, which is a process of its own and sees
 * disks only. Nothing outside the workspace's virtual folders is read.
 */
import * as vscode from 'vscode';
import { list, object, text } from './views/shape.ts';

const REQUEST = object({ uris: list(text) });

/** Larger files are no sources. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What the server is told of one path: a file's bytes in base64, what a folder has, or null. */
type Entry = { readonly data: string } | { readonly entries: readonly { readonly name: string; readonly folder: boolean }[] } | null;

/** The schemes of folders that are on no disk. */
export function virtualSchemes(): string[] {
  return [...new Set(vscode.workspace.workspaceFolders?.map(({ uri }) => uri.scheme).filter((scheme) => scheme !== 'file'))];
}

/** Answers `vsmmu/readVirtual`. */
export async function readVirtual(request: unknown): Promise<{ readonly entries: readonly Entry[] }> {
  const uris = REQUEST(request) ? request.uris : [];
  return { entries: await Promise.all(uris.map((uri) => read(vscode.Uri.parse(uri)))) };
}

async function read(uri: vscode.Uri): Promise<Entry> {
  if (uri.scheme === 'file' || vscode.workspace.getWorkspaceFolder(uri) === undefined) return null;
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) {
      const entries = await vscode.workspace.fs.readDirectory(uri);
      return { entries: entries.map(([name, kind]) => ({ name, folder: (kind & vscode.FileType.Directory) !== 0 })) };
    }
    return size > MAX_BYTES ? null : { data: Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('base64') };
  } catch {
    return null;
  }
}
