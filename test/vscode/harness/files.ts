/** Where a text stands in a file, and waiting for what a file will hold. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const DEADLINE = 15_000;

const TAB = 8;

/** The column that VS Code shows: a tab reaches to the next multiple of eight. */
function visibleColumn(before: string): number {
  let column = 0;
  for (const char of before) column = char === '\t' ? (Math.floor(column / TAB) + 1) * TAB : column + 1;
  return column + 1;
}

/** Line, visible column and character, from 1, of `needle` in a file, moved right by `shift`. */
export async function placeOf(folder: string, file: string, needle: string, shift = 0): Promise<[line: number, column: number, character: number]> {
  const text = await readFile(join(folder, file), 'utf8');
  const offset = text.indexOf(needle);
  if (offset < 0) throw new Error(`${file} has no ${JSON.stringify(needle)}`);
  const before = text.slice(0, offset + shift).split('\n');
  const last = before.at(-1) ?? '';
  return [before.length, visibleColumn(last), last.length + 1];
}

/** Waits until `probe` answers something true; fails with `what` after a while. */
export async function eventually(what: string, probe: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until the file on disk, which may still have to be made, holds `text`. */
export function untilFileHas(folder: string, file: string, text: string): Promise<void> {
  return eventually(`${file} has ${JSON.stringify(text)}`, async () =>
    (await readFile(join(folder, file), 'utf8').catch(() => '')).includes(text));
}
