/**
 * Carries out an entry update in memory: the planned 64-bit writes, and after each group the sync that
 * makes hardware read the entry again. Who sends the commands is the caller's business.
 */
import { u64 } from '../../bits/u64.ts';
import { loadWords, type MemoryView } from '../memoryView.ts';
import type { EntryKind } from './entryKinds.ts';
import { planEntryUpdate, type EntryPlan } from './entryWriter.ts';

/** An update of one entry in memory. */
export interface EntryInstall {
  readonly kind: EntryKind;
  readonly memory: MemoryView;
  /** Where the entry is. */
  readonly at: number;
  readonly words: Uint32Array;
  /** Invalidates the entry and waits. */
  readonly sync: () => void;
}

/** Updates an entry; undefined where there is no memory. */
export function installEntry(install: EntryInstall): EntryPlan | undefined {
  const { kind, memory, at, words, sync } = install;
  const old = loadWords(memory, at, words.length);
  if (old === undefined) return undefined;
  const plan = planEntryUpdate(kind, old, words);
  for (const { dwords, entry } of plan.groups) {
    for (const d of dwords) memory.store(at + d * 8, u64(entry[d * 2 + 1] ?? 0, entry[d * 2] ?? 0));
    sync();
  }
  return plan;
}
