/**
 * The C preprocessor of the device-tree front end: a root file and all it includes become one
 * text, equal but for white space and comments to what
 * `cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp` writes, with the way back to the files.
 * Comments stay in the text, as the device-tree lexer skips them; macros never see them.
 */
import type { Problem } from '../../problem.ts';
import type { CompileOptions, FileHost } from '../source/files.ts';
import type { ExpandedText } from '../source/origin.ts';
import { Engine } from './engine.ts';
import { ExpandedTextTable } from './expandedText.ts';
import { State } from './state.ts';

/** What preprocessing a root file gives. */
export interface Preprocessed {
  readonly expanded: ExpandedText;
  readonly problems: readonly Problem[];
}

/** How many steps are done between two chances to pause. */
const STEPS_A_SLICE = 256;

/** Preprocesses in slices: yields now and then, returns the result. */
export function* preprocessSteps(rootPath: string, host: FileHost, options: CompileOptions): Generator<void, Preprocessed> {
  const state = new State(host, options);
  const file = state.sources.read(rootPath);
  const engine = new Engine(state);
  if (file === undefined) {
    state.include({ path: rootPath, text: '' }, undefined, undefined);
    state.report('include-not-found', `Cannot read "${rootPath}"`, { file: rootPath, start: 0, end: 0 });
  } else {
    state.enter(file, { parent: undefined, directive: undefined, root: -1 });
    engine.predefine();
    for (let steps = 1; engine.step(); steps++) if (steps % STEPS_A_SLICE === 0) yield;
  }
  const { output, table, inclusions, sources } = state;
  const { segments, segmentCount } = output;
  const expanded = new ExpandedTextTable({ text: output.text(), files: sources.files, inclusions, segments, segmentCount, table });
  return { expanded, problems: state.problems };
}

/** Preprocesses a root file in one go. */
export function preprocess(rootPath: string, host: FileHost, options: CompileOptions): Preprocessed {
  const steps = preprocessSteps(rootPath, host, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
