import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SYSTEMS } from '../../../bench/costs/systems.ts';
import { costPage } from '../../../bench/costs/table.ts';
import { count } from '../../../bench/costs/workload.ts';

const MEGABYTE = 0x10_0000;

describe('costs of the designs', () => {
  it('are those of the page (npm run bench:costs -- --write)', () => {
    expect(readFileSync('docs/hypervisor-costs.md', 'utf8')).toBe(costPage());
  });

  it.each(SYSTEMS)('$name: four masters cost four times one', (system) => {
    const one = count(system, MEGABYTE, 1);
    const four = count(system, MEGABYTE, 4);
    expect(four.tableWrites).toBe(4 * one.tableWrites);
    expect(four.traps).toBe(4 * one.traps);
    expect(four.guestCommands).toBe(4 * one.guestCommands);
  });

  it('of nesting are traps for invalidations only: one invalidation and one sync for each', () => {
    const native = count(SYSTEMS[0]!, MEGABYTE, 1);
    const nested = count(SYSTEMS[1]!, MEGABYTE, 1);
    expect(native).toMatchObject({ traps: 0, calls: 0, invalidations: 256, syncs: 1 });
    expect(nested).toMatchObject({ calls: 256, invalidations: 256, syncs: 256, tableWrites: native.tableWrites, entryWrites: 0 });
    expect(nested.hardwareReads).toBeGreaterThan(native.hardwareReads);
  });
});
