import { describe, expect, it } from 'vitest';
import { PREPROCESSOR_PROBLEMS } from '../../../../model/devicetree/preprocess/problems.ts';
import { preprocess } from '../../../../model/devicetree/preprocess/preprocess.ts';

function idsOf(source: string): string[] {
  const files = new Map([['/board.dts', source], ['/soc.dtsi', '']]);
  const host = { readText: (path: string) => files.get(path), readBytes: () => undefined };
  return preprocess('/board.dts', host, { includeRoots: [] }).problems.map((p) => p.id);
}

/** Caps need sources of a size that no page shows; they have tests of their own. */
const shown = PREPROCESSOR_PROBLEMS.filter((p) => !p.id.startsWith('limit-') || p.id === 'limit-include-cycle');

describe('examples of the preprocessor\'s problems', () => {
  it.each(shown.map((p) => [p.id, p] as const))('%s is reported for the bad one only', (id, { bad, good, level }) => {
    expect(idsOf(bad)).toContain(id);
    expect(idsOf(good)).toEqual([]);
    expect(['error', 'warning']).toContain(level);
  });
});
