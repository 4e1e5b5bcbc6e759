/** The known name nearest to one that is not known: what the writer most likely meant. */

/** Levenshtein distance, or `limit + 1` where it is more than `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const value = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
      next.push(value);
      if (value < least) least = value;
    }
    if (least > limit) return limit + 1;
    row = next;
  }
  return row[b.length] ?? limit + 1;
}

/** The nearest of some names, if one is near: up to a third of the letters differ. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  if (name.length === 0 || name.length > 100) return undefined;
  let best: string | undefined;
  let limit = Math.max(1, Math.floor(name.length / 3));
  for (const candidate of names) {
    const found = distance(name, candidate, limit);
    if (found > limit || (best !== undefined && found === limit)) continue;
    best = candidate;
    limit = found;
  }
  return best;
}
