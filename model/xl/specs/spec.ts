/**
 * The small languages inside the strings of an xl configuration (`disk`, `iomem`, `virtio`, ...).
 * Each reader takes the text of one string and gives what xl makes of it with the faults xl
 * refuses, at offsets inside that text; `spanInAtom` leads those back to the file.
 */
import type { XlAtom, XlSpan, XlSyntax } from '../syntax.ts';

/** One thing wrong in a string. `message` says what xl makes of it. */
export interface SpecFault extends XlSpan {
  readonly message: string;
  readonly advice: string;
  /** `refused`: xl stops. `ignored`: xl goes on without it. `crash`: xl itself dies. */
  readonly effect: 'refused' | 'ignored' | 'crash';
}

/** What a reader makes of a string: `value` is undefined where nothing useful could be read. */
export interface Spec<T> {
  readonly value: T | undefined;
  readonly faults: readonly SpecFault[];
}

/** One part of a comma-separated string: `name=value`, or a bare word with `value` undefined. */
export interface SpecPart extends XlSpan {
  readonly name: string;
  readonly value: string | undefined;
  /** Where the value stands; empty at the end of the part where there is none. */
  readonly valueSpan: XlSpan;
}

/** The comma-separated parts of a string, blanks around them dropped. */
export function partsOf(text: string): SpecPart[] {
  const parts: SpecPart[] = [];
  for (let start = 0; start <= text.length;) {
    const comma = text.indexOf(',', start);
    const end = comma < 0 ? text.length : comma;
    parts.push(partOf(text, start, end));
    start = end + 1;
  }
  return parts;
}

function partOf(text: string, from: number, to: number): SpecPart {
  const raw = text.slice(from, to);
  const start = from + (raw.length - raw.trimStart().length);
  const end = Math.max(start, from + raw.trimEnd().length);
  const word = text.slice(start, end);
  const equals = word.indexOf('=');
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const valueStart = equals < 0 ? end : start + equals + 1;
  return { name: equals < 0 ? word : word.slice(0, equals), value, start, end, valueSpan: { start: valueStart, end } };
}

/** A fault over a whole part or value. */
export function fault(span: XlSpan, effect: SpecFault['effect'], message: string, advice: string): SpecFault {
  return { start: span.start, end: span.end, effect, message, advice };
}

/** The place in the file of a piece of an atom's text: exact without escapes, the whole atom with them. */
export function spanInAtom(syntax: XlSyntax, atom: XlAtom, span: XlSpan): XlSpan {
  if (atom.kind !== 'string') return { start: atom.start + span.start, end: atom.start + Math.max(span.end, span.start) };
  const raw = syntax.text.slice(atom.start + 1, atom.end - 1);
  if (raw !== atom.text) return { start: atom.start, end: atom.end };
  return { start: atom.start + 1 + span.start, end: atom.start + 1 + Math.max(span.end, span.start) };
}
