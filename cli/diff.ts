/** The lines in which two short texts differ, as `diff -U1` shows them, without its headers. */

const CONTEXT = 1;

interface Line { readonly mark: ' ' | '-' | '+'; readonly text: string }

/** The lengths of the longest common runs of lines from each pair of places on. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = table[i] ?? [];
      row[j] = a[i] === b[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

function align(a: readonly string[], b: readonly string[]): Line[] {
  const table = commonLengths(a, b);
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left !== undefined && left === right) {
      lines.push({ mark: ' ', text: left });
      i += 1;
      j += 1;
    } else if (left !== undefined && (right === undefined || (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) {
      lines.push({ mark: '-', text: left });
      i += 1;
    } else {
      lines.push({ mark: '+', text: right ?? '' });
      j += 1;
    }
  }
  return lines;
}

/** The changed lines with one line around them, `...` between pieces that are apart; empty for equal texts. */
export function diff(before: string, after: string): string {
  const lines = align(before.trimEnd().split('\n'), after.trimEnd().split('\n'));
  const isNear = (at: number): boolean => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((line) => line.mark !== ' ');
  const shown: string[] = [];
  let last = -1;
  for (const [at, { mark, text }] of lines.entries()) {
    if (!isNear(at)) continue;
    if (last >= 0 && at > last + 1) shown.push('...');
    shown.push(`${mark}${text}`);
    last = at;
  }
  return shown.map((line) => `${line}\n`).join('');
}
