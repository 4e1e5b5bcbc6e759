/**
 * The C preprocessor of the device-tree front end: a root file and all it includes become one
 * text, equal but for white space and comments to what
 * `cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp` writes, with the way back to the files.
 * Comments stay in the text, as the device-tree lexer skips them; macros never see them.
 */
import type { Problem } from '../../problem.ts';
import type { CompileOptions, FileHost } from '../source/files.ts';
import type { ExpandedText } from '../source/origin.ts';
import { equalSuffix, resume } from './checkpoint.ts';
import { Engine } from './engine.ts';
import { ExpandedTextTable } from './expandedText.ts';
import { State } from './state.ts';

/** What preprocessing a root file gives. */
export interface Preprocessed {
  readonly rootPath: string;
  readonly expanded: ExpandedText;
  readonly problems: readonly Problem[];
  /** How many characters at the start of the expanded text are those of the previous result, and come from the same places. */
  readonly reusedChars: number;
  /** How many characters at the end of the expanded text are those of the previous result. */
  readonly reusedTail: number;
  /** The finished run: for the next one to resume, and for questions about its macros. */
  readonly run: State;
}

/** How many steps are done between two chances to pause. */
const STEPS_A_SLICE = 64;

/** Preprocesses in slices: yields now and then, returns the result. `before` is the last result for the same root. */
export function* preprocessSteps(
  rootPath: string,
  host: FileHost,
  options: CompileOptions,
  before?: Preprocessed,
): Generator<void, Preprocessed> {
  const previous = before?.rootPath === rootPath ? before : undefined;
  const start = previous === undefined ? undefined : resume(previous.run, previous.expanded.text, host, options);
  if (start?.kind === 'same' && previous !== undefined) {
    const { length } = previous.expanded.text;
    return { ...previous, reusedChars: length, reusedTail: length };
  }
  const state = start?.kind === 'resume' ? start.state : begin(rootPath, host, options);
  const engine = new Engine(state);
  if (start?.kind !== 'resume') engine.predefine();
  for (let steps = 1; engine.step(); steps++) if (steps % STEPS_A_SLICE === 0) yield;
  return finish(state, previous, { rootPath, kept: start?.kind === 'resume' ? start.kept : 0 });
}

function begin(rootPath: string, host: FileHost, options: CompileOptions): State {
  const state = new State(host, options);
  const file = state.sources.read(rootPath);
  if (file === undefined) {
    state.include({ path: rootPath, text: '' }, undefined, undefined);
    state.report('include-not-found', `Cannot read "${rootPath}"`, { file: rootPath, start: 0, end: 0 });
  } else state.enter(file, { parent: undefined, directive: undefined, root: -1 });
  return state;
}

function finish(state: State, previous: Preprocessed | undefined, from: { rootPath: string; kept: number }): Preprocessed {
  const { output, table, inclusions, sources, problems } = state;
  const { segments, segmentCount } = output;
  const text = output.finish();
  const expanded = new ExpandedTextTable({ text, files: sources.files, inclusions, segments, segmentCount, table });
  const before = previous?.expanded.text ?? '';
  const limit = Math.min(text.length, before.length) - from.kept;
  return { rootPath: from.rootPath, expanded, problems, reusedChars: from.kept, reusedTail: equalSuffix(before, text, limit), run: state };
}

/** Preprocesses a root file in one go, reusing what it can of the previous result for the same root. */
export function preprocess(rootPath: string, host: FileHost, options: CompileOptions, previous?: Preprocessed): Preprocessed {
  const steps = preprocessSteps(rootPath, host, options, previous);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
