/**
 * Questions about the macros of a finished run: where one is defined, tested, used or undefined,
 * what stands at a place of a file, which names are known. Nothing is recorded while preprocessing;
 * the tables of the scans and the segment table are asked when somebody wants to know.
 */
import type { SourceRange } from '../../problem.ts';
import { BUILTINS, COMMAND_LINE } from './builtins.ts';
import { hashOf, isWord, wordEnd } from './chars.ts';
import { definitionAt, MacroDefinition, nameRange } from './define.ts';
import { lexAll } from './lexer.ts';
import { COPIED, SEGMENT_WIDTH, SegmentColumn } from './output.ts';
import type { Preprocessed } from './preprocess.ts';
import { type Directive, DirectiveKind, scanFile, type ScannedFile } from './scan.ts';
import { rangeIn } from './state.ts';
import { TokenKind } from './token.ts';

/** A macro as a `#define` has it. */
export interface MacroInfo {
  readonly name: string;
  /** Undefined for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  readonly variadic: boolean;
  /** The replacement text, white space at its ends removed. */
  readonly body: string;
  /** The name in the `#define`; undefined for macros of the command line and built-in ones. */
  readonly definition: SourceRange | undefined;
}

/** How a macro's name stands in a file. */
export type OccurrenceKind = 'definition' | 'undef' | 'condition' | 'use' | 'body';

/** One place where a macro is named. */
export interface MacroOccurrence {
  readonly kind: OccurrenceKind;
  readonly range: SourceRange;
}

function infoOf(definition: MacroDefinition): MacroInfo {
  const { parameters, scan } = definition;
  return {
    name: definition.name,
    parameters: parameters?.names,
    variadic: parameters?.variadic === true,
    body: definition.bodyText().trim(),
    definition: scan.file.path === COMMAND_LINE ? undefined : nameRange(definition),
  };
}

/** The macros defined at the end of the compilation, in no particular order. */
export function allMacros(preprocessed: Preprocessed): MacroInfo[] {
  const found = [...preprocessed.run.table.definitions()].map(infoOf);
  for (const name of BUILTINS.keys()) found.push({ name, parameters: undefined, variadic: false, body: '', definition: undefined });
  return found;
}

/** Every definition that a name had, in the order in which they were met. */
export function macroDefinitions(preprocessed: Preprocessed, name: string): MacroInfo[] {
  const found: MacroInfo[] = [];
  for (const entry of preprocessed.run.table.log) {
    if (entry.name === name && entry.definition !== undefined) found.push(infoOf(entry.definition));
  }
  return found;
}

/** The macro that a name at a place of a file stands for, with the place of the name; undefined where it stands for none. */
export function macroAt(preprocessed: Preprocessed, path: string, offset: number): { range: SourceRange; kind: OccurrenceKind; macro: MacroInfo } | undefined {
  const file = preprocessed.expanded.files.get(path);
  if (file === undefined) return undefined;
  const scan = scanFile(file);
  const place = wordAround(scan, offset);
  if (place === undefined) return undefined;
  const name = scan.text.slice(place.start, place.end);
  const { table } = preprocessed.run;
  const range = rangeIn(scan, place.start, place.end);
  const directive = directiveAt(scan, place.start);
  if (directive === undefined) {
    const log = new UseFinder(preprocessed, scan).logOf(place.start);
    const macro = log < 0 ? undefined : table.at(name, log);
    return macro === undefined ? undefined : { range, kind: 'use', macro: infoOf(macro) };
  }
  const kind = namesIn(scan, directive).find((each) => each.pos === place.start)?.kind;
  const own = definitionAt(scan, scan.directives.indexOf(directive));
  const macro = kind === 'definition' && own instanceof MacroDefinition ? own : table.ever(name);
  return kind === undefined || macro === undefined ? undefined : { range, kind, macro: infoOf(macro) };
}

/** Every place in the files of a compilation that names a macro, also in conditions and other macros' bodies. */
export function macroOccurrences(preprocessed: Preprocessed, name: string): MacroOccurrence[] {
  const found: MacroOccurrence[] = [];
  for (const file of preprocessed.expanded.files.values()) {
    if (!file.text.includes(name)) continue;
    const scan = scanFile(file);
    for (const directive of scan.directives) {
      if (!scan.text.slice(directive.operand, directive.lineEnd).includes(name)) continue;
      for (const each of namesIn(scan, directive)) {
        if (each.name === name) found.push({ kind: each.kind, range: rangeIn(scan, each.pos, each.pos + name.length) });
      }
    }
    for (const pos of usesIn(preprocessed, scan, name)) found.push({ kind: 'use', range: rangeIn(scan, pos, pos + name.length) });
  }
  return found.sort((a, b) => (a.range.file === b.range.file ? a.range.start - b.range.start : 0));
}

function wordAround(scan: ScannedFile, raw: number): { start: number; end: number } | undefined {
  const { text } = scan;
  let start = scan.cooked.cooked(raw);
  while (start > 0 && isWord(text.charCodeAt(start - 1))) start--;
  const end = wordEnd(text, start);
  return end === start ? undefined : { start, end };
}

function directiveAt(scan: ScannedFile, pos: number): Directive | undefined {
  return scan.directives.find((each) => pos >= each.start && pos < each.lineEnd);
}

interface DirectiveName {
  readonly name: string;
  readonly pos: number;
  readonly kind: OccurrenceKind;
}

/** The names in a directive that may be macros. */
function namesIn(scan: ScannedFile, directive: Directive): DirectiveName[] {
  const { kind } = directive;
  if (kind === DirectiveKind.define) return namesInDefine(scan, directive);
  const use = KIND_OF_USE.get(kind);
  if (use === undefined) return [];
  return lexAll(scan.text, directive.operand, directive.lineEnd)
    .filter((token) => token.kind === TokenKind.name && token.text !== 'defined')
    .map((token) => ({ name: token.text, pos: token.pos, kind: use }));
}

const KIND_OF_USE: ReadonlyMap<number, OccurrenceKind> = new Map<number, OccurrenceKind>([
  [DirectiveKind.undef, 'undef'], [DirectiveKind.if, 'condition'], [DirectiveKind.elif, 'condition'],
  [DirectiveKind.ifdef, 'condition'], [DirectiveKind.ifndef, 'condition'],
  [DirectiveKind.elifdef, 'condition'], [DirectiveKind.elifndef, 'condition'], [DirectiveKind.include, 'use'],
]);

function namesInDefine(scan: ScannedFile, directive: Directive): DirectiveName[] {
  const own = definitionAt(scan, scan.directives.indexOf(directive));
  const tokens = lexAll(scan.text, directive.operand, directive.lineEnd).filter((token) => token.kind === TokenKind.name);
  const bodyStart = own instanceof MacroDefinition ? own.bodyStart : directive.operand;
  const parameters = own instanceof MacroDefinition ? (own.parameters?.names ?? []) : [];
  return tokens.flatMap((token, index): DirectiveName[] => {
    if (index === 0) return [{ name: token.text, pos: token.pos, kind: 'definition' }];
    if (token.pos < bodyStart || parameters.includes(token.text)) return [];
    return [{ name: token.text, pos: token.pos, kind: 'body' }];
  });
}

/** The offsets at which running text names a macro while it is one: as an invocation or within its arguments. */
function usesIn(preprocessed: Preprocessed, scan: ScannedFile, name: string): number[] {
  const hash = hashOf(name);
  const found: number[] = [];
  let finder: UseFinder | undefined;
  for (let i = 0; i < scan.nameCount; i++) {
    if (scan.names[2 * i] !== hash || scan.nameAt(i) !== name) continue;
    finder ??= new UseFinder(preprocessed, scan);
    const pos = scan.names[2 * i + 1] ?? 0;
    const log = finder.logOf(pos);
    if (log >= 0 && preprocessed.run.table.at(name, log) !== undefined) found.push(pos);
  }
  return found;
}

/** Finds the invocation that an offset of a file lies in. */
class UseFinder {
  /** Start, end and log length of the invocations in the file, ordered by start. */
  private readonly invocations: { start: number; end: number; log: number }[] = [];

  constructor(preprocessed: Preprocessed, scan: ScannedFile) {
    const { output, inclusions } = preprocessed.run;
    const { segments, segmentCount } = output;
    for (let at = 0; at < segmentCount * SEGMENT_WIDTH; at += SEGMENT_WIDTH) {
      const log = segments[at + SegmentColumn.log] ?? COPIED;
      const inclusion = inclusions[segments[at + SegmentColumn.inclusion] ?? 0];
      if (log < 0 || inclusion?.file !== scan.file) continue;
      this.invocations.push({ start: segments[at + SegmentColumn.source] ?? 0, end: segments[at + SegmentColumn.sourceEnd] ?? 0, log });
    }
    this.invocations.sort((a, b) => a.start - b.start);
  }

  /** The length of the macro log at the invocation around an offset, -1 where there is none. */
  logOf(pos: number): number {
    let low = 0;
    let high = this.invocations.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.invocations[middle]?.start ?? 0) <= pos) low = middle + 1;
      else high = middle;
    }
    const found = this.invocations[low - 1];
    return found !== undefined && pos < found.end ? found.log : -1;
  }
}
