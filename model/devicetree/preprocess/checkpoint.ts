/**
 * Checkpoints of a run, and how a later run resumes at one: after an edit, everything that was
 * preprocessed before the first changed character stays as it is. A checkpoint holds lengths of
 * tables that only grow, and a copy of the stack of files; it is good as long as every character
 * looked at before it is unchanged and every file looked for is still there, or still missing.
 */
import type { CompileOptions, FileHost, SourceFile } from '../source/files.ts';
import type { Inclusion } from '../source/origin.ts';
import { Output } from './output.ts';
import { scanFile } from './scan.ts';
import { readSource } from './sources.ts';
import { type Frame, State } from './state.ts';

/** Where a run may be resumed. */
export interface Checkpoint {
  readonly frames: readonly Frame[];
  readonly output: number;
  readonly segments: number;
  readonly log: number;
  readonly inclusions: number;
  readonly problems: number;
  readonly inactive: number;
  readonly counter: number;
  readonly once: number;
  readonly files: number;
  readonly missing: number;
}

/** Notes that a run may be resumed here: between two tokens or directives of the innermost file. */
export function addCheckpoint(state: State): void {
  state.checkpoints.push({
    frames: state.frames.map(copyFrame),
    output: state.output.length,
    segments: state.output.segmentCount,
    log: state.table.log.length,
    inclusions: state.inclusions.length,
    problems: state.problems.length,
    inactive: state.inactive.length,
    counter: state.counter,
    once: state.once.size,
    files: state.sources.files.size,
    missing: state.sources.missing.size,
  });
}

function copyFrame(frame: Frame): Frame {
  return { ...frame };
}

/** What became of the files of an earlier run. */
interface Changes {
  /** The new version of each changed file, and how much of its cooked text is as it was. */
  readonly changed: ReadonlyMap<SourceFile, { file: SourceFile; prefix: number }>;
  /** Of the files read, in their order, the first that is gone. */
  readonly gone: number;
  /** Of the files missed, in their order, the first that exists now. */
  readonly found: number;
}

function changesSince(before: State, host: FileHost): Changes {
  const changed = new Map<SourceFile, { file: SourceFile; prefix: number }>();
  let gone = Infinity;
  let index = 0;
  for (const [path, file] of before.sources.files) {
    const now = readSource(host, path);
    if (now === undefined) gone = Math.min(gone, index);
    else if (now !== file) changed.set(file, { file: now, prefix: commonPrefix(file, now) });
    index++;
  }
  const found = [...before.sources.missing].findIndex((path) => host.readText(path) !== undefined);
  return { changed, gone, found: found < 0 ? Infinity : found };
}

/** How many characters of the cooked text two versions have in common, with the same offsets in the file. */
function commonPrefix(before: SourceFile, after: SourceFile): number {
  const { cooked } = scanFile(before);
  const raw = cooked.cooked(equalPrefix(before.text, after.text));
  return Math.min(raw, equalPrefix(cooked.text, scanFile(after).text));
}

const CHUNK = 1024;

/** The number of characters that two texts begin with alike. */
export function equalPrefix(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  // Whole chunks are compared by the engine, much faster than character by character.
  while (at + CHUNK <= end && a.slice(at, at + CHUNK) === b.slice(at, at + CHUNK)) at += CHUNK;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

/** The number of characters that two texts end with alike, `limit` at most. */
export function equalSuffix(a: string, b: string, limit: number): number {
  let count = 0;
  const [m, n] = [a.length, b.length];
  while (count + CHUNK <= limit && a.slice(m - count - CHUNK, m - count) === b.slice(n - count - CHUNK, n - count)) count += CHUNK;
  while (count < limit && a.charCodeAt(m - count - 1) === b.charCodeAt(n - count - 1)) count++;
  return count;
}

function isGood(checkpoint: Checkpoint, before: State, changes: Changes): boolean {
  if (checkpoint.files > changes.gone || checkpoint.missing > changes.found) return false;
  for (const [file, { prefix }] of changes.changed) {
    let open = 0;
    for (const frame of checkpoint.frames) {
      if (frame.scan.file !== file) continue;
      open++;
      if (Math.max(frame.pos, frame.peek) > prefix) return false;
    }
    // A file that was read to its end before the checkpoint must not have changed at all.
    for (let i = 0; i < checkpoint.inclusions; i++) if (before.inclusions[i]?.file === file) open--;
    if (open < 0) return false;
  }
  return true;
}

/** How a run begins. */
export type Resumption =
  | { readonly kind: 'same' }
  | { readonly kind: 'resume'; readonly state: State; readonly kept: number }
  | { readonly kind: 'anew' };

/** After so many runs in a row a fresh one lets go of old versions of files that definitions hold on to. */
const MAX_RESUMED = 200;

/** Finds out what of an earlier run of the same root still holds. */
export function resume(before: State, text: string, host: FileHost, options: CompileOptions): Resumption {
  if (before.stopped || before.resumed >= MAX_RESUMED || !sameOptions(before.options, options)) return { kind: 'anew' };
  const changes = changesSince(before, host);
  if (changes.changed.size === 0 && changes.gone === Infinity && changes.found === Infinity) return { kind: 'same' };
  const index = before.checkpoints.findLastIndex((each, i) => i < before.usableCheckpoints && isGood(each, before, changes));
  const checkpoint = before.checkpoints[index];
  if (checkpoint === undefined) return { kind: 'anew' };
  const state = new State(host, options);
  state.resumed = before.resumed + 1;
  state.checkpoints.push(...before.checkpoints.slice(0, index + 1).map((each) => withNewFiles(each, changes)));
  restoreFiles(state, before, { checkpoint, changes });
  restoreTables(state, before, checkpoint);
  state.output = new Output(text.slice(0, checkpoint.output), before.output.segments.slice(), checkpoint.segments);
  state.frames.push(...withNewFiles(checkpoint, changes).frames.map(copyFrame));
  return { kind: 'resume', state, kept: checkpoint.output };
}

function sameOptions(a: CompileOptions, b: CompileOptions): boolean {
  return a === b || JSON.stringify([a.includeRoots, a.defines, a.limits]) === JSON.stringify([b.includeRoots, b.defines, b.limits]);
}

function withNewFiles(checkpoint: Checkpoint, { changed }: Changes): Checkpoint {
  if (!checkpoint.frames.some((frame) => changed.has(frame.scan.file))) return checkpoint;
  const frames = checkpoint.frames.map((frame) => {
    const now = changed.get(frame.scan.file);
    return now === undefined ? frame : { ...frame, scan: scanFile(now.file) };
  });
  return { ...checkpoint, frames };
}

function restoreFiles(state: State, before: State, from: { checkpoint: Checkpoint; changes: Changes }): void {
  const { checkpoint } = from;
  const { changed } = from.changes;
  for (const [path, file] of [...before.sources.files].slice(0, checkpoint.files)) {
    state.sources.files.set(path, changed.get(file)?.file ?? file);
  }
  for (const path of [...before.sources.missing].slice(0, checkpoint.missing)) state.sources.missing.add(path);
  const renewed = new Map<Inclusion, Inclusion>();
  for (const inclusion of before.inclusions.slice(0, checkpoint.inclusions)) {
    const file = changed.get(inclusion.file)?.file ?? inclusion.file;
    const parent = inclusion.parent === undefined ? undefined : (renewed.get(inclusion.parent) ?? inclusion.parent);
    const same = file === inclusion.file && parent === inclusion.parent;
    const now = same ? inclusion : { file, parent, directive: inclusion.directive };
    if (!same) renewed.set(inclusion, now);
    state.inclusions.push(now);
  }
}

function restoreTables(state: State, before: State, checkpoint: Checkpoint): void {
  state.table = before.table.clone(checkpoint.log);
  state.problems.push(...before.problems.slice(0, checkpoint.problems));
  state.keepProblems(checkpoint.problems);
  for (const stretch of before.inactive.slice(0, checkpoint.inactive)) state.inactive.push(stretch);
  for (const path of [...before.once].slice(0, checkpoint.once)) state.once.add(path);
  state.counter = checkpoint.counter;
}
