/**
 * Between the editor's URIs and the model's paths. A path is absolute and uses `/`, on Windows
 * after the drive letter. A file of a virtual file system has the path `/@scheme@authority/...`; a
 * document that is no file at all (`untitled:`, the source of a blob) keeps its URI as its path. The editor's own spelling of a URI is kept, because editors compare them as text.
 */

/** Remembers how the editor spells each URI. */
export class Uris {
  private readonly spelled = new Map<string, string>();

  /** The path of a document the editor named. */
  fromEditor(uri: string): string {
    const path = pathOfUri(uri);
    this.spelled.set(path, uri);
    return path;
  }

  /** The URI of a path, as the editor spells it where it has. */
  toEditor(path: string): string {
    return this.spelled.get(path) ?? uriOfPath(path);
  }
}

/** A URI with an authority or a path from the root: scheme, authority, path. */
const HIERARCHICAL = /^([A-Za-z][\w+.-]*):(?:\/\/([^/?#]*))?(\/[^?#]*)$/;
/** Schemes whose documents have no other files beside them. */
const ALONE: ReadonlySet<string> = new Set(['file', 'untitled', 'vsmmu-dtb']);

/** The path of a `file:` URI or of a virtual file; any other URI, or one with a broken escape, is its own path. */
export function pathOfUri(uri: string): string {
  const [, scheme = '', authority = '', rest = ''] = HIERARCHICAL.exec(uri) ?? [];
  try {
    if (scheme !== '' && !ALONE.has(scheme)) return `/@${scheme}@${authority}${decodeURIComponent(rest)}`;
    if (!uri.startsWith('file://')) return uri;
    const path = decodeURIComponent(uri.slice('file://'.length));
    return /^\/[A-Za-z]:/.test(path) ? path[1]?.toLowerCase() + path.slice(2) : path;
  } catch {
    return uri;
  }
}

/** The URI of an absolute path, escaped as VS Code escapes it. */
export function uriOfPath(path: string): string {
  if (!path.startsWith('/') && !/^[A-Za-z]:\//.test(path)) return path;
  const [, scheme, authority = '', rest = ''] = /^\/@([A-Za-z][\w+.-]*)@([^/]*)(\/.*)$/.exec(path) ?? [];
  if (scheme !== undefined) return `${scheme}:${authority === '' ? '' : `//${authority}`}${rest.split('/').map(encodeURIComponent).join('/')}`;
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return `file://${rooted.split('/').map(encodeURIComponent).join('/')}`;
}

/** Whether a path names a file on disk. */
export function isFilePath(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:\//.test(path);
}

/** Whether `path` is `folder` or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  const base = folder.endsWith('/') ? folder.slice(0, -1) : folder;
  return path === base || path.startsWith(`${base}/`);
}
