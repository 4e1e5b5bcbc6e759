/** The outline of an xl configuration: its statements, with the items of lists below them. */
import type { XlValue } from '../../../model/xl/syntax.ts';
import { clip } from '../markdown.ts';
import type { OutlineSymbol } from '../symbols.ts';
import type { XlDocument } from './document.ts';

const MAX_ITEMS = 1000;

/** The symbols of a file. */
export function xlSymbols({ guest }: XlDocument): OutlineSymbol[] {
  const { text } = guest.syntax;
  return guest.syntax.statements.map((statement) => ({
    name: statement.key, detail: statement.value === undefined ? '' : summary(text, statement.value), kind: 'property',
    start: statement.start, end: statement.end, nameStart: statement.keySpan.start, nameEnd: statement.keySpan.end,
    children: statement.value?.kind === 'list' ? statement.value.items.slice(0, MAX_ITEMS).map((item) => itemSymbol(text, item)) : [],
  }));
}

function itemSymbol(text: string, item: XlValue): OutlineSymbol {
  const name = item.kind === 'list' ? '[ ]' : clip(item.text === '' ? '""' : item.text, 80);
  return { name, detail: '', kind: 'property', start: item.start, end: item.end, nameStart: item.start, nameEnd: item.end, children: [], ...(item.kind === 'list' ? { detail: clip(text.slice(item.start, item.end), 40) } : {}) };
}

function summary(text: string, value: XlValue): string {
  return value.kind === 'list' ? `${value.items.length} items` : clip(text.slice(value.start, value.end), 60);
}
