/**
 * One source from its file to its merged tree, for every command that needs one: finds the
 * include roots, and reads each file once however many sources include it. Files are taken not to
 * change while the command runs.
 */
import { type Compilation, compile } from '../model/devicetree/compile.ts';
import { findIncludeRoots } from '../model/devicetree/roots.ts';
import type { FileHost } from '../model/devicetree/source/files.ts';
import type { CommandFiles } from './command.ts';

/** How to compile. */
export interface CompilerOptions {
  readonly includeRoots: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
}

const NO_OPTIONS: CompilerOptions = { includeRoots: [], defines: {} };

/** Texts held at a time, in characters; the headers of a whole kernel tree need a third of it. */
const KEPT_CHARS = 48 * 1024 * 1024;

/** Remembers texts, and what is not there. */
class KeptFiles implements FileHost {
  readonly #texts = new Map<string, string | undefined>();
  #chars = 0;

  constructor(readonly files: CommandFiles) {}

  readText(path: string): string | undefined {
    if (this.#texts.has(path)) return this.#texts.get(path);
    const text = this.files.readText(path);
    this.#chars += text?.length ?? 0;
    if (this.#chars > KEPT_CHARS) {
      this.#texts.clear();
      this.#chars = text?.length ?? 0;
    }
    this.#texts.set(path, text);
    return text;
  }

  readBytes(path: string): Uint8Array | undefined {
    return this.files.readBytes(path);
  }
}

/** Compiles sources one after the other, and keeps what they share. */
export class Compiler {
  readonly #host: KeptFiles;
  readonly #exists = new Map<string, boolean>();

  constructor(readonly options: CompilerOptions, readonly files: CommandFiles) {
    this.#host = new KeptFiles(files);
  }

  /** Compiles a source; `own` are options of this source alone, which go before those of all. */
  compile(path: string, own: CompilerOptions = NO_OPTIONS): Compilation {
    const includeRoots = [...own.includeRoots, ...this.options.includeRoots, ...findIncludeRoots(path, (p) => this.#known(p))];
    return compile(path, this.#host, { includeRoots, defines: { ...this.options.defines, ...own.defines } });
  }

  #known(path: string): boolean {
    const known = this.#exists.get(path) ?? this.files.exists(path);
    this.#exists.set(path, known);
    return known;
  }
}
