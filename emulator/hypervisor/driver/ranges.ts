/** What a device may reach, as ranges of whole pages in ascending order of input; neighbours that go on are one. */

/** Input address, output address and bytes. */
export type MappedRange = readonly [input: number, output: number, size: number];

/** The ranges without a stretch of inputs. */
export function removeRange(ranges: readonly MappedRange[], input: number, size: number): MappedRange[] {
  const end = input + size;
  return ranges.flatMap(([from, to, length]): MappedRange[] => {
    const left: MappedRange = [from, to, Math.min(from + length, input) - from];
    const start = Math.max(from, end);
    const right: MappedRange = [start, to + start - from, from + length - start];
    return [left, right].filter(([, , bytes]) => bytes > 0);
  });
}

/** The ranges with another one, which replaces what was there. */
export function addRange(ranges: readonly MappedRange[], added: MappedRange): MappedRange[] {
  const all = [...removeRange(ranges, added[0], added[2]), added].toSorted((a, b) => a[0] - b[0]);
  const joined: MappedRange[] = [];
  for (const range of all) {
    const last = joined.at(-1);
    const goesOn = last !== undefined && last[0] + last[2] === range[0] && last[1] + last[2] === range[1];
    if (goesOn) joined[joined.length - 1] = [last[0], last[1], last[2] + range[2]];
    else joined.push(range);
  }
  return joined;
}

/** Whether some range leads to an output address. */
export function leadsTo(ranges: readonly MappedRange[], output: number): boolean {
  return ranges.some(([, to, size]) => output >= to && output < to + size);
}
