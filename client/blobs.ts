/**
 * Opens a device-tree blob (`.dtb`, `.dtbo`) as source that can be read and not edited. The source is a
 * file of a virtual, read-only file system, so that it is restored with its window, follows the blob
 * when that is built anew, and has hovers, hints and views like any board. The language server turns
 * bytes into text.
 */
import * as vscode from 'vscode';
import type { Server } from './server.ts';

/** The scheme of the virtual files: `vsmmu-dtb:/folder/board.dtb.dts` is the source of `/folder/board.dtb`. */
export const BLOB_SCHEME = 'vsmmu-dtb';
const SUFFIX = '.dts';
/** Linux boots no blob larger than 2 MiB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The source of a blob. A blob that is no file on disk is named in the query. */
function sourceOf(blob: vscode.Uri): vscode.Uri {
  const query = blob.scheme === 'file' && blob.authority === '' ? '' : blob.toString();
  return vscode.Uri.from({ scheme: BLOB_SCHEME, path: `${blob.path}${SUFFIX}`, query });
}

function blobOf(source: vscode.Uri): vscode.Uri {
  if (source.query !== '') return vscode.Uri.parse(source.query);
  if (!source.path.endsWith(SUFFIX)) throw vscode.FileSystemError.FileNotFound(source);
  return vscode.Uri.file(source.path.slice(0, -SUFFIX.length));
}

class BlobFiles implements vscode.FileSystemProvider {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  async stat(source: vscode.Uri): Promise<vscode.FileStat> {
    const { ctime, mtime } = await vscode.workspace.fs.stat(blobOf(source));
    const { length } = await this.readFile(source);
    return { type: vscode.FileType.File, ctime, mtime, size: length, permissions: vscode.FilePermission.Readonly };
  }

  async readFile(source: vscode.Uri): Promise<Uint8Array> {
    const blob = blobOf(source);
    const { size } = await vscode.workspace.fs.stat(blob);
    if (size > MAX_BYTES) throw vscode.FileSystemError.Unavailable(vscode.l10n.t('{0} is larger than any device tree that boots.', blob.path));
    const bytes = await vscode.workspace.fs.readFile(blob);
    const name = vscode.workspace.asRelativePath(blob);
    const { text } = await this.#server.sendRequest<{ text: string }>('vsmmu/blobSource', { name, data: Buffer.from(bytes).toString('base64') });
    return new TextEncoder().encode(text);
  }

  watch(source: vscode.Uri): vscode.Disposable {
    const blob = blobOf(source);
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(blob, '..'), blob.path.slice(blob.path.lastIndexOf('/') + 1));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const tell = (type: vscode.FileChangeType) => (): void => this.#changed.fire([{ type, uri: source }]);
    watcher.onDidChange(tell(vscode.FileChangeType.Changed));
    watcher.onDidCreate(tell(vscode.FileChangeType.Changed));
    watcher.onDidDelete(tell(vscode.FileChangeType.Deleted));
    return watcher;
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(folder: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(folder);
  }

  writeFile(file: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(file);
  }

  delete(file: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(file);
  }

  rename(file: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(file);
  }
}

/** What VS Code opens for a blob: it gives way to the source at once. */
const opener: vscode.CustomReadonlyEditorProvider = {
  openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
  async resolveCustomEditor({ uri }, panel) {
    const viewColumn = panel.viewColumn ?? vscode.ViewColumn.Active;
    await vscode.window.showTextDocument(sourceOf(uri), { viewColumn, preview: false });
    panel.dispose();
  },
};

/** Registers the file system and the editor of blobs. */
export function registerBlobs(server: Server): vscode.Disposable[] {
  const why = new vscode.MarkdownString(vscode.l10n.t('This text is read from a blob; it changes when the blob is built anew.'));
  return [
    vscode.workspace.registerFileSystemProvider(BLOB_SCHEME, new BlobFiles(server), { isReadonly: why, isCaseSensitive: true }),
    vscode.window.registerCustomEditorProvider('vsmmu.blob', opener),
  ];
}
