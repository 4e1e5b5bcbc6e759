/** Header names as an `#include` line writes them, and a quick list of the includes of a file that needs no macros. */
import type { FileHost, SourceFile } from '../source/files.ts';
import { folderOf } from '../source/paths.ts';
import { CLASS_WHITE, classOf } from './chars.ts';
import { DirectiveKind, scanFile } from './scan.ts';
import { Sources } from './sources.ts';

/** A header's name and where it stands; the range includes the quotes or brackets. */
export interface WrittenHeader {
  readonly name: string;
  readonly angled: boolean;
  readonly start: number;
  readonly end: number;
}

/** The header name that a directive writes outright, or undefined where it must be computed or is broken. */
export function readHeaderName(text: string, from: number, end: number): WrittenHeader | undefined {
  let start = from;
  for (;;) {
    if (start < end && classOf(text.charCodeAt(start)) === CLASS_WHITE) start++;
    else if (text.startsWith('/*', start)) {
      const close = text.indexOf('*/', start + 2);
      if (close < 0) return undefined;
      start = close + 2;
    } else break;
  }
  const open = text.charAt(start);
  if (open !== '"' && open !== '<') return undefined;
  const close = text.indexOf(open === '"' ? '"' : '>', start + 1);
  if (close < 0 || close >= end) return undefined;
  return { name: text.slice(start + 1, close), angled: open === '<', start, end: close + 1 };
}

/** One include of a file, by either kind of directive. Offsets are into the file. */
export interface ScannedInclude extends WrittenHeader {
  /** `#include`, or dtc's `/include/`. */
  readonly by: 'cpp' | 'dtc';
}

const INCLUDES: ReadonlySet<number> = new Set([DirectiveKind.include, DirectiveKind.includeNext, DirectiveKind.import]);

/** The includes that a file writes outright, whether active or not. */
export function scanIncludes(file: SourceFile): ScannedInclude[] {
  const scan = scanFile(file);
  const { text, cooked } = scan;
  const found: ScannedInclude[] = [];
  const add = (header: WrittenHeader | undefined, by: 'cpp' | 'dtc'): void => {
    if (header !== undefined) found.push({ ...header, by, start: cooked.raw(header.start), end: cooked.rawEnd(header.end) });
  };
  for (const directive of scan.directives) {
    if (INCLUDES.has(directive.kind)) add(readHeaderName(text, directive.operand, directive.lineEnd), 'cpp');
  }
  for (const start of scan.dtcIncludes) add(readDtcInclude(text, start), 'dtc');
  return found.sort((a, b) => a.start - b.start);
}

/** An include of a file and where it leads. */
export interface ResolvedInclude extends ScannedInclude {
  /** The path of the included file, undefined where there is none. */
  readonly target: string | undefined;
}

/** The includes of a file with the files that they name, found without preprocessing. */
export function resolveIncludes(file: SourceFile, host: FileHost, includeRoots: readonly string[]): ResolvedInclude[] {
  const sources = new Sources(host, includeRoots);
  const folder = folderOf(file.path);
  return scanIncludes(file).map((include) => {
    const found = sources.find(include.name, include.angled ? undefined : folder);
    return { ...include, target: found?.file.path };
  });
}

const DTC_INCLUDE = /\/include\/\s*"((?:[^"\\]|\\[\s\S]){0,4096})"/y;

/** The file that an `/include/` at an offset names. */
export function readDtcInclude(text: string, start: number): WrittenHeader | undefined {
  DTC_INCLUDE.lastIndex = start;
  const match = DTC_INCLUDE.exec(text);
  if (match === null) return undefined;
  const name = match[1] ?? '';
  const end = start + match[0].length;
  return { name, angled: false, start: end - name.length - 2, end };
}
