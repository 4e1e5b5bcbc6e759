/**
 * Text for people: colours where a person watches, and line breaks at a width. Nothing here knows
 * what is printed.
 */
import type { Io } from './command.ts';

/** Puts a colour or weight on text. */
export type Paint = (text: string) => string;

/** The few styles that commands use; each leaves text alone where output is no terminal. */
export interface Painter {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** The styles for an output; NO_COLOR in the environment turns them off. */
export function painter(io: Pick<Io, 'isTTY' | 'env'>): Painter {
  const isOn = io.isTTY && (io.env['NO_COLOR'] ?? '') === '';
  const style = (code: number): Paint => (isOn ? (text) => `\u001B[${code}m${text}\u001B[0m` : (text) => text);
  return { bold: style(1), dim: style(2), red: style(31), green: style(32), yellow: style(33), cyan: style(36) };
}

/** The width to fill: the terminal's, within what is readable. */
export function textWidth(io: Pick<Io, 'columns'>): number {
  return Math.min(100, Math.max(40, io.columns));
}

/** Breaks text at spaces; `first` begins the first line, `rest` every further one. */
export function wrap(text: string, width: number, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
