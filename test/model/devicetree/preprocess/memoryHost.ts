import type { FileHost } from '../../../../model/devicetree/source/files.ts';

/** Files that a test may change while it runs. */
export interface MemoryHost extends FileHost {
  readonly files: Map<string, string>;
}

/** A host over texts by path. */
export function memoryHost(texts: Readonly<Record<string, string>>): MemoryHost {
  const files = new Map(Object.entries(texts));
  return { files, readText: (path) => files.get(path), readBytes: () => undefined };
}
