/**
 * Growing a selection: word, element, `<...>` or string, value, property, body of the node, node,
 * and so on outwards. Reads one file alone.
 */
import type { RawDocument } from './raw/document.ts';
import { itemAt } from './raw/outline.ts';
import { Raw, type RawTokens } from './raw/tokens.ts';

/** A half-open range of offsets in the file. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/** The ranges around `offset`, from the smallest to the whole file. */
export function selectionRanges(document: RawDocument, offset: number): OffsetRange[] {
  const { tokens } = document;
  const ranges: OffsetRange[] = [];
  const token = tokens.touching(offset);
  if (token >= 0) ranges.push({ start: tokens.start(token), end: tokens.end(token) });
  let item = itemAt(document.outline, offset);
  if (item?.kind === 'property' && token >= 0) ranges.push(...valueRanges(tokens, token, item));
  for (; item !== undefined; item = item.parent) {
    if (item.open >= 0 && item.close >= 0 && offset > item.open && offset <= item.close) {
      ranges.push({ start: item.open + 1, end: item.close });
    }
    ranges.push({ start: item.start, end: item.end });
  }
  ranges.push({ start: 0, end: document.text.length });
  return growing(ranges);
}

/** Keeps the ranges that hold the one before and are larger. */
function growing(ranges: readonly OffsetRange[]): OffsetRange[] {
  const kept: OffsetRange[] = [];
  for (const range of ranges) {
    const last = kept.at(-1);
    const grows = last === undefined || (range.start <= last.start && range.end >= last.end && range.end - range.start > last.end - last.start);
    if (grows) kept.push(range);
  }
  return kept;
}

/** Inside a property: what is between the brackets, the brackets, the whole value. */
function valueRanges(tokens: RawTokens, token: number, item: OffsetRange): OffsetRange[] {
  const ranges: OffsetRange[] = [];
  const search = { tokens, item };
  const open = seek(search, token, { step: -1, wanted: ['<', '['], against: ['>', ']'] });
  const close = seek(search, token, { step: 1, wanted: ['>', ']'], against: ['<', '['] });
  if (open !== undefined && close !== undefined) {
    ranges.push({ start: tokens.end(open), end: tokens.start(close) }, { start: tokens.start(open), end: tokens.end(close) });
  }
  const equals = seek(search, token, { step: -1, wanted: ['='], against: [] });
  const semicolon = seek(search, token, { step: 1, wanted: [';'], against: [] });
  if (equals !== undefined && semicolon !== undefined) {
    ranges.push({ start: tokens.start(equals + 1), end: tokens.start(semicolon) });
  }
  return ranges;
}

/** Which punctuation is looked for in which direction, and which ends the search in vain. */
interface Wanted {
  readonly step: 1 | -1;
  readonly wanted: readonly string[];
  readonly against: readonly string[];
}

function seek({ tokens, item }: { tokens: RawTokens; item: OffsetRange }, from: number, { step, wanted, against }: Wanted): number | undefined {
  let parens = 0;
  for (let at = from; at >= 0 && at < tokens.length && tokens.start(at) >= item.start && tokens.end(at) <= item.end; at += step) {
    if (tokens.kind(at) !== Raw.Punct) continue;
    if (tokens.is(at, step < 0 ? ')' : '(')) parens += 1;
    else if (tokens.is(at, step < 0 ? '(' : ')')) parens = Math.max(0, parens - 1);
    else if (parens === 0 && wanted.some((punct) => tokens.is(at, punct))) return at;
    else if (parens === 0 && at !== from && against.some((punct) => tokens.is(at, punct))) return undefined;
  }
  return undefined;
}
