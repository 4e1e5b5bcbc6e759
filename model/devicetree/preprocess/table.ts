/**
 * Which macros are defined: a map for now, and a log of every `#define` and `#undef`, so that an
 * edit can go back to a checkpoint and an origin can ask what a name meant further up.
 */
import { HASH_MASK } from './chars.ts';
import type { MacroDefinition } from './define.ts';

/** One `#define` or `#undef`. */
export interface LogEntry {
  readonly name: string;
  /** Undefined for `#undef`. */
  readonly definition: MacroDefinition | undefined;
  readonly index: number;
  /** What the name was before. */
  readonly before: LogEntry | undefined;
}

/** The macros of one compilation. */
export class MacroTable {
  readonly log: LogEntry[];
  /** By hash: 1 where a name with that hash may be a macro. Most names of a board are found not to be one here. */
  readonly filter: Uint8Array;
  private readonly current: Map<string, LogEntry>;

  /** An empty table, or one that starts from what another holds. */
  constructor(from?: { log: LogEntry[]; filter: Uint8Array; current: Map<string, LogEntry> }) {
    this.log = from?.log ?? [];
    this.filter = from?.filter ?? new Uint8Array(HASH_MASK + 1);
    this.current = from?.current ?? new Map();
  }

  /** A table of its own as this one was when the log had `length` entries. */
  clone(length: number): MacroTable {
    const current = new Map(this.current);
    const copy = new MacroTable({ log: [...this.log], filter: this.filter.slice(), current });
    copy.rollBack(length);
    return copy;
  }

  /** What a name is defined as now. */
  get(name: string): MacroDefinition | undefined {
    return this.current.get(name)?.definition;
  }

  /** What a name was defined as when the log had `length` entries. */
  at(name: string, length: number): MacroDefinition | undefined {
    let entry = this.current.get(name);
    while (entry !== undefined && entry.index >= length) entry = entry.before;
    return entry?.definition;
  }

  /** What a name is defined as now or, where it no longer is, was last. */
  ever(name: string): MacroDefinition | undefined {
    const entry = this.current.get(name);
    return entry?.definition ?? entry?.before?.definition;
  }

  /** All definitions in force. */
  *definitions(): Generator<MacroDefinition> {
    for (const { definition } of this.current.values()) if (definition !== undefined) yield definition;
  }

  /** Defines a name. */
  define(definition: MacroDefinition): void {
    this.mark(definition.hash);
    this.push(definition.name, definition);
  }

  /** Undefines a name; one that is not defined stays so. */
  undefine(name: string): void {
    if (this.get(name) !== undefined) this.push(name, undefined);
  }

  /** Forgets all but the first `length` entries of the log. */
  rollBack(length: number): void {
    while (this.log.length > length) {
      const entry = this.log.pop();
      if (entry === undefined) return;
      if (entry.before === undefined) this.current.delete(entry.name);
      else this.current.set(entry.name, entry.before);
    }
  }

  private mark(hash: number): void {
    this.filter[hash] = 1;
  }

  private push(name: string, definition: MacroDefinition | undefined): void {
    const entry = { name, definition, index: this.log.length, before: this.current.get(name) };
    this.log.push(entry);
    this.current.set(name, entry);
  }
}
