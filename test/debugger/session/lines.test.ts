/** Lines of long scenarios. */
import { describe, expect, it } from 'vitest';
import { Lines } from '../../../debugger/session/lines.ts';
import { programOf } from '../scenario/support.ts';

const MOST = 100_000;
/** Far more than one walk over the actions takes, far less than a copy of the list for each of them. */
const SOON = 1000;

describe('the lines of a scenario', () => {
  it('are those of actions, blocks apart, in order, in each file', () => {
    const lines = new Lines(programOf({ 'main.smmu': 'in host\n  probe\n\n  repeat 2\n    events\ninclude "a.smmu"\nevents\n', 'a.smmu': '# none\nprobe\n' }), () => undefined);
    expect(lines.legal('/s/main.smmu')).toEqual([1, 4, 6]);
    expect(lines.legal('/s/a.smmu')).toEqual([1]);
    expect(lines.legal('/s/other.smmu')).toBeUndefined();
  });

  it('are found in one walk, however many there are', () => {
    const program = programOf('probe\n'.repeat(MOST));
    const before = performance.now();
    const lines = new Lines(program, () => undefined);
    expect(performance.now() - before).toBeLessThan(SOON);
    expect(lines.legal('/s/main.smmu')?.length).toBe(MOST);
  });
});
