/**
 * Findings that nobody should see beside others. Where an include is missing, everything that its
 * file would have defined is missing too: what follows from that is left out, since the one thing
 * to mend is the include. And findings that say the same twice: dtc counts the cells of `iommus` as those of any other list;
 * the rules about IOMMUs know what the cells mean, so where both speak of one place, theirs stay.
 */
import type { Problem, SourceRange } from './problem.ts';

/** A check of dtc, and whether a rule's id is about the same. */
const ECHOES: ReadonlyMap<string, (id: string) => boolean> = new Map([
  ['dtc-iommus-property', (id: string) => /^(?:iommus-|phandle-|pd-)/.test(id)],
  ['dtc-iommus-is-cell', (id: string) => id.startsWith('iommu-cells')],
]);

/** How many ranges that begin before a place are looked at: ranges of one place begin close together. */
const NEAR = 8;

function meets(range: SourceRange, sorted: readonly SourceRange[]): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.start ?? 0) < range.end) low = middle + 1;
    else high = middle;
  }
  return sorted.slice(Math.max(0, low - NEAR), low).some((other) => range.start < other.end);
}

/** The ranges of the problems that one check of dtc repeats, by file, in order. */
function rangesOf(problems: readonly Problem[], isAbout: (id: string) => boolean): Map<string, SourceRange[]> {
  const byFile = new Map<string, SourceRange[]>();
  for (const { id, range } of problems) {
    if (!isAbout(id)) continue;
    const ranges = byFile.get(range.file);
    if (ranges === undefined) byFile.set(range.file, [range]);
    else ranges.push(range);
  }
  for (const ranges of byFile.values()) ranges.sort((a, b) => a.start - b.start);
  return byFile;
}

const MISSING_FILE = 'include-not-found';

/** What is wrong with the text itself, whatever a missing file might define. */
const OF_THE_TEXT = /^(?:include-|macro-|directive-|conditional-|comment-|limit-|error-directive|warning-directive|dts-(?!undefined-name|unknown-target|foreign-path|version-tag|order))/;

/** The problems of one tree that are worth telling: no consequences of a missing file, nothing of dtc's that a rule of ours says better. */
export function worthTelling(problems: readonly Problem[]): readonly Problem[] {
  const isIncomplete = problems.some((problem) => problem.id === MISSING_FILE);
  return withoutEchoes(isIncomplete ? problems.filter((problem) => OF_THE_TEXT.test(problem.id)) : problems);
}

/** The problems of one tree without those of dtc's that a rule of ours repeats better. */
export function withoutEchoes(problems: readonly Problem[]): readonly Problem[] {
  const echoing = new Set(problems.map((p) => p.id).filter((id) => ECHOES.has(id)));
  let left = problems;
  for (const id of echoing) {
    const isAbout = ECHOES.get(id);
    if (isAbout === undefined) continue;
    const ours = rangesOf(problems, isAbout);
    left = left.filter((p) => p.id !== id || !meets(p.range, ours.get(p.range.file) ?? []));
  }
  return left;
}
