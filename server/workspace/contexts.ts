/**
 * Which board each open file is understood through. A `.dts` is its own; a `.dtsi` takes the board
 * the user chose for it, else one that the settings prefer, else an open one, else the one that it
 * had before, else the nearest one that includes it. It compiles nothing and reads no file itself.
 */
import { isRootFile } from './includeGraph.ts';

/** What is known of the boards a file is compiled in. */
export interface ContextSources {
  /** Whether the last compilation of `root` read `path`. */
  includes(root: string, path: string): boolean;
  /** Boards found by include edges, nearest first; undefined while nobody has looked. */
  found(path: string): readonly string[] | undefined;
  /** Whether a file begins as a board does, with `/dts-v1/`. */
  hasVersionTag(path: string): boolean;
  /** The board that explains a file now, so that closing another file does not change what one means. */
  current(path: string): string | undefined;
  /** Boards in the order in which the user prefers them: settings first, then open ones, latest first. */
  preferred(): readonly string[];
}

/** The board of a file: `undefined` while it is not known yet. A file without a board is its own root, as a fragment. */
export interface Context {
  readonly root: string;
  /** The file is compiled alone because no board includes it: what it refers to may be elsewhere. */
  readonly fragment: boolean;
}

/** The choice of a board for each file. */
export class Contexts {
  private readonly chosen = new Map<string, string>();

  constructor(private readonly sources: ContextSources) {}

  /** Fixes the board of a file; undefined leaves the choice to us again. */
  choose(path: string, root: string | undefined): void {
    if (root === undefined) this.chosen.delete(path);
    else this.chosen.set(path, root);
  }

  /** The board of a file, undefined while it takes a search to know. */
  of(path: string): Context | undefined {
    const root = this.chosen.get(path) ?? (isRootFile(path) ? path : this.known(path));
    if (root !== undefined) return { root, fragment: false };
    return this.sources.found(path) === undefined ? undefined : { root: path, fragment: !this.sources.hasVersionTag(path) };
  }

  private known(path: string): string | undefined {
    const found = this.sources.found(path) ?? [];
    const current = this.sources.current(path);
    const candidates = [...this.chosen.values(), ...this.sources.preferred(), ...(current === undefined ? [] : [current])];
    return candidates.find((root) => this.sources.includes(root, path) || found.includes(root)) ?? found[0];
  }
}
