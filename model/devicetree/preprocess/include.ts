/** `#include`, `#include_next` and `#import`: which file they name, and whether it may be entered. */
import type { SourceFile } from '../source/files.ts';
import type { Inclusion } from '../source/origin.ts';
import { folderOf } from '../source/paths.ts';
import { readHeaderName } from './headerName.ts';
import { expandLine, operandTokens } from './lineTokens.ts';
import { type Directive, DirectiveKind } from './scan.ts';
import type { FoundFile } from './sources.ts';
import { type Frame, rangeIn, type State } from './state.ts';
import { TokenKind, WHITE } from './token.ts';

/** A header as a directive names it. */
export interface HeaderName {
  readonly name: string;
  readonly angled: boolean;
  /** Search after the root in which the current file was found. */
  readonly next: boolean;
}

/** Runs an include directive. */
export function runInclude(state: State, frame: Frame, directive: Directive): void {
  const header = headerOf(state, frame, directive);
  if (header === undefined) {
    const name = frame.scan.text.slice(directive.start, directive.operand);
    state.report('directive-malformed', `${name} expects "FILE" or <FILE>`, rangeIn(frame.scan, directive.start, directive.lineEnd));
    return;
  }
  const range = rangeIn(frame.scan, header.start, header.end);
  const found = findHeader(state, frame, { ...header, next: directive.kind === DirectiveKind.includeNext });
  if (found === undefined) {
    state.report('include-not-found', `Cannot find "${header.name}"`, range, {
      advice: state.sources.roots.length === 0 ? 'No include folders are set.' : `Looked in the file's own folder and in ${state.sources.roots.join(', ')}.`,
    });
    return;
  }
  if (state.once.has(found.file.path)) return;
  if (directive.kind === DirectiveKind.import) state.once.add(found.file.path);
  if (!mayEnter(state, found.file, range)) return;
  const parent = state.inclusions[frame.inclusion];
  state.enter(found.file, { parent, directive: rangeIn(frame.scan, directive.start, directive.lineEnd), root: found.root });
}

/** Finds a header as seen from a file. */
export function findHeader(state: State, frame: Frame, header: HeaderName): FoundFile | undefined {
  const own = header.angled || header.next ? undefined : folderOf(frame.scan.file.path);
  return state.sources.find(header.name, own, header.next ? frame.root + 1 : 0);
}

/** Whether the caps allow one more inclusion of a file. */
export function mayEnter(state: State, file: SourceFile, range: Inclusion['directive']): boolean {
  if (range === undefined) return true;
  const { limits, frames } = state;
  // Entered again with the same macros, a file goes the same way for ever.
  const log = state.table.log.length;
  if (frames.some((open) => open.scan.file === file && open.entered === log)) {
    state.report('limit-include-cycle', `"${file.path}" includes itself without end`, range);
    return false;
  }
  if (frames.length > limits.includeDepth) {
    state.report('limit-include-depth', `Includes are nested more than ${limits.includeDepth} deep`, range);
    return false;
  }
  if (state.inclusions.length <= limits.inclusions) return true;
  if (!state.full) state.report('limit-inclusions', `More than ${limits.inclusions} files are included`, range);
  state.full = true;
  state.unsettle();
  return false;
}

interface LocatedHeader {
  readonly name: string;
  readonly angled: boolean;
  readonly start: number;
  readonly end: number;
}

function headerOf(state: State, frame: Frame, directive: Directive): LocatedHeader | undefined {
  const { scan } = frame;
  const written = readHeaderName(scan.text, directive.operand, directive.lineEnd);
  if (written !== undefined) return written;
  const [first] = operandTokens(frame, directive);
  if (first?.kind !== TokenKind.name) return undefined;
  const tokens = expandLine(state, frame, directive);
  const [opening] = tokens;
  const place = { start: first.pos, end: directive.lineEnd };
  if (opening?.kind === TokenKind.string) return { name: opening.text.slice(1, -1), angled: false, ...place };
  if (opening?.text !== '<') return undefined;
  const close = tokens.findIndex((token) => token.text === '>');
  if (close < 0) return undefined;
  const name = tokens.slice(1, close).map((token) => ((token.flags & WHITE) !== 0 ? ` ${token.text}` : token.text)).join('');
  return { name, angled: true, ...place };
}
