/**
 * The include roots of each source: those of the settings, then those that its place in a known
 * kind of tree gives. Whether a path exists is asked once and remembered until the settings change.
 */
import { findIncludeRoots } from '../../model/devicetree/roots.ts';
import type { Disk } from './disk.ts';
import { parentFolder } from './includeGraph.ts';

/** Finds include roots. */
export class IncludePaths {
  private configured: readonly string[] = [];
  private readonly byFolder = new Map<string, readonly string[]>();
  private readonly exists = new Map<string, boolean>();

  constructor(private readonly disk: Disk) {}

  configure(roots: readonly string[]): void {
    this.configured = roots;
    this.byFolder.clear();
    this.exists.clear();
  }

  /** The roots for a source, in order of search. */
  rootsFor(path: string): readonly string[] {
    const folder = parentFolder(path);
    const known = this.byFolder.get(folder);
    if (known !== undefined) return known;
    const roots = [...this.configured, ...findIncludeRoots(path, (candidate) => this.isThere(candidate))];
    this.byFolder.set(folder, roots);
    return roots;
  }

  private isThere(path: string): boolean {
    const known = this.exists.get(path);
    if (known !== undefined) return known;
    const there = this.disk.real(path) !== undefined;
    this.exists.set(path, there);
    return there;
  }
}
