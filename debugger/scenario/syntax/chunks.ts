/**
 * One line of a scenario in chunks: what blanks separate, outside strings and brackets. A chunk is a
 * word, a string, a sign, an expression or `name=value`; which of them matters only to the binder.
 * Total: whatever is not closed ends with the line.
 */

/** A part of a line. Offsets count in the file. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What was opened and not closed. */
  readonly unclosed: '"' | '(' | '[' | undefined;
}

/** What a line consists of. */
export interface LineChunks {
  readonly chunks: readonly Chunk[];
  /** Where the comment begins, its `#` included; the end of the line where there is none. */
  readonly comment: number;
}

const CLOSERS: ReadonlyMap<string, string> = new Map([['(', ')'], ['[', ']']]);

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}

/** Cuts the stretch `[start, end)` of a text, in which no line ends. */
export function chunksOf(text: string, start: number, end: number): LineChunks {
  const chunks: Chunk[] = [];
  let at = start;
  for (;;) {
    while (at < end && isBlank(text[at])) at += 1;
    if (at >= end || text[at] === '#') return { chunks, comment: Math.min(at, end) };
    const chunk = chunkAt(text, at, end);
    chunks.push(chunk);
    at = chunk.end;
  }
}

function chunkAt(text: string, start: number, end: number): Chunk {
  if (text[start] === '"') {
    const at = stringEnd(text, start, end);
    return { start, end: at.end, text: text.slice(start, at.end), unclosed: at.closed ? undefined : '"' };
  }
  const open: ('(' | '[')[] = [];
  let unclosed: Chunk['unclosed'];
  let at = start;
  while (at < end) {
    const char = text[at];
    if (isBlank(char) && (open.length === 0 || text[at + 1] === '#')) break;
    if (char === '"') {
      const string = stringEnd(text, at, end);
      if (!string.closed) unclosed = '"';
      at = string.end;
      continue;
    }
    if (char === '(' || char === '[') open.push(char);
    else if (char === CLOSERS.get(open.at(-1) ?? '')) open.pop();
    at += 1;
  }
  let last = at;
  while (last > start && isBlank(text[last - 1])) last -= 1;
  return { start, end: last, text: text.slice(start, last), unclosed: unclosed ?? open[0] };
}

/** Where the string that begins at `start` ends, behind its quote. */
function stringEnd(text: string, start: number, end: number): { readonly end: number; readonly closed: boolean } {
  for (let at = start + 1; at < end; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return { end: at + 1, closed: true };
  }
  return { end, closed: false };
}

/** `name=value` in one chunk, or undefined. `==` is an operator and makes none. */
export function pairOf(chunk: Chunk): { readonly name: string; readonly nameEnd: number; readonly value: Chunk } | undefined {
  const name = /^[A-Za-z_][\w.-]*(?==(?!=))/.exec(chunk.text)?.[0];
  if (name === undefined) return undefined;
  const start = chunk.start + name.length + 1;
  return { name, nameEnd: start - 1, value: { ...chunk, start, text: chunk.text.slice(name.length + 1) } };
}

/** Whether a chunk is a string. */
export function isString(chunk: Chunk): boolean {
  return chunk.text.startsWith('"');
}
