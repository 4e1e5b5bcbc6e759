/** Paths with `/`, as `FileHost` has them. Knows nothing of drives or symbolic links. */

/** The folder of a path, without a slash at its end; empty for a file at the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

/** A name as seen from a folder, with `.` and `..` resolved so that one file has one path. */
export function joinPath(folder: string, name: string): string {
  const whole = name.startsWith('/') ? name : `${folder}/${name}`;
  if (!whole.includes('/.') && !whole.includes('//') && !whole.startsWith('./')) return whole;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    const last = parts.at(-1);
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && last !== undefined && last !== '..' && last !== '') parts.pop();
    else if (part !== '..' || last !== '') parts.push(part);
  }
  return parts.join('/');
}
