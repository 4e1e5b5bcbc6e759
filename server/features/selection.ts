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
  const open = seek(tokens, token, -1, item, ['<', '[']);
  const close = seek(tokens, token, 1, item, ['>', ']']);
  if (open !== undefined && close !== undefined) {
    ranges.push({ start: tokens.end(open), end: tokens.start(close) }, { start: tokens.start(open), end: tokens.end(close) });
  }
  const equals = seek(tokens, token, -1, item, ['=']);
  const semicolon = seek(tokens, token, 1, item, [';']);
  if (equals !== undefined && semicolon !== undefined) {
    ranges.push({ start: tokens.start(equals + 1), end: tokens.start(semicolon) });
  }
  return ranges;
}

function seek(tokens: RawTokens, from: number, step: number, within: OffsetRange, wanted: readonly string[]): number | undefined {
  let parens = 0;
  for (let at = from; tokens.start(at) >= within.start && tokens.end(at) <= within.end && at >= 0 && at < tokens.length; at += step) {
    if (tokens.kind(at) !== Raw.Punct) continue;
    if (tokens.is(at, step < 0 ? ')' : '(')) parens += 1;
    else if (tokens.is(at, step < 0 ? '(' : ')')) parens = Math.max(0, parens - 1);
    else if (parens === 0 && wanted.some((punct) => tokens.is(at, punct))) return at;
    else if (at !== from && !wanted.includes('=') && !wanted.includes(';') && tokens.is(at, step < 0 ? '>' : '<')) return undefined;
  }
  return undefined;
}
