/**
 * The outline of one file for the editor's symbol view: nodes with their labels, properties,
 * macros. Written order, no merging: what is merged is the hover's and the stream view's business.
 */
import type { RawDocument } from './raw/document.ts';
import { directiveWord } from './folding.ts';
import { nameOf, type OutlineItem } from './raw/outline.ts';

/** What a symbol is. */
export type SymbolKindName = 'node' | 'property' | 'macro';

/** One entry of the outline, with the range of the whole and that of its name. */
export interface OutlineSymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: SymbolKindName;
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly children: OutlineSymbol[];
}

/** More symbols than a person can use; a hostile file must not make a million. */
const MAX_SYMBOLS = 10_000;

/** The symbols of a file. The outline's depth is bounded, so that callers may recurse. */
export function documentSymbols(document: RawDocument): OutlineSymbol[] {
  let left = MAX_SYMBOLS;
  const convert = (items: readonly OutlineItem[]): OutlineSymbol[] => {
    const symbols: OutlineSymbol[] = [];
    for (const item of items) {
      const symbol = left > 0 ? symbolOf(document, item) : undefined;
      if (symbol === undefined) continue;
      left -= 1;
      symbols.push(symbol);
      symbol.children.push(...convert(item.children));
    }
    return symbols;
  };
  return convert(document.outline);
}

function symbolOf(document: RawDocument, item: OutlineItem): OutlineSymbol | undefined {
  const { tokens } = document;
  if (item.kind === 'directive') return macroSymbol(document, item);
  if (item.kind === 'command') return undefined;
  return {
    name: nameOf(tokens, item),
    detail: item.labels.join(', '),
    kind: item.kind,
    start: item.start,
    end: item.end,
    nameStart: tokens.start(item.nameToken),
    nameEnd: Math.min(tokens.end(item.nameToken), item.end),
    children: [],
  };
}

function macroSymbol(document: RawDocument, item: OutlineItem): OutlineSymbol | undefined {
  if (directiveWord(document.text, item.start) !== 'define') return undefined;
  const text = document.text.slice(item.start, item.end);
  const match = /^#[ \t]*define[ \t]+([A-Za-z_]\w*)/.exec(text);
  const name = match?.[1];
  if (match === null || name === undefined) return undefined;
  const nameEnd = item.start + match[0].length;
  return {
    name, detail: text.slice(match[0].length).trim().slice(0, 80), kind: 'macro',
    start: item.start, end: item.end, nameStart: nameEnd - name.length, nameEnd, children: [],
  };
}
