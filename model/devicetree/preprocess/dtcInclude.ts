/**
 * dtc's own `/include/ "file"`. dtc meets it after cpp has run, so the file's text goes in as it
 * is: no macros, no `#` directives. It goes in while the includer is preprocessed, as the lexer
 * that reads the expanded text cannot open files.
 */
import type { SourceFile } from '../source/files.ts';
import { folderOf } from '../source/paths.ts';
import { literalEnd } from './chars.ts';
import { readDtcInclude } from './headerName.ts';
import { mayEnter } from './include.ts';
import { type Frame, rangeIn, type State } from './state.ts';
import { scanFile, type ScannedFile } from './scan.ts';

/** Splices the `/include/` at the place of the innermost file, or leaves it as text where it is none. */
export function spliceDtcInclude(state: State, frame: Frame): void {
  const { scan, pos } = frame;
  const header = readDtcInclude(scan.text, pos);
  const end = header?.end ?? pos + '/include/'.length;
  if (header === undefined) state.output.copy(frame.inclusion, pos, scan.text.slice(pos, end));
  else splice(state, { scan, inclusion: frame.inclusion, pos }, header);
  frame.pos = end;
  frame.name = scan.nameFrom(frame.name, end);
}

interface Place {
  readonly scan: ScannedFile;
  readonly inclusion: number;
  readonly pos: number;
}

function splice(state: State, place: Place, header: { name: string; start: number; end: number }): void {
  const range = rangeIn(place.scan, header.start, header.end);
  const found = state.sources.find(header.name, folderOf(place.scan.file.path));
  if (found === undefined) {
    state.report('include-not-found', `Cannot find "${header.name}"`, range);
    return;
  }
  if (!mayEnter(state, found.file, range)) return;
  const parent = state.inclusions[place.inclusion];
  state.output.copy(place.inclusion, place.pos, ' ');
  state.enter(found.file, { parent, directive: rangeIn(place.scan, place.pos, header.end), root: found.root });
  const inclusion = state.inclusions.length - 1;
  copyRaw(state, found.file, inclusion);
  state.frames.pop();
}

/** Copies a file as dtc reads it, splicing what it includes in turn. The recursion is capped by the include depth. */
function copyRaw(state: State, file: SourceFile, inclusion: number): void {
  const scan = scanFile(file);
  // dtc sees the file as it is; the cooked text differs only where a line is spliced.
  const { text } = scan;
  let from = 0;
  for (const at of dtcIncludesOf(text)) {
    if (at < from) continue;
    const header = readDtcInclude(text, at);
    if (header === undefined) continue;
    state.output.copy(inclusion, from, text.slice(from, at));
    splice(state, { scan, inclusion, pos: at }, header);
    from = header.end;
  }
  state.output.copy(inclusion, from, text.slice(from));
  state.output.copy(inclusion, text.length, '\n');
}

/** The offsets of `/include/` in text that only dtc reads. */
function dtcIncludesOf(text: string): number[] {
  const found: number[] = [];
  if (!text.includes('/include/')) return found;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) i = multilineStringEnd(text, i) - 1;
    else if (c !== 47) continue;
    else if (text.startsWith('/*', i)) i = past(text, '*/', i);
    else if (text.startsWith('//', i)) i = past(text, '\n', i);
    else if (text.startsWith('/include/', i)) found.push(i);
  }
  return found;
}

function past(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from + 2);
  return at < 0 ? text.length : at + what.length - 1;
}

function multilineStringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 34) return i + 1;
  }
  return literalEnd(text, start, text.length);
}
