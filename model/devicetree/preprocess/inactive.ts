/** The stretches of a file that conditionals leave out wherever the compilation includes it. */
import type { SourceRange } from '../../problem.ts';
import type { Preprocessed } from './preprocess.ts';
import { scanFile } from './scan.ts';
import { rangeIn } from './state.ts';

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The inactive stretches of a file, in order. What a header guard leaves out of a second inclusion is not among them. */
export function inactiveRanges(preprocessed: Preprocessed, path: string): SourceRange[] {
  const file = preprocessed.expanded.files.get(path);
  if (file === undefined) return [];
  const byInclusion = new Map<number, Stretch[]>();
  preprocessed.run.inclusions.forEach((inclusion, index) => {
    if (inclusion.file === file) byInclusion.set(index, []);
  });
  for (const stretch of preprocessed.run.inactive) byInclusion.get(stretch.inclusion)?.push(stretch);
  const [first = [], ...others] = byInclusion.values();
  const scan = scanFile(file);
  return others.reduce(intersect, first).map(({ start, end }) => rangeIn(scan, start, end));
}

function intersect(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  const both: Stretch[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const left = a[i];
    const right = b[j];
    if (left === undefined || right === undefined) break;
    const start = Math.max(left.start, right.start);
    const end = Math.min(left.end, right.end);
    if (start < end) both.push({ start, end });
    if (left.end < right.end) i++;
    else j++;
  }
  return both;
}
