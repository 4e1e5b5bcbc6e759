/**
 * Turns the crank: reads stretches of text and directives of the innermost file, file after file,
 * in steps small enough that a server may do something else in between.
 */
import { BUILTINS, commandLine } from './builtins.ts';
import { addCheckpoint } from './checkpoint.ts';
import { hashOf } from './chars.ts';
import { reportOpen } from './conditionals.ts';
import { runDirective } from './directives.ts';
import { spliceDtcInclude } from './dtcInclude.ts';
import { Invoker, stretchEnd } from './invocation.ts';
import { copyText } from './copyText.ts';
import { scanFile } from './scan.ts';
import { type Frame, rangeIn, type State } from './state.ts';

/** Checkpoints are so many directives or characters of text apart, and stand after includes. */
const CHECKPOINT_DIRECTIVES = 64;
const CHECKPOINT_CHARS = 2048;
/** After an include that brought less, none is needed. */
const LEAST_CHARS = 256;
const LEAST_DEFINITIONS = 8;

/** Runs a state to its end. */
export class Engine {
  private readonly state: State;
  private readonly invoker: Invoker;
  private directivesSince = 0;

  constructor(state: State) {
    this.state = state;
    this.invoker = new Invoker(state, () => this.directiveInArguments());
    for (const name of BUILTINS.keys()) state.table.filter[hashOf(name)] = 1;
  }

  /** Defines what the command line defines. */
  predefine(): void {
    const { state } = this;
    const frame = predefinitionFrame(state);
    while (frame.directive < frame.scan.directives.length) runDirective(state, frame);
  }

  /** Does a piece of the work; false when all is done. */
  step(): boolean {
    const { state } = this;
    const frame = state.frames.at(-1);
    if (frame === undefined || state.stopped) return false;
    const directive = frame.scan.directives[frame.directive];
    const end = stretchEnd(frame);
    if (frame.pos < end) {
      const blank = !(directive === undefined ? frame.scan.textAfter : directive.textBefore);
      if (blank) frame.pos = end;
      else this.stretch(frame, end);
    } else if (directive !== undefined) {
      if (++this.directivesSince > CHECKPOINT_DIRECTIVES) this.checkpoint();
      runDirective(state, frame);
    } else this.leave(frame);
    if (state.output.length > state.limits.expandedChars) this.overflow(frame);
    return true;
  }

  private overflow(frame: Frame): void {
    const { state } = this;
    state.stopped = true;
    state.report('limit-expanded-chars', `The preprocessed text has more than ${state.limits.expandedChars} characters`, rangeIn(frame.scan, frame.pos, frame.pos));
  }

  private leave(frame: Frame): void {
    const { state } = this;
    const { scan } = frame;
    reportOpen(state, frame);
    if (scan.unterminatedComment >= 0) {
      state.report('comment-unterminated', 'Unterminated comment', rangeIn(scan, scan.unterminatedComment, scan.unterminatedComment + 2));
    }
    if (scan.textAfter && scan.text.charCodeAt(scan.textEnd - 1) !== 10) state.output.copy(frame.inclusion, scan.textEnd, '\n');
    state.frames.pop();
    if (state.frames.length > 0 && this.isFarFromLast()) this.checkpoint();
  }

  /** Whether the run has come so far since the last checkpoint that another one pays. */
  private isFarFromLast(): boolean {
    const { checkpoints, output, table } = this.state;
    const last = checkpoints.at(-1);
    return last === undefined || output.length - last.output > LEAST_CHARS || table.log.length - last.log > LEAST_DEFINITIONS;
  }

  private checkpoint(): void {
    this.directivesSince = 0;
    addCheckpoint(this.state);
  }

  /** Copies text up to an offset, expanding macros; stops early at a checkpoint, or after an invocation that ran directives. */
  private stretch(frame: Frame, end: number): void {
    const { scan } = frame;
    const splice = scan.dtcIncludes[frame.dtcInclude];
    if (splice !== undefined && splice < end) {
      if (splice > frame.pos) this.text(frame, splice);
      if (frame.pos < splice) return;
      frame.dtcInclude++;
      if (frame.pos === splice) spliceDtcInclude(this.state, frame);
      return;
    }
    this.text(frame, end);
  }

  private text(frame: Frame, end: number): void {
    const { state, invoker } = this;
    const { scan, directive } = frame;
    const { names, nameCount } = scan;
    const { filter } = state.table;
    let run = frame.pos;
    let index = scan.nameFrom(frame.name, run);
    const due = run + CHECKPOINT_CHARS;
    for (; index < nameCount; index++) {
      const pos = names[2 * index + 1] ?? end;
      if (pos >= end) break;
      if (pos >= due && !invoker.continuesAt(pos)) {
        copyText(state, frame, run, pos);
        frame.pos = pos;
        frame.name = index;
        this.checkpoint();
        return;
      }
      if (filter[names[2 * index] ?? 0] !== 1) continue;
      const name = scan.nameAt(index);
      if (!invoker.isMacro(name)) continue;
      copyText(state, frame, run, pos);
      frame.name = index + 1;
      run = invoker.invoke(frame, name, pos);
      if (run >= end || frame.directive !== directive) {
        frame.pos = run;
        frame.name = scan.nameFrom(frame.name, run);
        return;
      }
      index = scan.nameFrom(frame.name, run) - 1;
    }
    copyText(state, frame, run, end);
    frame.name = index;
    frame.pos = end;
  }

  /** A directive between the parentheses of an invocation: all but `#include` work there. */
  private directiveInArguments(): void {
    const { state } = this;
    const frame = state.frames.at(-1);
    if (frame === undefined) return;
    runDirective(state, frame);
    if (state.frames.at(-1) === frame) return;
    state.frames.length = state.frames.indexOf(frame) + 1;
    const directive = frame.scan.directives[frame.directive - 1];
    const range = rangeIn(frame.scan, directive?.start ?? frame.pos, directive?.lineEnd ?? frame.pos);
    state.report('directive-malformed', '#include cannot stand between the arguments of a macro', range);
  }
}

function predefinitionFrame(state: State): Frame {
  const file = commandLine(state.options.defines ?? {});
  return {
    scan: scanFile(file), inclusion: 0, directive: 0, name: 0, dtcInclude: 0, pos: 0, peek: 0,
    condition: undefined, presumed: undefined, marked: undefined, root: -1, entered: -1,
  };
}
