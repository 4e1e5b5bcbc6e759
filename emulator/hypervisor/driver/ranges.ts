/** What a device may reach, as ranges of whole pages in ascending order of input; neighbours that go on are one. Changes are made in place. */

/** Input address, output address and bytes. */
export type MappedRange = readonly [input: number, output: number, size: number];

/** Index of the first range that begins behind an input address. */
function firstBehind(ranges: readonly MappedRange[], input: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.[0] ?? 0) > input) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whether a part of a stretch of inputs is in some range. */
export function overlaps(ranges: readonly MappedRange[], input: number, size: number): boolean {
  const last = ranges[firstBehind(ranges, input + size - 1) - 1];
  return last !== undefined && last[0] + last[2] > input;
}

/** How many bytes of a stretch of inputs lie in ranges. */
export function coveredBytes(ranges: readonly MappedRange[], input: number, size: number): number {
  const from = Math.max(0, firstBehind(ranges, input) - 1);
  const inside = ranges.slice(from, firstBehind(ranges, input + size - 1));
  return inside.reduce((sum, [start, , length]) => sum + Math.max(0, Math.min(start + length, input + size) - Math.max(start, input)), 0);
}

/** Takes a stretch of inputs out. */
export function removeRange(ranges: MappedRange[], input: number, size: number): void {
  replace(ranges, input, size, []);
}

/** Adds a range, which replaces what was there. */
export function addRange(ranges: MappedRange[], added: MappedRange): void {
  replace(ranges, added[0], added[2], [added]);
}

function replace(ranges: MappedRange[], input: number, size: number, added: readonly MappedRange[]): void {
  const end = input + size;
  const from = Math.max(0, firstBehind(ranges, input) - 2);
  const to = Math.min(ranges.length, firstBehind(ranges, end) + 1);
  const kept = ranges.slice(from, to).flatMap(([start, output, length]): MappedRange[] => {
    const left: MappedRange = [start, output, Math.min(start + length, input) - start];
    const first = Math.max(start, end);
    const right: MappedRange = [first, output + first - start, start + length - first];
    return [left, right].filter(([, , bytes]) => bytes > 0);
  });
  const pieces = [...kept, ...added].sort((a, b) => a[0] - b[0]);
  ranges.splice(from, to - from, ...joined(pieces));
}

function joined(ranges: readonly MappedRange[]): MappedRange[] {
  const result: MappedRange[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    const goesOn = last !== undefined && last[0] + last[2] === range[0] && last[1] + last[2] === range[1];
    if (goesOn) result[result.length - 1] = [last[0], last[1], last[2] + range[2]];
    else result.push(range);
  }
  return result;
}

/** Whether some range leads to an output address. */
export function leadsTo(ranges: readonly MappedRange[], output: number): boolean {
  return ranges.some(([, to, size]) => output >= to && output < to + size);
}
