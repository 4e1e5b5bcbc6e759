/**
 * What an editor asks of a hostile scenario pauses often. Pauses are counted, not timed, so that it does
 * not matter what else the machine does.
 */
import { describe, expect, it } from 'vitest';
import { scenarioFormatEdits } from '../../../server/features/scenario/formatting.ts';
import { scenarioLinks } from '../../../server/features/scenario/navigation.ts';
import { scenarioFolds, scenarioSymbols } from '../../../server/features/scenario/outline.ts';
import { scenarioTokens } from '../../../server/features/scenario/semanticTokens.ts';

/** A slice looks at so many lines at most. */
const MOST_LINES = 60;
/** More lines than these are not in outlines and colours. */
const MOST_SHOWN = 4_000;

const HOSTILE: readonly [string, string][] = [
  ['20,000 devices', Array.from({ length: 20_000 }, (_, i) => `device d${i} smmu=smmu0 sid=${i}\n`).join('')],
  ['20,000 wrong blanks', 'poke  0x80000000   1 \n'.repeat(20_000)],
  ['20,000 blocks', 'repeat 2\n  probe\n'.repeat(10_000)],
  ['100,000 comments', '#\n'.repeat(100_000)],
];

/** They show half of that. */
const OUTLINE = { scenarioSymbols, scenarioFolds };
const FEATURES = { ...OUTLINE, scenarioTokens, scenarioFormatEdits, scenarioLinks };

function slices(steps: Generator<void, unknown>): number {
  let count = 1;
  while (steps.next().done !== true) count += 1;
  return count;
}

describe.each(HOSTILE)('of a scenario with %s', (_, text) => {
  it.each(Object.entries(FEATURES))('%s', (name, feature) => {
    const document = { path: '/s/hostile.smmu', text, checked: undefined };
    const lines = text.split('\n');
    const actions = lines.filter((line) => !line.startsWith('#'));
    // The first time the text is read, too.
    expect(slices(feature(document))).toBeGreaterThan(lines.length / MOST_LINES);
    expect(slices(feature(document))).toBeGreaterThanOrEqual(Math.min(actions.length, name in OUTLINE ? MOST_SHOWN / 2 : MOST_SHOWN) / MOST_LINES);
  });
});
