/**
 * One open scenario as its features see it: the text as it is now, and names and problems as they were
 * found last, which may be a moment behind. What is under the cursor is read from its line alone.
 */
import { bindLine, type BoundLine, type Slot } from '../../../debugger/scenario/bind/line.ts';
import { Report } from '../../../debugger/scenario/bind/report.ts';
import type { CheckedScenario } from '../../../debugger/scenario/check/check.ts';
import { readFileSteps, type ScenarioFile } from '../../../debugger/scenario/file.ts';
import { SCENARIO_LIMITS } from '../../../debugger/scenario/limits.ts';
import type { MachineNames } from '../../../debugger/scenario/machine.ts';
import { lineAt } from '../../../debugger/scenario/syntax/lineAt.ts';

/** An open scenario. */
export interface ScenarioDocument {
  readonly path: string;
  readonly text: string;
  /** The last check; undefined before the first. */
  readonly checked: CheckedScenario | undefined;
}

/** Before anything is known. */
const NOTHING: MachineNames = {
  isComplete: false, smmus: [], devices: [], domains: [], memory: [], variables: [], hypervisor: 'none', hasNode: () => false,
};

/** The names that are known. */
export function machineOf({ checked }: ScenarioDocument): MachineNames {
  return checked?.machine ?? NOTHING;
}

const files = new WeakMap<ScenarioDocument, ScenarioFile>();

/** The whole text, read at the first call; in slices. */
export function* fileOf(document: ScenarioDocument): Generator<void, ScenarioFile> {
  const analysed = document.checked?.reading.files.get(document.path);
  const file = analysed?.text === document.text ? analysed : files.get(document) ?? (yield* readFileSteps(document.path, document.text, SCENARIO_LIMITS));
  files.set(document, file);
  return file;
}

/** The line at an offset, bound; `end` cuts it there. */
export function boundLineAt({ path, text }: ScenarioDocument, offset: number, end?: number): BoundLine {
  return bindLine(text, lineAt(text, offset, end), new Report(path));
}

/** What is under the cursor. */
export type ScenarioSpot =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'verb'; readonly bound: BoundLine; readonly start: number; readonly end: number }
  | { readonly kind: 'slot'; readonly bound: BoundLine; readonly slot: Slot };

/** What an offset lies in. */
export function spotAt(document: ScenarioDocument, offset: number): ScenarioSpot {
  const bound = boundLineAt(document, offset);
  const [first] = bound.line.chunks;
  if (first === undefined || isInComment(bound, offset)) return { kind: 'nothing' };
  if (first.start <= offset && offset <= bound.verbEnd) return { kind: 'verb', bound, start: first.start, end: bound.verbEnd };
  const slot = bound.slots.find((one) => one.start <= offset && offset <= one.end);
  return slot === undefined ? { kind: 'nothing' } : { kind: 'slot', bound, slot };
}

/** Whether an offset is inside the comment of its line. */
export function isInComment({ line }: BoundLine, offset: number): boolean {
  return line.comment !== undefined && offset > line.comment.start;
}
