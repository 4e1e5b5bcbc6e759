/** Markdown for hovers: text of the user's is escaped here, so that no name can break out of its place. */
import type { SourceRange } from '../../model/problem.ts';

/** How a place is shown: a link where the editor can follow one. */
export type LinkMaker = (range: SourceRange) => string;

/** Inline code; backticks inside are survived. */
export function code(text: string): string {
  const line = clip(text.replaceAll(/\s+/g, ' '), 200);
  const fence = line.includes('`') ? '``' : '`';
  return `${fence}${line.includes('`') ? ` ${line} ` : line}${fence}`;
}

/** A block of source. */
export function block(language: string, text: string): string {
  return `\`\`\`${language}\n${clip(text, 2000).replaceAll('```', "'''")}\n\`\`\``;
}

/** Text of the user's outside code. */
export function plain(text: string): string {
  return clip(text, 200).replaceAll(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&');
}

/** At most `length` characters. */
export function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** Lower-case hexadecimal with `0x`. */
export function hexOf(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** `1 master`, `2 masters`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
