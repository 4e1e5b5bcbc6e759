/**
 * Formatting of an xl configuration: one blank around `=`, and lists either on one line or with
 * one item a line, indented by four. Comments and strings stay as they are; a list with comments
 * inside, and a file with errors, are left alone.
 */
import type { XlAssignment, XlList } from '../../../model/xl/syntax.ts';
import type { FormatEdit } from '../formatting.ts';
import type { XlDocument } from './document.ts';

const LINE = 100;
const INDENT = '    ';

/** The edits that format `[start, end)`. */
export function xlFormatEdits({ guest }: XlDocument, start = 0, end = guest.syntax.text.length): FormatEdit[] {
  const { syntax } = guest;
  if (syntax.errors.length > 0 || syntax.placeholders.length > 0) return [];
  return syntax.statements
    .filter((one) => one.end >= start && one.start <= end)
    .flatMap((statement) => formatStatement(syntax.text, statement, syntax.comments))
    .filter((edit) => syntax.text.slice(edit.start, edit.end) !== edit.text);
}

function formatStatement(text: string, statement: XlAssignment, comments: readonly { readonly start: number; readonly end: number }[]): FormatEdit[] {
  const { keySpan, operator, value } = statement;
  if (value === undefined) return [];
  const edits: FormatEdit[] = [{ start: keySpan.end, end: value.start, text: ` ${operator} ` }];
  const hasComment = comments.some((one) => one.start >= value.start && one.end <= value.end);
  if (value.kind === 'list' && !hasComment) edits.push({ start: value.start, end: value.end, text: listText(text, value, keySpan.end - keySpan.start + operator.length + 2) });
  return edits;
}

/** A list that was written on several lines stays so, and one that does not fit a line becomes so. */
function listText(text: string, list: XlList, column: number): string {
  const items = list.items.map((item) => (item.kind === 'list' ? oneLine(text, item) : text.slice(item.start, item.end)));
  const wasOneLine = !text.slice(list.start, list.end).includes('\n');
  const line = items.length === 0 ? '[ ]' : `[ ${items.join(', ')} ]`;
  if (items.length === 0 || (wasOneLine && column + line.length <= LINE)) return line;
  return `[\n${items.map((item) => `${INDENT}${item},\n`).join('')}]`;
}

function oneLine(text: string, list: XlList): string {
  const items = list.items.map((item) => (item.kind === 'list' ? text.slice(item.start, item.end).replaceAll(/\s*\n\s*/g, ' ') : text.slice(item.start, item.end)));
  return items.length === 0 ? '[ ]' : `[ ${items.join(', ')} ]`;
}
